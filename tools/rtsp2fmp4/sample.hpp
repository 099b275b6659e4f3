// What travels from the source to the output: an access unit or an audio frame whose bytes stay where
// libavformat put them.
#pragma once

#include "common/av/packet.hpp"
#include "common/base/bytes.hpp"
#include "common/base/units.hpp"
#include "common/timeline/repair.hpp"

#include <vector>

namespace rtsp2fmp4 {

/// When something came in, by the clock that measures and by the one that tells the time.
struct Arrival {
  live::Monotonic monotonic;
  live::WallClock wall;

  static Arrival now() {
    return {std::chrono::steady_clock::now(), std::chrono::system_clock::now()};
  }
};

/// Bytes and their owners.  Moving it leaves the bytes where they are.
struct Part {
  live::av::Packet packet;
  live::Buffer scratch;  ///< lengths of NAL units for which the packet has no room
};

struct Sample {
  std::vector<Part> parts;
  std::vector<live::Bytes> pieces;  ///< into `parts`; what is written
  std::size_t size = 0;             ///< of all pieces
  bool key = true;
  live::timeline::Stamp stamp;  ///< as the source gave it
  Arrival arrival;              ///< of its first packet
};

}  // namespace rtsp2fmp4

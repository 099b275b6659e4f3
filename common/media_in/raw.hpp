// What the demuxers of this room hand on: frames with the stamps of their source.
#pragma once

#include "common/av/packet.hpp"
#include "common/media_in/source.hpp"
#include "common/timeline/track_spec.hpp"

#include <cstdint>

namespace live::media_in {

/// An access unit or an audio frame before it has its place in time.
struct Raw {
  bool video = true;
  bool key = true;
  av::Packet packet;
  timeline::Stamp stamp;          ///< in the time base of its track's Shape
  std::uint32_t nanoseconds = 0;  ///< to be added
  std::uint32_t samples = 0;      ///< audio: of the frame, at the track's rate; 0 = not known
  bool ordered = true;            ///< false: its stamps say nothing of the order of presentation
};

/// A track, and how its frames are stamped.
struct Shape {
  Track track;
  timeline::TrackSpec stamps;
};

}  // namespace live::media_in

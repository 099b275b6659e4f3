// Compressed packets to pictures or sound.
#pragma once

#include "common/av/frame.hpp"
#include "common/av/packet.hpp"
#include "common/av/stream.hpp"

#include <optional>

namespace live::av {

/// One thread, lowest delay.
class Decoder {
 public:
  /// Throws Failure(bad_data) when libavcodec has no decoder for the stream.
  explicit Decoder(const Stream& stream);

  /// False when the packet was damaged and gave nothing; call receive() until it is empty in
  /// between.
  bool send(const Packet& packet);
  bool receive(Frame& frame);

 private:
  Owned<AVCodecContext> context_;
};

}  // namespace live::av

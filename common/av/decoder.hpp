// Compressed packets to pictures or sound.
#pragma once

#include "common/av/frame.hpp"
#include "common/av/packet.hpp"
#include "common/av/stream.hpp"

#include <optional>

namespace live::av {

class Decoder {
 public:
  /// One thread, lowest delay.  Throws Failure(bad_data) when libavcodec has no decoder for the stream.
  explicit Decoder(const Stream& stream);
  /// For programs that encode what comes out: pictures in order of presentation, none given up for the sake of delay, in
  /// `threads` threads (H.264 and H.265: as many pictures at once, and as much more delay).
  Decoder(const Stream& stream, unsigned threads);

  /// False when the packet was damaged and gave nothing; call receive() until it is empty in
  /// between.
  bool send(const Packet& packet);
  /// No more packets: receive() gives what is left.
  void finish();
  bool receive(Frame& frame);

 private:
  void open(const Stream& stream, unsigned threads, int flags);

  Owned<AVCodecContext> context_;
};

}  // namespace live::av

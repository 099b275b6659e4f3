// Pictures to compressed packets, with the settings of live video: no look-ahead, no delay.
#pragma once

#include "common/av/frame.hpp"
#include "common/av/packet.hpp"
#include "common/av/stream.hpp"

#include <cstdint>
#include <string>

namespace live::av {

struct VideoEncoding {
  std::string codec = "h264";  ///< h264 hevc mjpeg mpeg4 vp8 vp9 av1
  std::uint32_t width = 0, height = 0;
  std::uint32_t sar_num = 1, sar_den = 1;
  std::uint32_t rate_num = 25, rate_den = 1;
  std::uint32_t time_base_num = 1, time_base_den = 90'000;  ///< of frames and packets
  std::uint32_t gop = 50;                                   ///< frames between key frames, at most
  std::uint64_t bit_rate = 2'000'000;
  std::uint32_t bframes = 0;
  std::uint32_t slices = 1;
  bool global_header = true;  ///< parameter sets in extradata instead of in band
};

class VideoEncoder {
 public:
  /// Throws Failure(bad_data) when libavcodec has no such encoder or refuses the settings.
  explicit VideoEncoder(const VideoEncoding& encoding);

  void send(const Frame& frame);
  bool receive(Packet& packet);
  /// What its packets are.
  [[nodiscard]] const Stream& stream() const { return stream_; }

 private:
  Owned<AVCodecContext> context_;
  Stream stream_;
};

}  // namespace live::av

// Video that browsers do not play in MP4 (MJPEG, MPEG-4 part 2, VP8, ...) to H.264.
#pragma once

#include "common/av/decoder.hpp"
#include "common/av/scaler.hpp"
#include "common/av/video_encoder.hpp"

#include <functional>
#include <memory>
#include <optional>

namespace live::av {

class VideoTranscoder {
 public:
  /// Throws Failure(bad_data) when libavcodec cannot decode the stream.
  explicit VideoTranscoder(const Stream& from);

  /// Decodes `packet`; with `encode` false that is all, so that reference pictures stay right while
  /// frames are dropped.  What comes out goes to `sink` with the stamps of the input's time base;
  /// its stream() stands from the first call on and changes with the picture's size.
  void push(const Packet& packet, bool encode, const std::function<void(Packet)>& sink);

  /// Nothing before the first picture.
  [[nodiscard]] const Stream* stream() const { return encoder_ ? &encoder_->stream() : nullptr; }

 private:
  void encode(const Frame& frame, const std::function<void(Packet)>& sink);
  void open_encoder(const Frame& frame);

  Stream from_;
  Decoder decoder_;
  Frame decoded_;
  Scaler scaler_;
  std::unique_ptr<VideoEncoder> encoder_;
  std::optional<std::int64_t> last_pts_, key_pts_;
};

}  // namespace live::av

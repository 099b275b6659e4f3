#include "common/av/video_transcoder.hpp"

#include <algorithm>

extern "C" {
#include <libavutil/avutil.h>
#include <libavutil/frame.h>
}

namespace live::av {
namespace {

constexpr std::uint32_t seconds_per_gop = 2;
constexpr std::uint32_t default_rate = 25;
constexpr double bits_per_pixel = 0.1;  ///< 2.3 Mbit/s for 720p25, 5.2 for 1080p25
constexpr std::uint64_t least_bit_rate = 300'000;

}  // namespace

VideoTranscoder::VideoTranscoder(const Stream& from) : from_(from), decoder_(from) {}

void VideoTranscoder::push(const Packet& packet, bool encode_it,
                           const std::function<void(Packet)>& sink) {
  if (!decoder_.send(packet)) return;
  while (decoder_.receive(decoded_)) {
    if (encode_it) encode(scaler_.scale(decoded_), sink);
  }
}

void VideoTranscoder::open_encoder(const Frame& frame) {
  VideoEncoding wanted;
  wanted.width = static_cast<std::uint32_t>(frame.raw()->width);
  wanted.height = static_cast<std::uint32_t>(frame.raw()->height);
  wanted.sar_num = from_.sar_num;
  wanted.sar_den = from_.sar_den;
  wanted.time_base_num = from_.time_base_num;
  wanted.time_base_den = from_.time_base_den;
  if (from_.rate_num > 0 && from_.rate_num / from_.rate_den <= 120) {
    wanted.rate_num = from_.rate_num;
    wanted.rate_den = from_.rate_den;
  } else {
    wanted.rate_num = default_rate;
  }
  const double rate = static_cast<double>(wanted.rate_num) / wanted.rate_den;
  wanted.gop =
      10 * default_rate;  // key frames are asked for by time, because rates are often wrong
  wanted.bit_rate =
      std::max(least_bit_rate,
               static_cast<std::uint64_t>(bits_per_pixel * rate * wanted.width * wanted.height));
  encoder_ = std::make_unique<VideoEncoder>(wanted);
  key_pts_.reset();
  last_pts_.reset();
}

void VideoTranscoder::encode(const Frame& frame, const std::function<void(Packet)>& sink) {
  const auto width = static_cast<std::uint32_t>(frame.raw()->width);
  const auto height = static_cast<std::uint32_t>(frame.raw()->height);
  if (!encoder_ || encoder_->stream().width != width || encoder_->stream().height != height) {
    open_encoder(frame);
  }
  Frame picture;
  av_frame_ref(picture.raw(), frame.raw());
  auto pts = frame.pts();
  // An encoder wants growing stamps; what the camera meant is repaired later.
  if (pts == AV_NOPTS_VALUE) pts = last_pts_.value_or(-1) + 1;
  const bool restarted = last_pts_ && pts < *last_pts_ - from_.time_base_den / from_.time_base_num;
  if (last_pts_ && pts <= *last_pts_) pts = *last_pts_ + 1;
  if (restarted) {
    encoder_.reset();
    open_encoder(frame);
    pts = frame.pts();
  }
  const auto gop =
      static_cast<std::int64_t>(seconds_per_gop) * from_.time_base_den / from_.time_base_num;
  const bool key = !key_pts_ || pts - *key_pts_ >= gop;
  if (key) key_pts_ = pts;
  last_pts_ = pts;
  picture.set_pts(pts);
  picture.ask_for_key_frame(key);
  encoder_->send(picture);
  Packet out;
  while (encoder_->receive(out)) {
    sink(std::move(out));
    out = Packet{};
  }
}

}  // namespace live::av

#include "common/av/frame.hpp"

#include <algorithm>
#include <new>

extern "C" {
#include <libavutil/channel_layout.h>
#include <libavutil/frame.h>
}

#include "common/av/error.hpp"

namespace live::av {

Frame::Frame() : frame_(av_frame_alloc()) {
  if (!frame_) throw std::bad_alloc{};
}

Frame Frame::picture(std::uint32_t width, std::uint32_t height) {
  Frame out;
  out.frame_->format = AV_PIX_FMT_YUV420P;
  out.frame_->width = static_cast<int>(width);
  out.frame_->height = static_cast<int>(height);
  check(av_frame_get_buffer(out.raw(), 0), "allocate picture");
  return out;
}

Frame Frame::sound(std::uint32_t rate, std::uint32_t channels, std::uint32_t samples) {
  Frame out;
  out.frame_->format = AV_SAMPLE_FMT_S16;
  out.frame_->sample_rate = static_cast<int>(rate);
  out.frame_->nb_samples = static_cast<int>(samples);
  av_channel_layout_default(&out.frame_->ch_layout, static_cast<int>(channels));
  check(av_frame_get_buffer(out.raw(), 0), "allocate sound");
  std::ranges::fill(out.samples(), std::int16_t{0});
  return out;
}

std::span<std::uint8_t> Frame::row(unsigned plane, std::uint32_t y) {
  const int width = plane == 0 ? frame_->width : (frame_->width + 1) / 2;
  return {frame_->data[plane] + static_cast<std::ptrdiff_t>(y) * frame_->linesize[plane],
          static_cast<std::size_t>(width)};
}

std::span<std::int16_t> Frame::samples() {
  return {reinterpret_cast<std::int16_t*>(frame_->data[0]),
          static_cast<std::size_t>(frame_->nb_samples) *
              static_cast<std::size_t>(frame_->ch_layout.nb_channels)};
}

std::span<const float> Frame::floats() const {
  return {reinterpret_cast<const float*>(frame_->data[0]),
          static_cast<std::size_t>(frame_->nb_samples)};
}

void Frame::make_writable() { check(av_frame_make_writable(frame_.get()), "copy frame"); }
void Frame::set_pts(std::int64_t pts) { frame_->pts = pts; }
std::int64_t Frame::pts() const { return frame_->pts; }
void Frame::ask_for_key_frame(bool wanted) {
  frame_->pict_type = wanted ? AV_PICTURE_TYPE_I : AV_PICTURE_TYPE_NONE;
}

Frame Frame::share() const {
  Frame same;
  check(av_frame_ref(same.raw(), raw()), "share frame");
  return same;
}

std::uint32_t Frame::sample_count() const { return static_cast<std::uint32_t>(frame_->nb_samples); }
std::uint32_t Frame::sample_rate() const { return static_cast<std::uint32_t>(frame_->sample_rate); }

}  // namespace live::av

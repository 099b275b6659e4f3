#include "common/av/scaler.hpp"

#include <new>

extern "C" {
#include <libavutil/frame.h>
#include <libswscale/swscale.h>
}

#include "common/av/error.hpp"
#include "common/av/filter.hpp"

namespace live::av {
const Frame& Scaler::scale(const Frame& from) {
  const auto& in = *from.raw();
  const bool full_range = format_of(from).colour.full_range;
  const bool even = (in.width | in.height) % 2 == 0;
  if (even && in.format == AV_PIX_FMT_YUV420P && !full_range) return from;

  if (!context_ || in.width != width_ || in.height != height_ || in.format != format_) {
    const int width = in.width & ~1;
    const int height = in.height & ~1;
    context_.reset(sws_getContext(in.width, in.height, static_cast<AVPixelFormat>(in.format), width,
                                  height, AV_PIX_FMT_YUV420P, SWS_FAST_BILINEAR, nullptr, nullptr,
                                  nullptr));
    if (!context_) check(AVERROR(EINVAL), "convert picture");
    const int* table = sws_getCoefficients(SWS_CS_DEFAULT);
    sws_setColorspaceDetails(context_.get(), table, full_range ? 1 : 0, table, 0, 0, 1 << 16,
                             1 << 16);
    out_ = Frame::picture(static_cast<std::uint32_t>(width), static_cast<std::uint32_t>(height));
    width_ = in.width;
    height_ = in.height;
    format_ = in.format;
  }
  out_.make_writable();
  check(sws_scale(context_.get(), in.data, in.linesize, 0, in.height, out_.raw()->data,
                  out_.raw()->linesize),
        "convert picture");
  out_.set_pts(from.pts());
  return out_;
}

}  // namespace live::av

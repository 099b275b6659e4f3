#include "common/av/resizer.hpp"

#include <array>
#include <new>

extern "C" {
#include <libavutil/buffer.h>
#include <libavutil/frame.h>
#include <libswscale/swscale.h>
}
#include "common/av/error.hpp"
#include "common/base/failure.hpp"

#include <libyuv/scale.h>

namespace live::av {
namespace {

/// The least factor for libyuv's box filter, which averages the pixels that a new one covers: from 1080 lines to 480 that costs
/// 0.001 of SSIM after encoding, to 720 it is no more than bilinear.
constexpr int box_from = 3;
constexpr int row_alignment = 64;  ///< the widest vectors of libyuv and of the encoders

constexpr int aligned(int value) {
  return (value + row_alignment - 1) / row_alignment * row_alignment;
}

bool is_ready(const PictureFormat& format) {
  return format.pixel_format == AV_PIX_FMT_YUV420P && !format.colour.full_range;
}

/// swscale's table of a matrix; H.273's numbers are libav's.
const int* coefficients(int matrix) {
  switch (matrix) {
    case AVCOL_SPC_BT709:
    case AVCOL_SPC_RGB:  // becomes BT.709
      return sws_getCoefficients(SWS_CS_ITU709);
    case AVCOL_SPC_FCC:
      return sws_getCoefficients(SWS_CS_FCC);
    case AVCOL_SPC_SMPTE240M:
      return sws_getCoefficients(SWS_CS_SMPTE240M);
    case AVCOL_SPC_BT2020_NCL:
    case AVCOL_SPC_BT2020_CL:
      return sws_getCoefficients(SWS_CS_BT2020);
    default:
      return sws_getCoefficients(SWS_CS_DEFAULT);
  }
}

}  // namespace

Resizer::Resizer(std::uint32_t width, std::uint32_t height)
    : width_(static_cast<int>(width)), height_(static_cast<int>(height)) {
  const auto luma = static_cast<std::size_t>(aligned(width_)) * height;
  const auto chroma = static_cast<std::size_t>(aligned(width_ / 2)) * (height / 2);
  pool_.reset(av_buffer_pool_init(luma + 2 * chroma + row_alignment, nullptr));
  if (!pool_) throw std::bad_alloc{};
}

Frame Resizer::blank(const Frame& like) {
  Frame out;
  auto& picture = *out.raw();
  check(av_frame_copy_props(&picture, like.raw()), "allocate picture");
  picture.format = AV_PIX_FMT_YUV420P;
  picture.width = width_;
  picture.height = height_;
  picture.buf[0] = av_buffer_pool_get(pool_.get());
  if (picture.buf[0] == nullptr) throw std::bad_alloc{};
  picture.linesize[0] = aligned(width_);
  picture.linesize[1] = picture.linesize[2] = aligned(width_ / 2);
  picture.data[0] = picture.buf[0]->data;
  picture.data[1] = picture.data[0] + static_cast<std::ptrdiff_t>(picture.linesize[0]) * height_;
  picture.data[2] =
      picture.data[1] + static_cast<std::ptrdiff_t>(picture.linesize[1]) * (height_ / 2);
  return out;
}

void Resizer::convert(const Frame& from, Frame& to) {
  const auto& in = *from.raw();
  const auto format = format_of(from);
  if (!convert_ || format != converted_) {
    convert_.reset(sws_getContext(in.width, in.height, static_cast<AVPixelFormat>(in.format),
                                  width_, height_, AV_PIX_FMT_YUV420P, SWS_BICUBIC, nullptr,
                                  nullptr, nullptr));
    if (!convert_) check(AVERROR(EINVAL), "convert picture");
    const int* table = coefficients(format.colour.matrix);
    sws_setColorspaceDetails(convert_.get(), table, format.colour.full_range ? 1 : 0, table, 0, 0,
                             1 << 16, 1 << 16);
    converted_ = format;
  }
  check(sws_scale(convert_.get(), in.data, in.linesize, 0, in.height, to.raw()->data,
                  to.raw()->linesize),
        "convert picture");
  to.raw()->color_range = AVCOL_RANGE_MPEG;
  if (in.colorspace == AVCOL_SPC_RGB) to.raw()->colorspace = AVCOL_SPC_BT709;
}

Frame Resizer::resize(const Frame& from) {
  const auto& in = *from.raw();
  const bool ready = is_ready(format_of(from));
  if (ready && in.width == width_ && in.height == height_) {
    Frame same;
    check(av_frame_ref(same.raw(), from.raw()), "share picture");
    return same;
  }
  auto out = blank(from);
  const bool box_is_good = in.width >= box_from * width_ && in.height >= box_from * height_;
  if (!ready || !box_is_good) {
    convert(from, out);
    return out;
  }
  const auto& to = *out.raw();
  const int scaled = libyuv::I420Scale(in.data[0], in.linesize[0], in.data[1], in.linesize[1],
                                       in.data[2], in.linesize[2], in.width, in.height, to.data[0],
                                       to.linesize[0], to.data[1], to.linesize[1], to.data[2],
                                       to.linesize[2], width_, height_, libyuv::kFilterBox);
  if (scaled != 0) fail(Exit::bad_data, "scale picture: libyuv refuses {}x{}", in.width, in.height);
  return out;
}

}  // namespace live::av

// When is a frame shown that carries no stamp?  H.264 counts it: picture order count, ISO/IEC 14496-10 §8.2.1.1.
#pragma once

#include <cstdint>

namespace rtsp2fmp4 {

/// For frames in decode order, pic_order_cnt_type 0, two counts per frame.
class OutputOrder {
 public:
  explicit OutputOrder(std::uint32_t log2_max_poc_lsb)
      : range_(std::int64_t{1} << log2_max_poc_lsb) {}

  /// The place in display order, in frames, of frame `index` in decode order; an IDR picture keeps its own.
  std::int64_t place(std::int64_t index, bool idr, std::uint32_t poc_lsb) {
    if (idr) {
      base_ = index;
      high_ = last_ = 0;
    }
    const std::int64_t lsb = poc_lsb;
    if (lsb < last_ && last_ - lsb >= range_ / 2) high_ += range_;
    if (lsb > last_ && lsb - last_ > range_ / 2) high_ -= range_;
    last_ = lsb;
    return base_ + (high_ + lsb) / counts_per_frame;
  }

 private:
  static constexpr std::int64_t counts_per_frame = 2;
  std::int64_t range_;
  std::int64_t base_ = 0, high_ = 0, last_ = 0;
};

}  // namespace rtsp2fmp4

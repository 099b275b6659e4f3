// Pictures to a given size, 8-bit 4:2:0 of limited range: by swscale's bicubic filter, or libyuv's box filter where they become
// much smaller, which costs a third of it then.
#pragma once

#include "common/av/filter.hpp"
#include "common/av/frame.hpp"
#include "common/av/handles.hpp"

#include <cstdint>

namespace live::av {

class Resizer {
 public:
  /// REQUIRES: even sizes.
  Resizer(std::uint32_t width, std::uint32_t height);

  /// A picture of its own (shared by reference counting, from a pool of buffers), stamps, SAR, captions and colour as `from`
  /// has them (a full range becomes limited, RGB becomes BT.709); `from` itself by reference when it is of that size and
  /// format already.
  Frame resize(const Frame& from);

 private:
  Frame blank(const Frame& like);
  void convert(const Frame& from, Frame& to);

  int width_, height_;
  Owned<AVBufferPool> pool_;
  Owned<SwsContext> convert_;
  PictureFormat converted_;  ///< what convert_ takes
};

}  // namespace live::av

// Pictures of any size and shape in the middle of one of a given size, as large as they fit, never stretched; black bars around.
#pragma once

#include "common/av/filter.hpp"
#include "common/av/frame.hpp"
#include "common/av/resizer.hpp"

#include <cstdint>
#include <optional>

namespace live::av {

/// Where a picture lies within a larger one; all even.
struct Placement {
  std::uint32_t width = 0, height = 0, x = 0, y = 0;
  bool operator==(const Placement&) const = default;
};
/// `format`: of the picture, its pixels of any shape.  REQUIRES: `width` and `height`, of square pixels, are even.
Placement fit_within(std::uint32_t width, std::uint32_t height, const PictureFormat& format);

class Letterbox {
 public:
  /// REQUIRES: even sizes.
  Letterbox(std::uint32_t width, std::uint32_t height) : width_(width), height_(height) {}

  /// 8-bit 4:2:0 of limited range, square pixels, stamps and colour as `from` has them.  Throws Failure.
  Frame fit(const Frame& from);

 private:
  std::uint32_t width_, height_;
  std::optional<Placement> place_;
  std::optional<Resizer> resizer_;
  std::optional<Filter> pad_;
  PictureFormat padded_;  ///< what pad_ takes
};

}  // namespace live::av

#include "common/av/letterbox.hpp"

#include "common/base/failure.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace live::av {
namespace {

constexpr double least_side = 2;

/// The nearest even number within 2 and `limit`.
std::uint32_t even(double side, std::uint32_t limit) {
  const auto nearest = std::lround(std::max(side, least_side) / 2) * 2;
  return std::min(static_cast<std::uint32_t>(nearest), limit);
}

}  // namespace

Placement fit_within(std::uint32_t width, std::uint32_t height, const PictureFormat& format) {
  const bool unknown = format.sar_num == 0 || format.sar_den == 0;
  const double shown =
      unknown ? format.width : static_cast<double>(format.width) * format.sar_num / format.sar_den;
  const double scale = std::min(width / shown, static_cast<double>(height) / format.height);
  Placement place;
  place.width = even(shown * scale, width);
  place.height = even(format.height * scale, height);
  place.x = (width - place.width) / 4 * 2;
  place.y = (height - place.height) / 4 * 2;
  return place;
}

Frame Letterbox::fit(const Frame& from) {
  const auto place = fit_within(width_, height_, format_of(from));
  if (place_ != place) {
    place_ = place;
    resizer_.emplace(place.width, place.height);
    pad_.reset();
  }
  auto picture = resizer_->resize(from);
  if (place.width == width_ && place.height == height_) return picture;
  auto format = format_of(picture);
  format.interlaced = format.top_field_first = false;
  if (!pad_ || padded_ != format) {
    padded_ = format;
    pad_.emplace(fmt::format("pad={}:{}:{}:{}", width_, height_, place.x, place.y), format);
  }
  pad_->push(picture);
  Frame out;
  if (!pad_->receive(out)) fail(Exit::bad_data, "pad picture: nothing came out");
  return out;
}

}  // namespace live::av

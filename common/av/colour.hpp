// What the numbers of a picture mean: code points of ITU-T H.273, as bitstreams and MP4 carry them.
#pragma once

namespace live::av {

struct Colour {
  static constexpr int unspecified = 2;
  int primaries = unspecified, transfer = unspecified, matrix = unspecified;
  bool full_range = false;  ///< luma from 0 to 255 instead of 16 to 235
  bool operator==(const Colour&) const = default;
};

}  // namespace live::av

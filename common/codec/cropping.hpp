// The picture that is shown, cut out of the one that is coded: the same four counts in H.264 and H.265.
#pragma once

#include "common/codec/bits.hpp"

#include <cstdint>

namespace live::codec {

/// Reads the left, right, top and bottom offsets, in chroma samples of `chroma_format` (0 to 3) and, up and down, rows of
/// `field_factor` lines, and takes them off `width` and `height`.  False when nothing is left.
/// ISO/IEC 14496-10 table 6-1 and equations 7-19 to 7-22; ISO/IEC 23008-2 table 6-1 and §7.4.3.2.1.
inline bool read_cropping(BitReader& in, std::uint32_t chroma_format, std::uint32_t field_factor,
                          std::uint32_t& width, std::uint32_t& height) {
  const std::uint64_t unit_x = chroma_format == 1 || chroma_format == 2 ? 2 : 1;
  const std::uint64_t unit_y = std::uint64_t{chroma_format == 1 ? 2U : 1U} * field_factor;
  const auto left = in.ue(), right = in.ue(), top = in.ue(), bottom = in.ue();
  const auto cut_x = (std::uint64_t{left} + right) * unit_x;
  const auto cut_y = (std::uint64_t{top} + bottom) * unit_y;
  if (cut_x >= width || cut_y >= height) return false;
  width -= static_cast<std::uint32_t>(cut_x);
  height -= static_cast<std::uint32_t>(cut_y);
  return true;
}

}  // namespace live::codec

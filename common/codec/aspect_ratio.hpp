// The begin of a VUI, which H.264 and H.265 write alike: the sample aspect ratio (ITU-T H.264 table E-1) and the colours.
#pragma once

#include "common/codec/bits.hpp"

#include <array>
#include <cstdint>

namespace live::codec {

struct AspectRatio {
  std::uint32_t num = 1, den = 1;
};

/// Reads aspect_ratio_info_present_flag and what depends on it.  Unspecified and reserved ratios
/// are 1:1.
inline AspectRatio read_aspect_ratio(BitReader& in) {
  static constexpr std::uint32_t extended_sar = 255;
  static constexpr std::array<AspectRatio, 17> table{{{1, 1},
                                                      {1, 1},
                                                      {12, 11},
                                                      {10, 11},
                                                      {16, 11},
                                                      {40, 33},
                                                      {24, 11},
                                                      {20, 11},
                                                      {32, 11},
                                                      {80, 33},
                                                      {18, 11},
                                                      {15, 11},
                                                      {64, 33},
                                                      {160, 99},
                                                      {4, 3},
                                                      {3, 2},
                                                      {2, 1}}};
  if (!in.flag()) return {};
  const auto idc = in.bits(8);
  if (idc < table.size()) return table[idc];
  if (idc != extended_sar) return {};
  const AspectRatio ratio{in.bits(16), in.bits(16)};
  return ratio.num == 0 || ratio.den == 0 ? AspectRatio{} : ratio;
}

constexpr std::uint8_t unspecified_transfer = 2;  // ITU-T H.264 table E-4

/// transfer_characteristics, and what stands between the aspect ratio and the place behind it: overscan, video signal type.
inline std::uint8_t read_transfer(BitReader& in) {
  if (in.flag()) in.skip(1);  // overscan_appropriate_flag
  if (!in.flag()) return unspecified_transfer;
  in.skip(4);  // video_format, video_full_range_flag
  if (!in.flag()) return unspecified_transfer;
  in.skip(8);  // colour_primaries
  const auto transfer = static_cast<std::uint8_t>(in.bits(8));
  in.skip(8);  // matrix_coefficients
  return transfer;
}

}  // namespace live::codec

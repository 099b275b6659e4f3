#include "common/codec/bits.hpp"
#include "common/codec/records.hpp"

#include <algorithm>
#include <array>

namespace live::codec {
namespace {

/// Of a level: the largest picture and its longest side (VP9 levels, "Level definitions").
struct Level {
  std::uint8_t level;
  std::uint32_t picture, side;
};
constexpr std::array<Level, 9> levels{{{10, 36864, 512},
                                       {11, 73728, 768},
                                       {20, 122880, 960},
                                       {21, 245760, 1344},
                                       {30, 552960, 2048},
                                       {31, 983040, 2752},
                                       {40, 2228224, 4160},
                                       {50, 8912896, 8384},
                                       {60, 35651584, 16832}}};

std::uint8_t level_of(std::uint32_t width, std::uint32_t height) {
  for (const auto& level : levels) {
    if (std::uint64_t{width} * height <= level.picture && std::max(width, height) <= level.side) {
      return level.level;
    }
  }
  return 62;
}

/// The codes of ISO/IEC 23091-2 for a VP9 color_space.
struct Colour {
  std::uint8_t primaries, transfer, matrix;
};
constexpr std::uint32_t color_space_rgb = 7;
// BT.2020 may be HDR, so its transfer stays unspecified (2).
constexpr std::array<Colour, 8> colours{
    {{2, 2, 2}, {5, 6, 5}, {1, 1, 1}, {6, 6, 6}, {7, 7, 7}, {9, 2, 9}, {2, 2, 2}, {1, 13, 0}}};

struct KeyFrame {
  std::uint32_t profile = 0, bit_depth = 8, color_space = 0;
  bool full_range = false, subsampling_x = true, subsampling_y = true;
  std::uint32_t width = 0, height = 0;
};

/// color_config() (§6.2.2).
void read_color(BitReader& in, KeyFrame& frame) {
  if (frame.profile >= 2) frame.bit_depth = in.flag() ? 12 : 10;
  frame.color_space = in.bits(3);
  const bool any_subsampling = frame.profile == 1 || frame.profile == 3;
  if (frame.color_space == color_space_rgb) {
    frame.full_range = true;
    frame.subsampling_x = frame.subsampling_y = false;
    if (any_subsampling) in.skip(1);
    return;
  }
  frame.full_range = in.flag();
  if (any_subsampling) {
    frame.subsampling_x = in.flag();
    frame.subsampling_y = in.flag();
    in.skip(1);
  }
}

/// uncompressed_header() (§6.2) of a key frame.
std::optional<KeyFrame> parse_key_frame(Bytes bytes) {
  constexpr std::uint32_t frame_marker = 2;
  constexpr std::uint32_t sync_code = 0x498342;
  BitReader in{bytes};
  if (in.bits(2) != frame_marker) return {};
  KeyFrame frame;
  frame.profile = in.bits(1);
  frame.profile |= in.bits(1) << 1U;
  if (frame.profile == 3) in.skip(1);
  const bool show_existing = in.flag();
  const bool inter = in.flag();
  if (show_existing || inter) return {};
  in.skip(2);  // show_frame, error_resilient_mode
  if (in.bits(24) != sync_code) return {};
  read_color(in, frame);
  frame.width = in.bits(16) + 1;
  frame.height = in.bits(16) + 1;
  if (!in.ok()) return {};
  return frame;
}

/// chromaSubsampling of the record; 4:4:0 has no code of its own and no browser plays it.
std::uint32_t chroma_code(const KeyFrame& frame) {
  if (!frame.subsampling_x) return 3;
  return frame.subsampling_y ? 1 : 2;  // 1: colocated with luma, VP9's only siting
}

}  // namespace

std::optional<Buffer> vpcc_from_key_frame(Bytes frame) {
  const auto key = parse_key_frame(frame);
  if (!key) return {};
  const auto& colour = colours[key->color_space];
  BitWriter out;
  out.bits(8, key->profile);
  out.bits(8, level_of(key->width, key->height));
  out.bits(4, key->bit_depth);
  out.bits(3, chroma_code(*key));
  out.flag(key->full_range);
  out.bits(8, colour.primaries);
  out.bits(8, colour.transfer);
  out.bits(8, colour.matrix);
  out.bits(16, 0);  // codecInitializationDataSize
  return out.aligned();
}

std::optional<PictureSize> vp9_picture_size(Bytes frame) {
  const auto key = parse_key_frame(frame);
  if (!key) return {};
  return PictureSize{key->width, key->height};
}

}  // namespace live::codec

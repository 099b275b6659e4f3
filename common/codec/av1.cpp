#include "common/codec/bits.hpp"
#include "common/codec/records.hpp"

#include <algorithm>
#include <array>
#include <optional>

namespace live::codec {
namespace {

constexpr std::uint32_t sequence_header = 1;  // obu_type (AV1 §6.2.2)

struct Sequence {
  std::uint32_t profile = 0, level = 0, tier = 0;
  bool high_bit_depth = false, twelve_bit = false, monochrome = false;
  bool subsampling_x = true, subsampling_y = true;
  std::uint32_t chroma_position = 0;
  std::uint32_t width = 0, height = 0;  // the largest of any frame
  std::uint8_t transfer = 2;            // unspecified
};

std::optional<std::uint64_t> read_leb128(Reader& in) {
  std::uint64_t value = 0;
  for (unsigned i = 0; i < 8; ++i) {
    const std::uint64_t byte = in.u8();
    value |= (byte & 0x7FU) << (i * 7);
    if ((byte & 0x80U) == 0) break;
  }
  if (!in.ok()) return {};
  return value;
}

/// The payload of the first sequence header among the OBUs of `in` (§5.3).
std::optional<Bytes> find_sequence_header(Bytes obus) {
  Reader in{obus};
  while (in.left() > 0) {
    const std::uint32_t header = in.u8();
    if ((header & 0x80U) != 0) return {};  // obu_forbidden_bit
    const auto type = header >> 3U & 0xFU;
    if ((header & 4U) != 0) in.skip(1);  // extension
    std::optional<std::uint64_t> size = in.left();
    if ((header & 2U) != 0) size = read_leb128(in);
    if (!size) return {};
    const auto payload = in.take(*size);
    if (!in.ok()) return {};
    if (type == sequence_header) return payload;
  }
  return {};
}

void skip_uvlc(BitReader& in) {
  unsigned zeros = 0;
  while (in.ok() && !in.flag())
    ++zeros;
  if (zeros < 32) in.skip(zeros);
}

/// timing_info() and decoder_model_info() (§5.5.3, §5.5.4); gives the length of the decoder model's
/// delays.
std::optional<std::uint32_t> read_timing(BitReader& in) {
  in.skip(64);                   // num_units_in_display_tick, time_scale
  if (in.flag()) skip_uvlc(in);  // equal_picture_interval
  if (!in.flag()) return {};     // decoder_model_info_present_flag
  const auto delay_bits = in.bits(5) + 1;
  in.skip(32 + 5 + 5);
  return delay_bits;
}

void read_operating_points(BitReader& in, Sequence& sequence) {
  const auto delay_bits = in.flag() ? read_timing(in) : std::nullopt;
  const bool has_display_delay = in.flag();
  const auto points = in.bits(5) + 1;
  for (std::uint32_t i = 0; i < points; ++i) {
    in.skip(12);  // operating_point_idc
    const auto level = in.bits(5);
    const auto tier = level > 7 ? in.bits(1) : 0;
    if (delay_bits && in.flag()) in.skip(2 * std::size_t{*delay_bits} + 1);
    if (has_display_delay && in.flag()) in.skip(4);
    if (i == 0) {
      sequence.level = level;
      sequence.tier = tier;
    }
  }
}

void read_frame_size(BitReader& in, bool reduced, Sequence& sequence) {
  const auto width_bits = in.bits(4) + 1;
  const auto height_bits = in.bits(4) + 1;
  sequence.width = in.bits(width_bits) + 1;
  sequence.height = in.bits(height_bits) + 1;
  if (!reduced && in.flag()) in.skip(4 + 3);  // frame ids
}

void skip_tools(BitReader& in, bool reduced) {
  in.skip(3);  // 128x128 superblocks, filter intra, intra edge filter
  if (!reduced) {
    in.skip(4);  // interintra, masked compound, warped motion, dual filter
    const bool order_hint = in.flag();
    if (order_hint) in.skip(2);  // jnt_comp, ref_frame_mvs
    const bool choose_screen_content = in.flag();
    const bool screen_content = choose_screen_content || in.flag();
    if (screen_content && !in.flag()) in.skip(1);  // seq_choose_integer_mv, seq_force_integer_mv
    if (order_hint) in.skip(3);
  }
  in.skip(3);  // superres, cdef, restoration
}

/// color_config() (§5.5.2).
void read_color(BitReader& in, Sequence& sequence) {
  constexpr std::uint32_t srgb_identity = 1U << 16U | 13U << 8U;  // BT.709, sRGB, identity
  sequence.high_bit_depth = in.flag();
  if (sequence.profile == 2 && sequence.high_bit_depth) sequence.twelve_bit = in.flag();
  if (sequence.profile != 1) sequence.monochrome = in.flag();
  const bool described = in.flag();
  const auto description = described ? in.bits(24) : 0;
  if (described) sequence.transfer = static_cast<std::uint8_t>(description >> 8U);
  if (sequence.monochrome) return;
  if (description == srgb_identity) {
    sequence.subsampling_x = sequence.subsampling_y = false;
    return;
  }
  in.skip(1);  // color_range
  if (sequence.profile == 1) {
    sequence.subsampling_x = sequence.subsampling_y = false;
  } else if (sequence.profile == 2) {
    sequence.subsampling_x = !sequence.twelve_bit || in.flag();
    sequence.subsampling_y = sequence.twelve_bit && sequence.subsampling_x && in.flag();
  }
  if (sequence.subsampling_x && sequence.subsampling_y) sequence.chroma_position = in.bits(2);
}

/// sequence_header_obu() (§5.5.1).
std::optional<Sequence> parse_sequence(Bytes payload) {
  BitReader in{payload};
  Sequence sequence;
  sequence.profile = in.bits(3);
  in.skip(1);  // still_picture
  const bool reduced = in.flag();
  if (reduced) {
    sequence.level = in.bits(5);
  } else {
    read_operating_points(in, sequence);
  }
  read_frame_size(in, reduced, sequence);
  skip_tools(in, reduced);
  read_color(in, sequence);
  if (!in.ok() || sequence.profile > 2) return {};
  return sequence;
}

void write_leb128(Writer& out, std::size_t value) {
  for (; value >= 0x80; value >>= 7U)
    out.u8((value & 0x7FU) | 0x80U);
  out.u8(value);
}

}  // namespace

Bytes without_temporal_delimiter(Bytes unit) {
  constexpr std::array<std::uint8_t, 2> delimiter{0x12, 0x00};
  return unit.size() > 2 && std::ranges::equal(unit.first(2), delimiter) ? unit.subspan(2) : unit;
}

std::optional<Buffer> av1c_from_obus(Bytes obus) {
  const auto payload = find_sequence_header(obus);
  if (!payload) return {};
  const auto sequence = parse_sequence(*payload);
  if (!sequence) return {};
  BitWriter head;
  head.bits(8, 0x81);  // marker, version 1
  head.bits(3, sequence->profile);
  head.bits(5, sequence->level);
  head.bits(1, sequence->tier);
  head.flag(sequence->high_bit_depth);
  head.flag(sequence->twelve_bit);
  head.flag(sequence->monochrome);
  head.flag(sequence->subsampling_x);
  head.flag(sequence->subsampling_y);
  head.bits(2, sequence->chroma_position);
  head.bits(8, 0);  // no initial_presentation_delay
  auto record = head.aligned();
  Writer out{record};
  out.u8(sequence_header << 3U | 2U);  // configOBUs have a size field
  write_leb128(out, payload->size());
  out.bytes(*payload);
  return record;
}

std::optional<Av1Facts> parse_av1c(Bytes av1c) {
  BitReader in{av1c};
  if (in.bits(8) != 0x81) return {};
  Av1Facts facts;
  facts.profile = static_cast<std::uint8_t>(in.bits(3));
  facts.level = static_cast<std::uint8_t>(in.bits(5));
  facts.tier = static_cast<std::uint8_t>(in.bits(1));
  const bool high_bit_depth = in.flag();
  const bool twelve_bit = in.flag();
  in.skip(12);
  if (!in.ok()) return {};
  if (high_bit_depth) facts.bit_depth = twelve_bit ? 12 : 10;
  return facts;
}

std::optional<PictureSize> av1_picture_size(Bytes obus) {
  const auto payload = find_sequence_header(obus);
  const auto sequence = payload ? parse_sequence(*payload) : std::nullopt;
  if (!sequence) return {};
  return PictureSize{sequence->width, sequence->height};
}

std::optional<std::uint8_t> av1_transfer(Bytes obus) {
  const auto payload = find_sequence_header(obus);
  const auto sequence = payload ? parse_sequence(*payload) : std::nullopt;
  if (!sequence) return {};
  return sequence->transfer;
}

}  // namespace live::codec

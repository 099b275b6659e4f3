#include "common/codec/hevc.hpp"

#include "common/codec/bits.hpp"
#include "common/codec/nal.hpp"

#include <algorithm>
#include <cassert>

namespace live::codec::hevc {
namespace {

constexpr std::size_t max_hvcc_sets = 64;  // of one kind: as many as there are ids of PPS

void write_sets(Writer& out, NalType type, std::span<const Buffer> sets) {
  const auto count = std::min(sets.size(), max_hvcc_sets);
  out.u8(0x80U | type);  // array_completeness: none are in the samples
  out.u16(count);
  for (const auto& set : sets.first(count)) {
    out.u16(set.size());
    out.bytes(set);
  }
}

void read_array(Reader& in, Hvcc& record) {
  const auto type = in.u8() & 0x3FU;
  auto* sets = type == NalType::vps   ? &record.vps
               : type == NalType::sps ? &record.sps
               : type == NalType::pps ? &record.pps
                                      : nullptr;
  const auto count = in.u16();
  for (unsigned i = 0; i < count && in.ok(); ++i) {
    const auto set = in.take(in.u16());
    if (sets != nullptr && !set.empty()) sets->emplace_back(set.begin(), set.end());
  }
}

}  // namespace

Buffer write_hvcc(std::span<const Buffer> vps_list, std::span<const Buffer> sps_list,
                  std::span<const Buffer> pps_list) {
  assert(!sps_list.empty());
  const auto facts = parse_sps(sps_list.front());
  assert(facts);
  Buffer record;
  Writer out{record};
  out.u8(1);  // configurationVersion
  out.u8(facts->profile_space * 64U + facts->tier * 32U + facts->profile_idc);
  out.u32(facts->compatibility);
  out.bytes(facts->constraints);
  out.u8(facts->level_idc);
  out.u16(0xF000);  // min_spatial_segmentation_idc: unknown
  out.u8(0xFC);     // parallelismType: unknown
  out.u8(0xFC | facts->chroma_format);
  out.u8(0xF8 | (facts->bit_depth_luma - 8));
  out.u8(0xF8 | (facts->bit_depth_chroma - 8));
  out.u16(0);  // avgFrameRate: unknown
  out.u8(facts->sub_layers << 3U | (facts->temporal_id_nested ? 4U : 0U) | 3U);  // 4-byte lengths
  out.u8(3);                                                                     // arrays
  write_sets(out, NalType::vps, vps_list);
  write_sets(out, NalType::sps, sps_list);
  write_sets(out, NalType::pps, pps_list);
  return record;
}

std::optional<Hvcc> parse_hvcc(Bytes hvcc) {
  Reader in{hvcc};
  if (in.u8() > 1) return {};  // 0 was written by early muxers
  in.skip(20);
  Hvcc record;
  record.length_size = (in.u8() & 3U) + 1;
  if (record.length_size == 3) return {};
  const auto arrays = in.u8();
  for (unsigned i = 0; i < arrays && in.ok(); ++i)
    read_array(in, record);
  if (!in.ok()) return {};
  return record;
}

std::optional<Pps> parse_pps(Bytes nal) {
  if (nal_type(nal) != NalType::pps || layer(nal) != 0) return {};
  const auto rbsp = unescape(nal);
  BitReader in{rbsp};
  in.skip(16);
  const Pps pps{in.ue(), in.ue()};
  in.skip(7);  // seven flags follow in every PPS
  if (!in.ok() || pps.id > 63 || pps.sps_id > 15) return {};
  return pps;
}

std::optional<Vps> parse_vps(Bytes nal) {
  constexpr std::size_t min_vps_bytes = 2 + 4 + 12;  // header, ids and layers, profile_tier_level
  if (nal_type(nal) != NalType::vps || layer(nal) != 0 || nal.size() < min_vps_bytes) return {};
  return Vps{static_cast<std::uint32_t>(nal[2] >> 4U)};
}

bool is_first_slice(Bytes slice_nal) { return slice_nal.size() > 2 && (slice_nal[2] & 0x80U) != 0; }

std::optional<std::uint32_t> pps_of_slice(Bytes first_slice_nal) {
  constexpr std::size_t max_header_bytes = 16;
  if (!is_slice(Codec::hevc, first_slice_nal)) return {};
  const auto rbsp =
      unescape(first_slice_nal.first(std::min(first_slice_nal.size(), max_header_bytes)));
  BitReader in{rbsp};
  in.skip(16 + 1);  // NAL unit header, first_slice_segment_in_pic_flag
  if (is_key_slice(Codec::hevc, first_slice_nal)) in.skip(1);  // no_output_of_prior_pics_flag
  const auto id = in.ue();
  if (!in.ok()) return {};
  return id;
}

}  // namespace live::codec::hevc

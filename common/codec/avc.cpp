#include "common/codec/avc.hpp"

#include "common/codec/bits.hpp"
#include "common/codec/nal.hpp"

#include <algorithm>
#include <cassert>

namespace live::codec::avc {
namespace {

// ISO/IEC 14496-15 §5.3.3.1: the counts have 5 and 8 bits.
constexpr std::size_t max_avcc_sps = 31;
constexpr std::size_t max_avcc_pps = 255;

constexpr std::uint8_t partition_a = 2;
// What is read of a slice header are at most nine fields of at most 8 bytes each.
constexpr std::size_t max_slice_header_bytes = 72;

/// Baseline, Main and Extended end with the PPS; every later profile tells chroma and depth as
/// well.
bool has_chroma_fields(std::uint8_t profile) {
  return profile != 66 && profile != 77 && profile != 88;
}

void write_set(Writer& out, const Buffer& set) {
  out.u16(set.size());
  out.bytes(set);
}

void read_sets(Reader& in, unsigned count, std::vector<Buffer>& sets) {
  for (unsigned i = 0; i < count && in.ok(); ++i) {
    const auto set = in.take(in.u16());
    if (!set.empty()) sets.emplace_back(set.begin(), set.end());
  }
}

}  // namespace

Buffer write_avcc(std::span<const Buffer> sps_list, std::span<const Buffer> pps_list) {
  assert(!sps_list.empty());
  const auto facts = parse_sps(sps_list.front());
  assert(facts);
  const auto sps_count = std::min(sps_list.size(), max_avcc_sps);
  const auto pps_count = std::min(pps_list.size(), max_avcc_pps);
  Buffer record;
  Writer out{record};
  out.u8(1);  // configurationVersion
  out.u8(facts->profile);
  out.u8(facts->constraints);
  out.u8(facts->level);
  out.u8(0xFC | 3);  // lengths of four bytes
  out.u8(0xE0 | sps_count);
  for (const auto& set : sps_list.first(sps_count))
    write_set(out, set);
  out.u8(pps_count);
  for (const auto& set : pps_list.first(pps_count))
    write_set(out, set);
  if (has_chroma_fields(facts->profile)) {
    out.u8(0xFC | facts->chroma_format);
    out.u8(0xF8 | (facts->bit_depth_luma - 8));
    out.u8(0xF8 | (facts->bit_depth_chroma - 8));
    out.u8(0);  // numOfSequenceParameterSetExt
  }
  return record;
}

std::optional<Avcc> parse_avcc(Bytes avcc) {
  Reader in{avcc};
  if (in.u8() != 1) return {};
  in.skip(3);  // profile, compatibility, level
  Avcc record;
  record.length_size = (in.u8() & 3U) + 1;
  if (record.length_size == 3) return {};
  read_sets(in, in.u8() & 0x1FU, record.sps);
  read_sets(in, in.u8(), record.pps);
  if (!in.ok()) return {};
  return record;
}

std::optional<Pps> parse_pps(Bytes nal) {
  if (nal_type(nal) != NalType::pps) return {};
  const auto rbsp = unescape(nal);
  BitReader in{rbsp};
  in.skip(8);
  const Pps pps{in.ue(), in.ue()};
  in.skip(2);  // entropy_coding_mode_flag and its neighbour: a PPS is never as short as its ids
  if (!in.ok() || pps.id > 255 || pps.sps_id > 31) return {};
  return pps;
}

bool is_first_slice(Bytes slice_nal) {
  const auto type = nal_type(slice_nal);
  const bool has_header = type == NalType::slice || type == partition_a || type == NalType::idr;
  return has_header && slice_nal.size() > 1 &&
         (slice_nal[1] & 0x80U) != 0;  // ue(v) 0 is one set bit
}

std::optional<std::uint32_t> pps_of_slice(Bytes slice_nal) {
  if (!is_slice(Codec::avc, slice_nal)) return {};
  const auto rbsp = unescape(slice_nal.first(std::min(slice_nal.size(), max_slice_header_bytes)));
  BitReader in{rbsp};
  in.skip(8);
  in.ue();  // first_mb_in_slice
  in.ue();  // slice_type
  const auto id = in.ue();
  if (!in.ok()) return {};
  return id;
}

std::optional<SliceHeader> parse_slice_header(Bytes nal, const Sps& active) {
  if (!is_slice(Codec::avc, nal)) return {};
  const auto rbsp = unescape(nal.first(std::min(nal.size(), max_slice_header_bytes)));
  BitReader in{rbsp};
  in.skip(8);
  SliceHeader header;
  header.idr = nal_type(nal) == NalType::idr;
  header.first_mb = in.ue();
  header.slice_type = in.ue();
  in.ue();  // pic_parameter_set_id
  if (active.separate_colour_planes) in.skip(2);
  header.frame_num = in.bits(active.log2_max_frame_num);
  if (!active.frame_mbs_only && in.flag()) in.skip(1);  // field_pic_flag, bottom_field_flag
  if (header.idr) in.ue();                              // idr_pic_id
  if (active.poc_type == 0) header.poc_lsb = in.bits(active.log2_max_poc_lsb);
  if (!in.ok()) return {};
  return header;
}

}  // namespace live::codec::avc

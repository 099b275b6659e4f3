#include "common/codec/aspect_ratio.hpp"
#include "common/codec/bits.hpp"
#include "common/codec/cropping.hpp"
#include "common/codec/hevc.hpp"
#include "common/codec/nal.hpp"

namespace live::codec::hevc {
namespace {

// Level 6.2, table A.8: Sqrt(MaxLumaPs * 8) samples are the widest and the highest picture.
constexpr std::uint32_t max_side = 16888;
constexpr std::uint32_t max_sub_layers = 7;
constexpr std::uint32_t max_id = 15;
constexpr std::uint32_t max_ref_pics = 16;         // §7.4.8
constexpr std::uint32_t max_short_term_sets = 64;  // §7.4.3.2.1
constexpr std::uint32_t max_long_term_pics = 32;   // §7.4.3.2.1

/// One sub-layer's *_max_dec_pic_buffering_minus1, _max_num_reorder_pics and
/// _max_latency_increase_plus1.
struct Ordering {
  std::uint32_t buffering_minus1 = 0, reorder = 0, latency_plus1 = 0;
};

/// The part that SPS and VPS have in common, and where it stands.
struct SubLayers {
  std::size_t begin = 0, end = 0;  ///< in bits
  std::uint32_t count = 0;         ///< of those written
  std::array<Ordering, max_sub_layers> orderings{};
};

struct Parsed {
  Sps sps;
  SubLayers sub_layers;
};

/// profile_tier_level(1, sub_layers - 1) (§7.3.3).
void read_profile(BitReader& in, Sps& sps) {
  sps.profile_space = static_cast<std::uint8_t>(in.bits(2));
  sps.tier = static_cast<std::uint8_t>(in.bits(1));
  sps.profile_idc = static_cast<std::uint8_t>(in.bits(5));
  sps.compatibility = in.bits(32);
  for (auto& byte : sps.constraints)
    byte = static_cast<std::uint8_t>(in.bits(8));
  sps.level_idc = static_cast<std::uint8_t>(in.bits(8));
  if (sps.sub_layers == 1) return;
  std::size_t bits = 0;
  for (std::uint32_t i = 0; i + 1 < sps.sub_layers; ++i) {
    if (in.flag()) bits += 88;
    if (in.flag()) bits += 8;
  }
  in.skip(2 * (std::size_t{9} - sps.sub_layers) + bits);  // reserved_zero_2bits first
}

/// From sub_layer_ordering_info_present_flag on.
SubLayers read_sub_layers(BitReader& in, std::uint32_t sub_layers) {
  SubLayers read;
  read.count = in.flag() ? sub_layers : 1;
  read.begin = in.at();
  for (std::uint32_t i = 0; i < read.count; ++i) {
    read.orderings[i].buffering_minus1 = in.ue();
    read.orderings[i].reorder = in.ue();
    read.orderings[i].latency_plus1 = in.ue();
  }
  read.end = in.at();
  return read;
}

/// False when nothing is left of the picture, or it is larger than any level allows.
bool read_size(BitReader& in, Sps& sps) {
  sps.chroma_format = in.ue();
  if (sps.chroma_format == 3) in.skip(1);  // separate_colour_plane_flag
  sps.width = in.ue();
  sps.height = in.ue();
  if (sps.chroma_format > 3 || sps.width > max_side || sps.height > max_side) return false;
  if (!in.flag()) return sps.width > 0 && sps.height > 0;
  return read_cropping(in, sps.chroma_format, 1, sps.width, sps.height);
}

/// scaling_list_data() (§7.3.4).
void skip_scaling_lists(BitReader& in) {
  for (unsigned size = 0; size < 4; ++size) {
    const unsigned coefficients = size == 0 ? 16 : 64;
    for (unsigned matrix = 0; matrix < 6 && in.ok(); matrix += size == 3 ? 3 : 1) {
      if (!in.flag()) {
        in.ue();  // scaling_list_pred_matrix_id_delta
        continue;
      }
      if (size > 1) in.se();  // scaling_list_dc_coef_minus8
      for (unsigned i = 0; i < coefficients && in.ok(); ++i)
        in.se();
    }
  }
}

/// A short-term reference picture set: the distances in output order to the pictures before and after,
/// nearest first (DeltaPocS0 and DeltaPocS1 of §7.4.8).  How long a set is in the bitstream depends on
/// those of the set before.
struct ReferenceSet {
  std::vector<std::int64_t> before, after;

  [[nodiscard]] std::size_t size() const { return before.size() + after.size(); }
};

/// A set that is told by its differences from `last`: equations 7-61 and 7-62.
ReferenceSet predict_reference_set(BitReader& in, const ReferenceSet& last) {
  const bool negative = in.flag();  // delta_rps_sign
  const auto distance = std::int64_t{in.ue()} + 1;
  const auto delta = negative ? -distance : distance;
  std::vector<bool> kept;
  for (std::size_t i = 0; i <= last.size(); ++i) {
    kept.push_back(in.flag() || in.flag());  // used_by_curr_pic_flag, else use_delta_flag
  }
  ReferenceSet set;
  const auto add = [&](std::vector<std::int64_t>& to, std::int64_t from, std::size_t flag) {
    const auto moved = from + delta;
    if (kept[flag] && (&to == &set.before ? moved < 0 : moved > 0)) to.push_back(moved);
  };
  const auto first_after = last.before.size();
  for (auto i = last.after.size(); i-- > 0;)
    add(set.before, last.after[i], first_after + i);
  add(set.before, 0, last.size());
  for (std::size_t i = 0; i < first_after; ++i)
    add(set.before, last.before[i], i);
  for (auto i = first_after; i-- > 0;)
    add(set.after, last.before[i], i);
  add(set.after, 0, last.size());
  for (std::size_t i = 0; i < last.after.size(); ++i)
    add(set.after, last.after[i], first_after + i);
  return set;
}

/// st_ref_pic_set() (§7.3.7).  Nothing when it is larger than the standard allows.
std::optional<ReferenceSet> read_reference_set(BitReader& in, const ReferenceSet* last) {
  if (last != nullptr && in.flag()) {  // inter_ref_pic_set_prediction_flag
    auto set = predict_reference_set(in, *last);
    return set.size() > max_ref_pics ? std::nullopt : std::optional{std::move(set)};
  }
  const auto before = in.ue(), after = in.ue();
  if (before > max_ref_pics || after > max_ref_pics) return {};
  ReferenceSet set;
  for (std::int64_t i = 0, at = 0; i < before; ++i) {
    set.before.push_back(at -= std::int64_t{in.ue()} + 1);
    in.skip(1);  // used_by_curr_pic_s0_flag
  }
  for (std::int64_t i = 0, at = 0; i < after; ++i) {
    set.after.push_back(at += std::int64_t{in.ue()} + 1);
    in.skip(1);
  }
  return set;
}

bool skip_reference_sets(BitReader& in, const Sps& sps) {
  const auto sets = in.ue();
  if (sets > max_short_term_sets) return false;
  std::optional<ReferenceSet> last;
  for (std::uint32_t i = 0; i < sets; ++i) {
    last = read_reference_set(in, last ? &*last : nullptr);
    if (!last || !in.ok()) return false;
  }
  if (!in.flag()) return true;  // long_term_ref_pics_present_flag
  const auto long_term = in.ue();
  if (long_term > max_long_term_pics) return false;
  in.skip(std::size_t{long_term} * (sps.log2_max_poc_lsb + 1));
  return true;
}

/// What stands between the sub-layers and the VUI.
bool skip_coding_tools(BitReader& in, const Sps& sps) {
  for (int i = 0; i < 6; ++i)
    in.ue();                                           // block sizes and depths
  if (in.flag() && in.flag()) skip_scaling_lists(in);  // enabled, present
  in.skip(2);                                          // amp, sample adaptive offset
  if (in.flag()) {                                     // pcm
    in.skip(8);
    in.ue();
    in.ue();
    in.skip(1);
  }
  if (!skip_reference_sets(in, sps)) return false;
  in.skip(2);  // temporal motion vectors, strong intra smoothing
  return true;
}

/// A NAL unit of the base layer and of the type `type`.
bool is_base_layer(Bytes rbsp, NalType type) {
  return nal_type(rbsp) == type && (rbsp[0] & 1U) == 0 && rbsp[1] >> 3U == 0;
}

std::optional<Parsed> parse(Bytes rbsp) {
  if (!is_base_layer(rbsp, NalType::sps)) return {};
  Parsed parsed;
  auto& sps = parsed.sps;
  BitReader in{rbsp, payload_bits(rbsp)};
  in.skip(16 + 4);  // NAL unit header, sps_video_parameter_set_id
  sps.sub_layers = in.bits(3) + 1;
  if (sps.sub_layers > max_sub_layers) return {};
  sps.temporal_id_nested = in.flag();
  read_profile(in, sps);
  sps.id = in.ue();
  if (!read_size(in, sps)) return {};
  sps.bit_depth_luma = in.ue() + 8;
  sps.bit_depth_chroma = in.ue() + 8;
  sps.log2_max_poc_lsb = in.ue() + 4;
  if (sps.id > max_id || sps.bit_depth_luma > 16 || sps.bit_depth_chroma > 16 ||
      sps.log2_max_poc_lsb > 16) {
    return {};
  }
  parsed.sub_layers = read_sub_layers(in, sps.sub_layers);
  const auto& highest = parsed.sub_layers.orderings[parsed.sub_layers.count - 1];
  if (highest.buffering_minus1 >= max_ref_pics || highest.reorder > max_ref_pics) return {};
  sps.max_num_reorder_pics = highest.reorder;
  sps.max_dec_pic_buffering = highest.buffering_minus1 + 1;
  if (!skip_coding_tools(in, sps)) return {};
  const bool has_vui = in.flag();
  if (!in.ok()) return {};
  if (!has_vui) return parsed;
  const auto sar = read_aspect_ratio(in);
  if (!in.ok()) return parsed;
  sps.sar_num = sar.num;
  sps.sar_den = sar.den;
  const auto transfer = read_transfer(in);
  if (in.ok()) sps.transfer = transfer;
  return parsed;
}

/// `rbsp` with no reordering in its sub-layers, escaped.
Buffer without_reordering(Bytes rbsp, const SubLayers& sub_layers) {
  BitWriter out;
  out.copy(rbsp, 0, sub_layers.begin);
  for (std::uint32_t i = 0; i < sub_layers.count; ++i) {
    out.ue(sub_layers.orderings[i].buffering_minus1);
    out.ue(0);
    out.ue(sub_layers.orderings[i].latency_plus1);
  }
  out.copy(rbsp, sub_layers.end, payload_bits(rbsp));
  return escape(out.finish());
}

bool reorders(const SubLayers& sub_layers) {
  for (std::uint32_t i = 0; i < sub_layers.count; ++i) {
    if (sub_layers.orderings[i].reorder > 0) return true;
  }
  return false;
}

}  // namespace

std::optional<Sps> parse_sps(Bytes nal) {
  const auto parsed = parse(unescape(nal));
  if (!parsed) return {};
  return parsed->sps;
}

std::optional<Buffer> claim_no_reorder_sps(Bytes sps_nal) {
  const auto rbsp = unescape(sps_nal);
  const auto parsed = parse(rbsp);
  if (!parsed) return {};
  if (!reorders(parsed->sub_layers)) return Buffer{sps_nal.begin(), sps_nal.end()};
  return without_reordering(rbsp, parsed->sub_layers);
}

std::optional<Buffer> claim_no_reorder_vps(Bytes vps_nal) {
  const auto rbsp = unescape(vps_nal);
  if (!is_base_layer(rbsp, NalType::vps)) return {};
  BitReader in{rbsp, payload_bits(rbsp)};
  in.skip(16 + 12);  // NAL unit header; id, layers
  Sps facts;
  facts.sub_layers = in.bits(3) + 1;
  if (facts.sub_layers > max_sub_layers) return {};
  in.skip(1 + 16);  // vps_temporal_id_nesting_flag, vps_reserved_0xffff_16bits
  read_profile(in, facts);
  const auto sub_layers = read_sub_layers(in, facts.sub_layers);
  if (!in.ok()) return {};
  if (!reorders(sub_layers)) return Buffer{vps_nal.begin(), vps_nal.end()};
  return without_reordering(rbsp, sub_layers);
}

}  // namespace live::codec::hevc

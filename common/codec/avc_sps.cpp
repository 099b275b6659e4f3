#include "common/codec/aspect_ratio.hpp"
#include "common/codec/avc.hpp"
#include "common/codec/bits.hpp"
#include "common/codec/cropping.hpp"
#include "common/codec/nal.hpp"

#include <algorithm>

namespace live::codec::avc {
namespace {

// Level 6.2, table A-1: Sqrt(MaxFS * 8) macroblocks are the widest and the highest picture.
constexpr std::uint32_t max_side_mbs = 1055;
constexpr std::uint32_t max_frame_mbs = 139264;
constexpr std::uint32_t max_cpb_count = 32;   // §E.2.2
constexpr std::uint32_t max_ref_frames = 16;  // §A.3.1
constexpr std::uint32_t max_poc_cycle = 255;  // §7.4.2.1.1
constexpr std::uint32_t max_id = 31;

/// bitstream_restriction() of §E.1.1; the defaults are those that its absence means, but for the
/// two last, which we always write.
struct Restriction {
  bool vectors_leave_picture = true;
  std::uint32_t max_bytes_per_pic_denom = 0, max_bits_per_mb_denom = 0;
  std::uint32_t log2_max_mv_horizontal = 16, log2_max_mv_vertical = 16;
  std::uint32_t max_num_reorder_frames = 0, max_dec_frame_buffering = 0;
};

struct Vui {
  AspectRatio sar;
  std::uint8_t transfer = unspecified_transfer;
  std::size_t restriction_flag_at = 0;  ///< in bits
  std::optional<Restriction> restriction;
};

struct Parsed {
  Sps sps;
  std::size_t vui_flag_at = 0;  ///< in bits
  bool has_vui = false;
  std::optional<Vui> vui;  ///< nothing when it is cut
};

bool has_chroma_format(std::uint8_t profile) {
  switch (profile) {
    case 44:
    case 83:
    case 86:
    case 100:
    case 110:
    case 118:
    case 122:
    case 128:
    case 134:
    case 135:
    case 138:
    case 139:
    case 244:
      return true;
    default:
      return false;
  }
}

void skip_scaling_list(BitReader& in, unsigned size) {
  std::int64_t last = 8;
  std::int64_t next = 8;
  for (unsigned i = 0; i < size && in.ok(); ++i) {
    if (next != 0) next = (last + in.se()) & 0xFF;
    if (next != 0) last = next;
  }
}

void read_chroma(BitReader& in, Sps& sps) {
  sps.chroma_format = in.ue();
  if (sps.chroma_format == 3) sps.separate_colour_planes = in.flag();
  sps.bit_depth_luma = in.ue() + 8;
  sps.bit_depth_chroma = in.ue() + 8;
  in.skip(1);  // qpprime_y_zero_transform_bypass_flag
  if (!in.flag()) return;
  const unsigned lists = sps.chroma_format == 3 ? 12 : 8;
  for (unsigned i = 0; i < lists; ++i) {
    if (in.flag()) skip_scaling_list(in, i < 6 ? 16 : 64);
  }
}

/// False when the cycle is longer than the standard allows.
bool read_picture_order(BitReader& in, Sps& sps) {
  sps.poc_type = in.ue();
  if (sps.poc_type == 0) sps.log2_max_poc_lsb = in.ue() + 4;
  if (sps.poc_type != 1) return true;
  in.skip(1);  // delta_pic_order_always_zero_flag
  in.se();     // offset_for_non_ref_pic
  in.se();     // offset_for_top_to_bottom_field
  const auto cycle = in.ue();
  if (cycle > max_poc_cycle) return false;
  for (std::uint32_t i = 0; i < cycle; ++i)
    in.se();
  return true;
}

/// False when nothing is left of the picture, or it is larger than any level allows.
bool read_size(BitReader& in, Sps& sps) {
  const auto width_mbs = std::uint64_t{in.ue()} + 1;
  const auto height_units = std::uint64_t{in.ue()} + 1;
  sps.frame_mbs_only = in.flag();
  const std::uint32_t field_factor = sps.frame_mbs_only ? 1 : 2;
  const auto height_mbs = height_units * field_factor;
  if (!sps.frame_mbs_only) in.skip(1);  // mb_adaptive_frame_field_flag
  in.skip(1);                           // direct_8x8_inference_flag
  if (width_mbs > max_side_mbs || height_mbs > max_side_mbs ||
      width_mbs * height_mbs > max_frame_mbs) {
    return false;
  }
  sps.width = static_cast<std::uint32_t>(width_mbs * 16);
  sps.height = static_cast<std::uint32_t>(height_mbs * 16);
  if (!in.flag()) return true;
  const auto chroma = sps.separate_colour_planes ? 0 : sps.chroma_format;
  return read_cropping(in, chroma, field_factor, sps.width, sps.height);
}

/// hrd_parameters() (§E.1.2).  False when there are more buffers than the standard allows.
bool skip_hrd(BitReader& in) {
  const auto count = std::uint64_t{in.ue()} + 1;
  if (count > max_cpb_count) return false;
  in.skip(8);  // bit_rate_scale, cpb_size_scale
  for (std::uint64_t i = 0; i < count; ++i) {
    in.ue();
    in.ue();
    in.skip(1);
  }
  in.skip(20);  // three delay lengths, time_offset_length
  return true;
}

Restriction read_restriction(BitReader& in) {
  Restriction r;
  r.vectors_leave_picture = in.flag();
  r.max_bytes_per_pic_denom = in.ue();
  r.max_bits_per_mb_denom = in.ue();
  r.log2_max_mv_horizontal = in.ue();
  r.log2_max_mv_vertical = in.ue();
  r.max_num_reorder_frames = in.ue();
  r.max_dec_frame_buffering = in.ue();
  return r;
}

void write_restriction(BitWriter& out, const Restriction& r) {
  out.flag(true);  // bitstream_restriction_flag
  out.flag(r.vectors_leave_picture);
  out.ue(r.max_bytes_per_pic_denom);
  out.ue(r.max_bits_per_mb_denom);
  out.ue(r.log2_max_mv_horizontal);
  out.ue(r.log2_max_mv_vertical);
  out.ue(r.max_num_reorder_frames);
  out.ue(r.max_dec_frame_buffering);
}

/// vui_parameters() (§E.1.1).
std::optional<Vui> read_vui(BitReader& in) {
  Vui vui;
  vui.sar = read_aspect_ratio(in);
  vui.transfer = read_transfer(in);
  if (in.flag()) {  // chroma sample location
    in.ue();
    in.ue();
  }
  if (in.flag()) in.skip(65);  // timing
  const bool nal_hrd = in.flag();
  if (nal_hrd && !skip_hrd(in)) return {};
  const bool vcl_hrd = in.flag();
  if (vcl_hrd && !skip_hrd(in)) return {};
  if (nal_hrd || vcl_hrd) in.skip(1);  // low_delay_hrd_flag
  in.skip(1);                          // pic_struct_present_flag
  vui.restriction_flag_at = in.at();
  if (in.flag()) vui.restriction = read_restriction(in);
  if (!in.ok()) return {};
  return vui;
}

bool is_plausible(const Sps& sps) {
  return sps.id <= max_id && sps.chroma_format <= 3 && sps.bit_depth_luma <= 14 &&
         sps.bit_depth_chroma <= 14 && sps.poc_type <= 2 && sps.log2_max_frame_num <= 16 &&
         sps.log2_max_poc_lsb <= 16 && sps.max_num_ref_frames <= max_ref_frames;
}

std::optional<Parsed> parse(Bytes rbsp) {
  if (nal_type(rbsp) != NalType::sps) return {};
  Parsed parsed;
  auto& sps = parsed.sps;
  BitReader in{rbsp, payload_bits(rbsp)};
  in.skip(8);
  sps.profile = static_cast<std::uint8_t>(in.bits(8));
  sps.constraints = static_cast<std::uint8_t>(in.bits(8));
  sps.level = static_cast<std::uint8_t>(in.bits(8));
  sps.id = in.ue();
  if (has_chroma_format(sps.profile)) read_chroma(in, sps);
  sps.log2_max_frame_num = in.ue() + 4;
  if (!read_picture_order(in, sps)) return {};
  sps.max_num_ref_frames = in.ue();
  in.skip(1);  // gaps_in_frame_num_value_allowed_flag
  if (!read_size(in, sps)) return {};
  parsed.vui_flag_at = in.at();
  parsed.has_vui = in.flag();
  if (!in.ok() || !is_plausible(sps)) return {};
  if (!parsed.has_vui) return parsed;
  parsed.vui = read_vui(in);
  if (!parsed.vui) return parsed;
  sps.sar_num = parsed.vui->sar.num;
  sps.sar_den = parsed.vui->sar.den;
  sps.transfer = parsed.vui->transfer;
  if (parsed.vui->restriction) {
    sps.max_num_reorder_frames = parsed.vui->restriction->max_num_reorder_frames;
    sps.max_dec_frame_buffering = parsed.vui->restriction->max_dec_frame_buffering;
  }
  return parsed;
}

}  // namespace

std::optional<Sps> parse_sps(Bytes nal) {
  const auto parsed = parse(unescape(nal));
  if (!parsed) return {};
  return parsed->sps;
}

bool cannot_reorder(const Sps& sps) {
  constexpr std::uint8_t baseline = 66;
  return sps.profile == baseline || sps.poc_type == 2;
}

std::optional<Buffer> claim_no_reorder(Bytes sps_nal) {
  const auto rbsp = unescape(sps_nal);
  const auto parsed = parse(rbsp);
  if (!parsed || (parsed->has_vui && !parsed->vui)) return {};
  const auto known = parsed->vui ? parsed->vui->restriction : std::nullopt;
  auto claim = known.value_or(Restriction{});
  claim.max_num_reorder_frames = 0;
  claim.max_dec_frame_buffering =
      std::max(claim.max_dec_frame_buffering, parsed->sps.max_num_ref_frames);
  if (known && known->max_num_reorder_frames == 0 &&
      known->max_dec_frame_buffering == claim.max_dec_frame_buffering) {
    return Buffer{sps_nal.begin(), sps_nal.end()};
  }
  BitWriter out;
  if (parsed->vui) {
    out.copy(rbsp, 0, parsed->vui->restriction_flag_at);
  } else {
    out.copy(rbsp, 0, parsed->vui_flag_at);
    out.flag(true);  // vui_parameters_present_flag
    out.bits(8, 0);  // every part before bitstream_restriction_flag is absent
  }
  write_restriction(out, claim);
  return escape(out.finish());
}

}  // namespace live::codec::avc

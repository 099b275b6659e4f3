// H.265: the facts of VPS and SPS, the decoder configuration record, and the claim that nothing is
// reordered.  ITU-T H.265 §7.3.2; ISO/IEC 14496-15 §8.3.3.1.
#pragma once

#include "common/base/bytes.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace live::codec::hevc {

struct Sps {
  std::uint32_t id = 0;
  std::uint8_t profile_space = 0, tier = 0, profile_idc = 0, level_idc = 0;
  std::uint32_t compatibility = 0;  ///< general_profile_compatibility_flags, first flag on top
  std::array<std::uint8_t, 6> constraints{};  ///< general_constraint_indicator_flags
  std::uint32_t width = 0, height = 0;        ///< after the conformance window
  std::uint32_t sar_num = 1, sar_den = 1;
  std::uint32_t chroma_format = 1, bit_depth_luma = 8, bit_depth_chroma = 8;
  std::uint8_t transfer = 2;  ///< transfer_characteristics; 2: not said
  std::uint32_t sub_layers = 1;
  std::uint32_t max_num_reorder_pics = 0, max_dec_pic_buffering = 1;  ///< of the highest sub-layer
  std::uint32_t log2_max_poc_lsb = 4;
  bool temporal_id_nested = false;

  bool operator==(const Sps&) const = default;
};
/// `nal`: a whole NAL unit, escaped as sent.  Nothing when it is cut before its VUI, absurd, or of
/// a layer above the base.
std::optional<Sps> parse_sps(Bytes nal);

/// What a PPS is called and which SPS it refers to.
struct Pps {
  std::uint32_t id = 0, sps_id = 0;
};
/// Nothing when it is cut, absurd, or of a layer above the base.
std::optional<Pps> parse_pps(Bytes nal);
struct Vps {
  std::uint32_t id = 0;
};
/// Nothing when it is cut or of a layer above the base.
std::optional<Vps> parse_vps(Bytes nal);

/// The same SPS (VPS) with every sps_max_num_reorder_pics (vps_...) that is larger set to 0.
std::optional<Buffer> claim_no_reorder_sps(Bytes sps_nal);
std::optional<Buffer> claim_no_reorder_vps(Bytes vps_nal);

/// hvcC with 4-byte lengths, sets complete (hvc1).  REQUIRES: at least one SPS that parses.
Buffer write_hvcc(std::span<const Buffer> vps_list, std::span<const Buffer> sps_list,
                  std::span<const Buffer> pps_list);
struct Hvcc {
  std::size_t length_size = 4;
  std::vector<Buffer> vps, sps, pps;
};
std::optional<Hvcc> parse_hvcc(Bytes hvcc);

/// True when the slice is the first of its picture (first_slice_segment_in_pic_flag).
bool is_first_slice(Bytes slice_nal);
/// The PPS that the first slice of a picture refers to; nothing when it is cut.
std::optional<std::uint32_t> pps_of_slice(Bytes first_slice_nal);

}  // namespace live::codec::hevc

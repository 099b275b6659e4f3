// H.264: the facts of a sequence parameter set, the decoder configuration record, and the claim
// that nothing is reordered.  ISO/IEC 14496-10 §7.3.2.1, annex E; ISO/IEC 14496-15 §5.3.3.1.
#pragma once

#include "common/base/bytes.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace live::codec::avc {

struct Sps {
  std::uint8_t profile = 0, constraints = 0, level = 0;  ///< bytes 1 to 3 of the NAL unit
  std::uint32_t id = 0;
  std::uint32_t width = 0, height = 0;  ///< after cropping
  std::uint32_t sar_num = 1, sar_den = 1;
  std::uint32_t chroma_format = 1, bit_depth_luma = 8, bit_depth_chroma = 8;
  std::uint8_t transfer = 2;  ///< transfer_characteristics; 2: not said
  std::uint32_t poc_type = 0, log2_max_poc_lsb = 0, log2_max_frame_num = 0;
  std::uint32_t max_num_ref_frames = 0;
  bool frame_mbs_only = true;
  bool separate_colour_planes = false;
  /// Of the VUI's bitstream_restriction, when there is one.
  std::optional<std::uint32_t> max_num_reorder_frames, max_dec_frame_buffering;

  bool operator==(const Sps&) const = default;
};

/// `nal`: a whole NAL unit of type 7, escaped as sent.  Nothing when it is cut or absurd; an SPS
/// that is cut within its VUI, as some cameras send it, counts as one without VUI.
std::optional<Sps> parse_sps(Bytes nal);

/// True when frames cannot come out of order whatever the VUI says: Baseline and Constrained
/// Baseline profile, or pic_order_cnt_type 2.
bool cannot_reorder(const Sps& sps);

/// The same SPS with a VUI whose bitstream_restriction has max_num_reorder_frames 0 and
/// max_dec_frame_buffering at least max_num_ref_frames; everything else keeps its bits.  Chrome
/// otherwise holds the whole DPB (up to 16 frames) before it shows one.  Nothing when SPS or VUI
/// cannot be parsed.
std::optional<Buffer> claim_no_reorder(Bytes sps_nal);

/// avcC with 4-byte lengths.  REQUIRES: at least one SPS that parses.
Buffer write_avcc(std::span<const Buffer> sps_list, std::span<const Buffer> pps_list);
struct Avcc {
  std::size_t length_size = 4;
  std::vector<Buffer> sps, pps;
};
std::optional<Avcc> parse_avcc(Bytes avcc);

/// What a PPS is called and which SPS it refers to.
struct Pps {
  std::uint32_t id = 0, sps_id = 0;
};
/// Nothing when it is cut or absurd.
std::optional<Pps> parse_pps(Bytes nal);

/// True when the slice is the first of its picture (first_mb_in_slice is 0).
bool is_first_slice(Bytes slice_nal);
/// The PPS that a slice refers to; nothing when it is cut.
std::optional<std::uint32_t> pps_of_slice(Bytes slice_nal);

/// Of a slice header (§7.3.3): enough to tell a picture's place in output order and a picture's
/// first slice.  `active` is the SPS in use.  Nothing when the slice is cut.
struct SliceHeader {
  std::uint32_t first_mb = 0, slice_type = 0, frame_num = 0;
  bool idr = false;
  std::uint32_t poc_lsb = 0;  ///< pic_order_cnt_type 0 only
};
std::optional<SliceHeader> parse_slice_header(Bytes nal, const Sps& active);

}  // namespace live::codec::avc

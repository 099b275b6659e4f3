// Configuration records of the codecs whose bitstream needs no parameter-set care.
#pragma once

#include "common/base/bytes.hpp"

#include <cstdint>
#include <optional>

namespace live::codec {

struct PictureSize {
  std::uint32_t width = 0, height = 0;
};

/// av1C from a sequence header OBU, alone or at the start of a temporal unit (AV1 §5.5).
std::optional<Buffer> av1c_from_obus(Bytes obus);
/// Facts that the codecs string needs: seq_profile, seq_level_idx_0, seq_tier_0, bit depth.
struct Av1Facts {
  std::uint8_t profile = 0, level = 0, tier = 0, bit_depth = 8;
};
std::optional<Av1Facts> parse_av1c(Bytes av1c);

/// A temporal unit without the delimiter OBU that it begins with, which does not belong into a sample (AV1 in ISOBMFF §2.4).
Bytes without_temporal_delimiter(Bytes unit);

/// The largest frame of the sequence, from its header as above (an av1C's configOBUs, too).
std::optional<PictureSize> av1_picture_size(Bytes obus);

/// transfer_characteristics (ISO/IEC 23091-2) of the sequence, likewise; 2 where it does not say.
std::optional<std::uint8_t> av1_transfer(Bytes obus);

/// vpcC body from the first key frame (VP9 bitstream §6.2): profile, bit depth, subsampling; the
/// level is the lowest that fits the size.
std::optional<Buffer> vpcc_from_key_frame(Bytes frame);
/// frame_size() of the first key frame.
std::optional<PictureSize> vp9_picture_size(Bytes frame);

/// dOps body from an OpusHead (RFC 7845 §5.1), which is little-endian; or from nothing but the
/// channels.
std::optional<Buffer> dops_from_opus_head(Bytes head);
/// The reverse.  Nothing when the record is cut.
std::optional<Buffer> opus_head_from_dops(Bytes dops);
Buffer dops(std::uint32_t channels, std::uint16_t pre_skip, std::uint32_t input_rate);

/// The duration of an Opus packet in samples of 48 kHz (RFC 6716 §3.1); nothing for an illegal one.
std::optional<std::uint32_t> opus_duration(Bytes packet);

/// STREAMINFO (RFC 9639 §8.2) from a FLAC header: "fLaC" and the first block, or the 34 bytes
/// alone.
std::optional<Buffer> flac_streaminfo(Bytes header);
/// Facts of the 34 bytes.
struct FlacFacts {
  std::uint32_t sample_rate = 0, channels = 0;
};
std::optional<FlacFacts> parse_flac_streaminfo(Bytes streaminfo);
/// Samples per channel of a frame, from its header (RFC 9639 §9.1).
std::optional<std::uint32_t> flac_block_size(Bytes frame);

}  // namespace live::codec

// NAL units: how H.264 and H.265 cut an access unit, in Annex B (start codes) and in MP4 (lengths).
#pragma once

#include "common/base/bytes.hpp"
#include "common/codec/parameters.hpp"

#include <cstdint>
#include <vector>

namespace live::codec {

/// The NAL units of `annex_b` (ISO/IEC 14496-10 annex B) without start codes and trailing zeros, as
/// spans into it.  Empty when there is no start code.
std::vector<Bytes> split_annex_b(Bytes annex_b);
/// The NAL units of an MP4 sample with lengths of `length_size` (1, 2 or 4) bytes.  Empty when a
/// length leads outside.
std::vector<Bytes> split_length_prefixed(Bytes sample, std::size_t length_size);
/// True when `au` begins with 00 00 01 or 00 00 00 01.
bool is_annex_b(Bytes au);

namespace avc {
enum NalType : std::uint8_t {
  slice = 1,
  idr = 5,
  sei = 6,
  sps = 7,
  pps = 8,
  aud = 9,
  filler = 12,
  sps_ext = 13
};
inline std::uint8_t nal_type(Bytes nal) { return nal.empty() ? 0 : nal[0] & 0x1FU; }
}  // namespace avc

namespace hevc {
enum NalType : std::uint8_t {
  bla_first = 16,
  idr_w_radl = 19,
  idr_n_lp = 20,
  cra = 21,
  irap_last = 23,
  vps = 32,
  sps = 33,
  pps = 34,
  aud = 35,
  filler = 38,
  prefix_sei = 39
};
inline std::uint8_t nal_type(Bytes nal) { return nal.size() < 2 ? 0xFF : nal[0] >> 1U & 0x3FU; }
/// nuh_layer_id: 0 is the base layer, the only one that a browser decodes.
inline std::uint8_t layer(Bytes nal) {
  return nal.size() < 2 ? 0 : static_cast<std::uint8_t>((nal[0] & 1U) << 5U | nal[1] >> 3U);
}
}  // namespace hevc

/// True for a slice of an IDR (H.264) or IRAP (H.265) picture.
bool is_key_slice(Codec codec, Bytes nal);
/// True for any slice.
bool is_slice(Codec codec, Bytes nal);
/// True for VPS, SPS (and its extension), PPS: what lives in the init segment and not in samples.
bool is_parameter_set(Codec codec, Bytes nal);

}  // namespace live::codec

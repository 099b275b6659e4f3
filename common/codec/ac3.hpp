// AC-3 and E-AC-3 (ETSI TS 102 366): the head of a synchronization frame, and the records dac3 and dec3 that MP4 stores.
//
//   AC-3    0b77  crc(16)  fscod(2) frmsizecod(6)  bsid(5) bsmod(3) acmod(3) ...
//   E-AC-3  0b77  strmtyp(2) substreamid(3) frmsiz(11)  fscod(2) numblkscod(2) acmod(3) lfeon(1) bsid(5) ...
//
// A sample of E-AC-3 holds one frame of each substream: independent programmes, and dependent frames behind them that
// add channels.  The first programme is the one that counts here.  Frames with swapped bytes (77 0b) are refused.
#pragma once

#include "common/base/bytes.hpp"
#include "common/codec/parameters.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>

namespace live::codec::ac3 {

struct Frame {
  bool enhanced = false;   ///< E-AC-3
  bool dependent = false;  ///< adds channels to the independent frame before it
  std::uint8_t substream = 0;
  std::uint8_t fscod = 0, bsid = 0, acmod = 0;
  std::uint8_t bsmod = 0;  ///< E-AC-3: 0 (complete main) where mixing metadata stand before it
  std::uint8_t bit_rate_code = 0;  ///< AC-3: frmsizecod without its lowest bit
  bool lfe = false;
  std::uint16_t channel_map = 0;  ///< chanmap of a dependent frame; left is the highest bit
  std::uint32_t sample_rate = 0;
  std::uint32_t channels = 0;   ///< of this frame, low frequency effects included
  std::uint32_t samples = 0;    ///< per channel: 1536; of E-AC-3 256, 512, 768 or 1536
  std::size_t frame_bytes = 0;  ///< syncword included
};
/// Nothing when `frame` does not begin with a syncword, is cut within its head, or is reserved.
std::optional<Frame> parse_frame(Bytes frame);

/// Parameters with dac3 (annex F.4) or dec3 (F.6) from a sample.  Nothing when it does not begin with a frame of `codec`.
/// The data rate in dec3 is this sample's: with another sample it may differ while nothing else does.
/// REQUIRES: codec is ac3 or eac3.
std::optional<Parameters> parameters(Codec codec, Bytes sample);

/// Samples per channel of a sample, which may hold more than one frame; nothing when it begins with none.
std::optional<std::uint32_t> samples(Bytes sample);

/// The channels that a dac3 or dec3 tells.  REQUIRES: codec is ac3 or eac3.
std::optional<std::uint32_t> channels(Codec codec, Bytes record);

}  // namespace live::codec::ac3

// MPEG audio, layers I to III: the frame header (ISO/IEC 11172-3 §2.4.1.3, 13818-3 §2.4.2.3).
#pragma once

#include "common/base/bytes.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>

namespace live::codec::mp3 {

struct Frame {
  std::uint32_t layer = 3;
  std::uint32_t sample_rate = 0, channels = 0;
  std::uint32_t samples = 0;    ///< per channel: 1152; 576 of layer III at 24 kHz and below
  std::size_t frame_bytes = 0;  ///< header included; 0 when the bit rate is free
};
/// Nothing when `frame` does not begin with a header, or is cut within it.
std::optional<Frame> parse_frame(Bytes frame);

}  // namespace live::codec::mp3

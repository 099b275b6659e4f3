// AAC: AudioSpecificConfig (ISO/IEC 14496-3 §1.6.2.1) and ADTS headers (§1.A.2.2).
#pragma once

#include "common/base/bytes.hpp"

#include <cstdint>
#include <optional>

namespace live::codec::aac {

struct Config {
  std::uint8_t object_type = 2;   ///< 2 = AAC-LC, 5 = HE-AAC, 29 = HE-AAC v2
  std::uint32_t sample_rate = 0;  ///< of the output: HE-AAC's after the spectral band replication
  std::uint32_t channels = 0;     ///< 0: a program config element says
  std::uint32_t frame_samples = 1024;  ///< of one frame at sample_rate, per channel
};
/// Nothing when it is cut.  HE-AAC that is signalled only inside the frames counts as AAC-LC.
std::optional<Config> parse_config(Bytes asc);
/// Two bytes, or five when the rate has no index; HE-AAC, signalled explicitly, needs two or five
/// more. Always frames of 1024 samples before spectral band replication.
Buffer write_config(const Config& config);

struct Adts {
  Config config;
  std::size_t header_bytes = 7;  ///< 9 with a CRC
  std::size_t frame_bytes = 0;   ///< header included
};
/// Nothing when `frame` does not begin with an ADTS syncword, or is cut within its header.
std::optional<Adts> parse_adts(Bytes frame);

}  // namespace live::codec::aac

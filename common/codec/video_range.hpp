// Standard or high dynamic range, as HLS names it (VIDEO-RANGE, draft-pantos-hls-rfc8216bis §4.4.6.2).
#pragma once

#include "common/codec/parameters.hpp"

#include <string_view>

namespace live::codec {

/// "SDR", "HLG" or "PQ": what the transfer characteristics of the configuration record say.  REQUIRES: video.
std::string_view video_range(const Parameters& parameters);

}  // namespace live::codec

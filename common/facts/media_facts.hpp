// What a multivariant playlist says of a variant's media, read from the media itself: codecs, size, frame rate.  Pure.
#pragma once

#include "common/base/bytes.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace live::facts {

struct MediaFacts {
  std::string
      codecs;  ///< RFC 6381, as HLS spells them; empty: something that we cannot name is in it
  bool video = false, audio = false;
  std::uint32_t width = 0, height = 0;  ///< as shown: after cropping, in square pixels, upright
  std::string video_range;              ///< as HLS spells it: SDR, HLG, PQ; empty without video
  double frame_rate = 0;                ///< 0: unknown
  bool operator==(const MediaFacts&) const = default;
};

/// `segment` may be cut anywhere behind its first fragment.  Nothing when there is no init segment in `init`, or no track.
std::optional<MediaFacts> facts_of_fmp4(live::Bytes init, live::Bytes segment);

/// Of a segment that is MPEG-TS, likewise: nothing before a first PMT, and the parameter sets and headers that it promises.
std::optional<MediaFacts> facts_of_ts(live::Bytes segment);

}  // namespace live::facts

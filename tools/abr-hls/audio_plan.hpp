// Which audio the renditions get: each distinct one once.  Pure.
#pragma once

#include "common/codec/parameters.hpp"
#include "tools/abr-hls/ladder.hpp"
#include "tools/abr-hls/options.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace abr_hls {

/// One audio track that several renditions share.
struct AudioTrack {
  bool copied = false;
  std::uint64_t bit_rate = 0;           ///< of AAC, when it is not copied
  std::vector<std::size_t> renditions;  ///< indexes into the ladder
  bool operator==(const AudioTrack&) const = default;
};

/// Is `codec` carried in segments of this kind as it is?
bool is_copied(live::codec::Codec codec, SegmentType type);

/// `copied`: the input's audio can be copied.  Without video a rendition of each bit rate is enough: the audio-only ones, or
/// the first ones of the ladder.
std::vector<AudioTrack> plan_audio(const std::vector<Wish>& ladder, bool has_video, bool copied);

}  // namespace abr_hls

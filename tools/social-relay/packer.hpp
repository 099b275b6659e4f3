// Units of the input to bodies of RTMP messages: legacy where FLV always had the codec (H.264, AAC, MP3), which every server
// knows, Enhanced RTMP for the others.  Pure.
#pragma once

#include "common/av/stream.hpp"
#include "common/media_in/source.hpp"
#include "tools/social-relay/item.hpp"

#include <memory>
#include <optional>

namespace social_relay {

/// A picture that no other refers to: nal_ref_idc is 0 in all its slices (H.264 §7.4.1), or all are of a sub-layer
/// non-reference type (H.265 §7.4.2.2).  `sample`: as MP4 carries it.
bool is_disposable(live::codec::Codec codec, live::Bytes sample);

/// Does it need Enhanced RTMP?
bool is_enhanced(live::codec::Codec codec);

/// `rate`: pictures a second, 0 = not known.
std::shared_ptr<const Tracks> make_tracks(std::optional<live::codec::Parameters> video,
                                          std::optional<live::codec::Parameters> audio,
                                          double rate);

/// REQUIRES: the unit is of a track that `tracks` has; its stamps are in 1/90000 s (video) or 1/sample rate.
SharedItem make_item(std::shared_ptr<const Tracks> tracks, live::media_in::Unit& unit);

}  // namespace social_relay

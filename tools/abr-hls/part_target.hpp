// PART-TARGET of a rendition whose pictures come at a rate of its own.  Pure.
#pragma once

#include "tools/abr-hls/output.hpp"

namespace abr_hls {

/// Cuts fall on the source's pictures; a rendition with fewer pictures per second (or of audio alone) begins a part at its
/// first one behind the cut, so that its parts are up to a picture longer.  Where that would make others shorter than 85 %, it
/// shows the cut's own picture, and has the source's PART-TARGET.  0: no parts.
live::Us part_target(const RenditionInfo& rendition, const Targets& targets);

/// A restart can go on with a list that has this PART-TARGET (0: none), which must not change
/// (draft-pantos-hls-rfc8216bis §6.2.1): no part is longer, but for what stamps jitter, and none shorter than 85 % of it.
bool part_target_stays(live::Us before, live::Us now);

}  // namespace abr_hls

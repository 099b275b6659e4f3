// PART-TARGET of a rendition whose pictures come at a rate of its own.  Pure.
#pragma once

#include "tools/abr-hls/output.hpp"

namespace abr_hls {

/// Cuts fall on the source's pictures; a rendition with fewer pictures per second (or of audio alone) begins a part at its
/// first one behind the cut, so that its parts are up to a picture longer.  0: no parts.
live::Us part_target(const RenditionInfo& rendition, const Targets& targets);

}  // namespace abr_hls

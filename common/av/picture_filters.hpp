// What has to happen to the source's pictures before they are scaled, in libavfilter's words.  Pure.
#pragma once

#include "common/av/filter.hpp"

#include <string>

namespace live::av {

/// Deinterlaced, turned upright, HDR to SDR; empty when there is nothing to do.  `rotation`: clockwise, 0 90 180 270.
std::string picture_filters(const PictureFormat& format, bool interlaced, int rotation,
                            bool tone_map);

}  // namespace live::av

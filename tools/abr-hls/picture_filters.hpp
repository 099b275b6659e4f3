// What has to happen to the source's pictures before they are scaled, in libavfilter's words.  Pure.
#pragma once

#include "common/av/filter.hpp"

#include <string>

namespace abr_hls {

/// Deinterlaced, turned upright, HDR to SDR; empty when there is nothing to do.  `rotation`: clockwise, 0 90 180 270.
std::string picture_filters(const live::av::PictureFormat& format, bool interlaced, int rotation,
                            bool tone_map);

}  // namespace abr_hls

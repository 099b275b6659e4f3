// What Enhanced RTMP calls "colorInfo" ("Metadata Frame"): AMF0 in a video packet of the kind metadata.
//
//   "colorInfo"  { colorConfig: {bitDepth, colorPrimaries, transferCharacteristics, matrixCoefficients},
//                  hdrCll: {maxFall, maxCLL},
//                  hdrMdcv: {redX, redY, greenX, greenY, blueX, blueY, whitePointX, whitePointY, maxLuminance,
//                            minLuminance} }
//
// Coordinates are 0 to 1, luminances in cd/m².  `undefined` in the place of the object takes back what was told.  The range is
// not told: limited, as encoders of high dynamic range send it.
#pragma once

#include "common/base/bytes.hpp"
#include "common/codec/colour.hpp"

#include <optional>

namespace live::flv {

struct ColorInfo {
  std::optional<codec::Colour> colour;  ///< none: as the bitstream says
};

/// Nothing when `metadata` tells something else, or cannot be read.  What makes no sense is left out.
std::optional<ColorInfo> read_color_info(Bytes metadata);

}  // namespace live::flv

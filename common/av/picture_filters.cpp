#include "common/av/picture_filters.hpp"

namespace live::av {
namespace {

/// Linear light at 100 nits for white, then BT.709; hable keeps highlights without clipping.
constexpr const char* tone_mapping =
    "zscale=t=linear:npl=100,format=gbrpf32le,zscale=p=bt709,tonemap=hable:desat=0,"
    "zscale=t=bt709:m=bt709:r=tv,format=yuv420p";

void append(std::string& chain, const std::string& filter) {
  if (!chain.empty()) chain += ',';
  chain += filter;
}

}  // namespace

std::string picture_filters(const PictureFormat& format, bool interlaced, int rotation,
                            bool tone_map) {
  std::string chain;
  if (interlaced) append(chain, "bwdif=mode=send_frame:deint=interlaced");
  if (format.hdr && tone_map) append(chain, tone_mapping);
  if (rotation == 90) append(chain, "transpose=clock");
  if (rotation == 180) append(chain, "hflip,vflip");
  if (rotation == 270) append(chain, "transpose=cclock");
  return chain;
}

}  // namespace live::av

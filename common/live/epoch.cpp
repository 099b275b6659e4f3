#include "common/live/epoch.hpp"

#include "common/base/units.hpp"

#include <algorithm>

namespace live {
namespace {

__extension__ using Wide = __int128;

bool same_track(const mp4::InitTrack& a, const mp4::InitTrack& b) {
  return a.known && b.known && static_cast<const mp4::Track&>(a) == b &&
         a.sample_entry == b.sample_entry && a.default_duration == b.default_duration &&
         a.default_size == b.default_size && a.default_flags == b.default_flags;
}

}  // namespace

bool earlier(MediaTime a, MediaTime b) {
  return static_cast<Wide>(a.ticks) * b.scale < static_cast<Wide>(b.ticks) * a.scale;
}

std::int64_t ticks_of(MediaTime time, std::uint32_t scale) {
  return time.scale == scale ? time.ticks : rescale(time.ticks, scale, time.scale);
}

bool same_parameters(const Epoch& a, const Epoch& b) {
  if (a.init_bytes == b.init_bytes) return true;
  return std::equal(a.init.tracks.begin(), a.init.tracks.end(), b.init.tracks.begin(),
                    b.init.tracks.end(), same_track);
}

}  // namespace live

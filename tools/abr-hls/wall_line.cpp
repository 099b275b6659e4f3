#include "tools/abr-hls/wall_line.hpp"

#include <algorithm>

namespace abr_hls {
namespace {

live::Us since_begin(std::int64_t pts) {
  return std::chrono::duration_cast<live::Us>(live::Ticks90k{pts});
}

live::Us since_epoch(live::WallClock wall) {
  return std::chrono::duration_cast<live::Us>(wall.time_since_epoch());
}

}  // namespace

void WallLine::note(std::int64_t pts, live::WallClock wall) {
  noted_ = since_epoch(wall) - since_begin(pts);
}

live::WallClock WallLine::at(std::int64_t pts, bool jump, live::WallClock now) {
  if (!noted_) noted_ = since_epoch(now) - since_begin(pts);
  if (!used_) {
    used_ = std::max(*noted_, since_epoch(floor_) - since_begin(pts));
  } else if (jump) {
    used_ = std::max(*noted_, *used_);
  } else {
    const auto most = since_begin(std::max<std::int64_t>(0, pts - last_)) / slew_divisor;
    *used_ += std::clamp(*noted_ - *used_, -most, most);
  }
  last_ = pts;
  return live::WallClock{std::chrono::round<std::chrono::milliseconds>(*used_ + since_begin(pts))};
}

}  // namespace abr_hls

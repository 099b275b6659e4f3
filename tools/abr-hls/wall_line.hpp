// The wall clock of presentation times, smooth: EXT-X-PROGRAM-DATE-TIME must go with EXTINF, and arrival jitters.  Pure.
#pragma once

#include "common/base/units.hpp"

#include <cstdint>
#include <optional>

namespace abr_hls {

class WallLine {
 public:
  /// It was `wall` when what is presented at `pts` (1/90000 s) was taken.
  void note(std::int64_t pts, live::WallClock wall);
  /// What comes now is behind this: a list that goes on, and whose media was taken faster than real time.
  void not_before(live::WallClock wall) { floor_ = wall; }
  /// The wall clock at `pts`, in whole milliseconds.  Follows what was noted by at most 5 ms in a second of media; with `jump`
  /// (a discontinuity) at once, but never back.  Without any note `now` is it.
  live::WallClock at(std::int64_t pts, bool jump, live::WallClock now);

 private:
  static constexpr int slew_divisor = 200;

  std::optional<live::Us> noted_, used_;  ///< wall clock minus presentation time
  live::WallClock floor_{};
  std::int64_t last_ = 0;  ///< presentation time of the last answer
};

}  // namespace abr_hls

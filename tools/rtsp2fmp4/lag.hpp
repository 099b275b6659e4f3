// Is what we do slower than real time?
#pragma once

#include "common/base/units.hpp"

#include <algorithm>
#include <chrono>
#include <optional>

namespace rtsp2fmp4 {

/// How far the work on frames has fallen behind their stamps, measured against the best that was seen.
class LagMeter {
 public:
  static constexpr std::chrono::milliseconds tolerated{300};

  /// True when the frame with stamp `at` (in its own time) had better be dropped at `now`.
  bool behind(std::chrono::milliseconds at, live::Monotonic now) {
    const auto offset =
        std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch()) - at;
    // Another time line: stamps that jump say nothing about our speed.
    const bool jumped = least_ && (offset - *least_ > jump || *least_ - offset > jump);
    least_ = least_ && !jumped ? std::min(*least_, offset) : offset;
    return offset - *least_ > tolerated;
  }

 private:
  static constexpr std::chrono::seconds jump{5};
  std::optional<std::chrono::milliseconds> least_;
};

}  // namespace rtsp2fmp4

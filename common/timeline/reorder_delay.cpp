#include "common/timeline/reorder_delay.hpp"

#include <algorithm>

namespace live::timeline {
namespace {

constexpr std::int64_t furthest_back = 1;   ///< seconds that reordering can reach back
constexpr std::int64_t furthest_ahead = 5;  ///< seconds; beyond it is a jump

}  // namespace

void ReorderDelay::restart() {
  size_ = 0;
  last_.reset();
}

std::optional<std::int64_t> ReorderDelay::decode_time(std::int64_t pts,
                                                      std::int64_t ticks_per_second) {
  const auto held = held_.begin();
  if (size_ != 0) {
    if (pts < held_[0] - furthest_back * ticks_per_second) return std::nullopt;
    if (pts > held_[size_ - 1] + furthest_ahead * ticks_per_second) return std::nullopt;
    if (std::find(held, held + size_, pts) != held + size_) return std::nullopt;
    const bool too_late = pts < held_[0] && size_ == depth_ + 1;
    if (too_late && depth_ < most_depth) ++depth_;
  }
  // The smallest was the last answer: it goes, unless there is room for one more.
  if (size_ == depth_ + 1) {
    held_[0] = pts;
  } else {
    held_[size_++] = pts;
  }
  std::sort(held, held + size_);
  auto dts = held_[0];
  if (last_) dts = std::max(dts, *last_ + 1);
  last_ = dts;
  return dts;
}

}  // namespace live::timeline

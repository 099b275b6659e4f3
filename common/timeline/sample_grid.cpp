#include "common/timeline/sample_grid.hpp"

#include <algorithm>
#include <cstdlib>

namespace live::timeline {
namespace {

constexpr std::uint32_t tolerance_per_second = 1000;  ///< 1 ms

}  // namespace

/// One tick more than a millisecond: ticks were rounded, too.
SampleGrid::SampleGrid(std::uint32_t timescale)
    : tolerance_((timescale + tolerance_per_second - 1) / tolerance_per_second + 1) {}

std::uint64_t SampleGrid::place(std::uint64_t dts, std::uint32_t samples) {
  auto at = static_cast<std::int64_t>(dts);
  if (next_) {
    const auto off = at - *next_;
    if (std::abs(off) <= 2 * tolerance_) at -= std::clamp(off, -tolerance_, tolerance_);
  }
  at = std::max(at, last_ + 1);
  last_ = at;
  next_.reset();
  if (samples != 0) next_ = at + samples;
  return static_cast<std::uint64_t>(at);
}

}  // namespace live::timeline

// How fast bodies may go, all together: a token bucket.  Pure.
#pragma once

#include "common/base/units.hpp"

#include <cstddef>
#include <cstdint>

namespace live::fetch {

class Pace {
 public:
  /// Gives out no fewer at a time: a rate of 10 kB/s is not sent byte by byte.
  static constexpr std::size_t least = 16'384;

  /// 0: as fast as it goes.
  explicit Pace(std::uint64_t bytes_per_second) : rate_(bytes_per_second) {}

  /// How many of `wanted` may go now; 0: none until next().
  std::size_t take(std::size_t wanted, Monotonic now);
  /// When there will be `least`.  REQUIRES: a rate.
  [[nodiscard]] Monotonic next(Monotonic now) const;

 private:
  void fill(Monotonic now);
  std::uint64_t rate_;
  double tokens_ = 0;
  Monotonic filled_{};
};

}  // namespace live::fetch

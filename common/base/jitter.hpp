// Small differences between things that would else happen in one instant.  Pure.
#pragma once

#include <cstdint>

namespace live {

/// Numbers that look random and need not be good: xorshift64.
class Jitter {
 public:
  explicit Jitter(std::uint64_t seed) : state_(seed | 1U) {}

  /// 0 to `most`.  REQUIRES: most < 2^64 - 1.
  std::uint64_t upto(std::uint64_t most) {
    state_ ^= state_ << 13U;
    state_ ^= state_ >> 7U;
    state_ ^= state_ << 17U;
    return state_ % (most + 1);
  }

 private:
  std::uint64_t state_;
};

}  // namespace live

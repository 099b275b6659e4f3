// How long to wait before the next attempt: at a peer that is away, of a command that died.  Pure.
#pragma once

#include "common/base/jitter.hpp"

#include <chrono>
#include <cstdint>

namespace live {

/// Doubles from 250 ms to 10 s, each delay shortened by up to a fifth at random, so that sixty cameras that come
/// back after a power cut are not asked in the same instant.
class Backoff {
 public:
  static constexpr std::chrono::milliseconds first{250}, longest{10'000};

  /// What held for `stable` makes the next failure a first one.
  Backoff(std::uint64_t seed, std::chrono::milliseconds stable) : jitter_(seed), stable_(stable) {}

  /// The attempt failed, or what it made was lost after `held`.
  std::chrono::milliseconds next(std::chrono::milliseconds held);
  /// Failures in a row so far.
  [[nodiscard]] unsigned failures() const { return failures_; }

 private:
  Jitter jitter_;
  std::chrono::milliseconds stable_;
  unsigned failures_ = 0;
};

}  // namespace live

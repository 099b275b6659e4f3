// How long to wait before the next attempt.
#pragma once

#include <chrono>
#include <cstdint>

namespace rtsp2fmp4 {

/// Doubles from 250 ms to 10 s, each delay shortened by up to a fifth at random, so that sixty cameras that come
/// back after a power cut are not asked in the same instant.
class Backoff {
 public:
  static constexpr std::chrono::milliseconds first{250}, longest{10'000};
  /// A connection that held this long makes the next failure a first one.
  static constexpr std::chrono::seconds stable{10};

  explicit Backoff(std::uint64_t seed) : random_(seed | 1U) {}

  /// The attempt failed, or the connection that it made was lost after `held`.
  std::chrono::milliseconds next(std::chrono::milliseconds held);
  /// Failures in a row so far.
  [[nodiscard]] unsigned failures() const { return failures_; }

 private:
  std::uint64_t random_;  ///< xorshift64
  unsigned failures_ = 0;
};

}  // namespace rtsp2fmp4

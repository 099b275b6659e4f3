// What a stream is doing: bit rate, frame rate and latency over the last few seconds.  Pure.
#pragma once

#include "common/base/units.hpp"

#include <cstdint>
#include <deque>
#include <optional>

namespace live {

class Meter {
 public:
  static constexpr Ms window{5'000};

  /// A fragment of `bytes` with `frames` video frames came; `latency`: its producer's clock against
  /// ours.
  void add(Monotonic now, std::size_t bytes, std::uint32_t frames, std::optional<Ms> latency);
  /// The source has left: what was measured says nothing about what comes.
  void reset() { *this = Meter{}; }

  [[nodiscard]] double bits_per_second(Monotonic now) const;
  [[nodiscard]] double frames_per_second(Monotonic now) const;
  [[nodiscard]] std::optional<Ms> latency() const { return latency_; }  ///< of the newest fragment

 private:
  struct Second {
    Monotonic began;
    std::uint64_t bytes = 0, frames = 0;
  };
  [[nodiscard]] double rate(Monotonic now, std::uint64_t Second::*what) const;

  std::deque<Second> seconds_;  ///< at most `window` of them
  std::optional<Ms> latency_;
};

}  // namespace live

// BANDWIDTH and AVERAGE-BANDWIDTH of a media playlist by measurement, RFC 8216 §4.1:
//   peak      the largest bit rate of any contiguous set of segments whose total duration is between 0.5 and 1.5 target
//             durations
//   average   all bits over all durations
// over the segments of at most the last hour.  Gaps and discontinuities end a contiguous set.  Pure.
#pragma once

#include "common/base/units.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>

namespace live::hls {

class Rates {
 public:
  explicit Rates(std::chrono::seconds target_duration) : target_(target_duration) {}

  /// A segment as it is on disk, init segment not included.  Ignored without a duration.
  void add(Us duration, std::uint64_t bytes);
  /// What follows is not contiguous with what was.
  void interrupt();

  /// Bits per second, rounded up; nothing before the first segment.  What is shorter than half a target counts, as if it
  /// lasted that half, only when there is nothing else.
  [[nodiscard]] std::optional<std::uint64_t> peak() const;
  [[nodiscard]] std::optional<std::uint64_t> average() const;

 private:
  static constexpr std::chrono::hours memory{1};
  static constexpr std::size_t most_segments = 20'000;
  struct One {
    Us duration;
    std::uint64_t bytes;
    bool begins_run;
  };
  std::chrono::seconds target_;
  std::deque<One> segments_;
  Us total_{};
  bool interrupted_ = true;
};

}  // namespace live::hls

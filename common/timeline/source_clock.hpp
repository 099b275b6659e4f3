// Reads the stamps of one track: unwraps them, rescales them and completes missing decode times.
// What comes out is in the pipe's ticks, but still on the source's own time line.
#pragma once

#include "common/timeline/reorder_delay.hpp"
#include "common/timeline/track_spec.hpp"

#include <cstdint>
#include <optional>

namespace live::timeline {

struct SourceTime {
  std::int64_t dts = 0, pts = 0;  ///< ticks of the pipe
};

class SourceClock {
 public:
  /// REQUIRES: num, den and timescale of `spec` are not 0.
  explicit SourceClock(const TrackSpec& spec);

  /// Nothing when the packet has no stamp of use.
  std::optional<SourceTime> read(const Stamp& stamp);

  /// The stamp that was read last was a good one: later ones are unwrapped next to it.  True when
  /// it had wrapped since the good one before.
  bool accept();

  /// The last good stamp, unwrapped, in the source's time base; nothing before the first.
  [[nodiscard]] std::optional<std::int64_t> near() const { return near_; }
  /// Before the first stamp: unwrap it next to that of another track of the same clock.
  void begin_near(std::int64_t unwrapped) {
    if (!near_) near_ = unwrapped;
  }

  /// A new time line begins with the stamp that was read last.
  void restart() { reorder_.restart(); }

  /// A duration in ticks; nothing unless it is between 0 and `most_seconds`.
  [[nodiscard]] std::optional<std::int64_t> ticks_of(std::optional<std::int64_t> duration,
                                                     std::int64_t most_seconds) const;

 private:
  [[nodiscard]] std::int64_t unwrap(std::int64_t raw) const;
  [[nodiscard]] std::optional<std::int64_t> to_ticks(std::optional<std::int64_t> stamp) const;

  TrackSpec spec_;
  std::int64_t num_, den_;  ///< ticks = stamp * num / den, in lowest terms
  std::int64_t most_ = 0;   ///< a stamp beyond it is of no use
  ReorderDelay reorder_;
  std::optional<std::int64_t> near_;         ///< unwrapped; the last good one
  std::optional<std::int64_t> pending_;      ///< unwrapped; read and not accepted yet
  std::optional<std::int64_t> pending_dts_;  ///< ticks; of a packet that had a decode time
};

}  // namespace live::timeline

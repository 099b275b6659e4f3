// What Repair knows of one track: its place on the pipe's time line.
#pragma once

#include "common/timeline/source_clock.hpp"
#include "common/timeline/track_spec.hpp"

#include <array>
#include <cstdint>
#include <optional>

namespace live::timeline {

/// The durations seen last; their median predicts the next.
struct Durations {
  std::array<std::int64_t, 5> seen{};
  std::size_t count = 0;

  void add(std::int64_t duration) { seen[count++ % seen.size()] = duration; }
  /// REQUIRES: count > 0.
  [[nodiscard]] std::int64_t median() const;
};

/// An arrival, counted from that of the first frame of all.
struct Moment {
  std::int64_t ns = 0;
  std::int64_t ticks = 0;  ///< of the track in question
};

/// All times in ticks of the track.
struct TrackLine {
  explicit TrackLine(const TrackSpec& s) : spec(s), source(s) {}

  TrackSpec spec;
  SourceClock source;
  Durations durations;
  bool begun = false;       ///< a frame was placed; `line` means something
  std::int64_t last = 0;    ///< greatest decode time that was given, or filled
  std::int64_t filled = 0;  ///< end of what was filled

  // The last good stamp, and what has come since.
  std::optional<std::int64_t> offset_ns;  ///< pipe time - source time; none before the first stamp
  std::int64_t offset = 0;                ///< the same in ticks
  std::int64_t line = 0;                  ///< pipe time of the last good stamp
  std::int64_t line_pts = 0;              ///< source presentation time of the latest frame there
  std::int64_t line_at = 0;               ///< its arrival
  std::int64_t since_line = 0;            ///< durations of the frames since, its own included
  std::int64_t latest_lag = 0;            ///< least pipe time - arrival of good stamps
  std::int64_t reordering = 0;            ///< most from decoding to presentation, of good stamps

  // Frames in a row that do not fit.
  unsigned strays = 0;
  std::int64_t stray = 0;     ///< source time of the last one
  std::int64_t stray_at = 0;  ///< its arrival
};

}  // namespace live::timeline

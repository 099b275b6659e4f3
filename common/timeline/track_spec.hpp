// What a track of a source is stamped with, and what of it a packet brings.
#pragma once

#include <cstdint>
#include <optional>

namespace live::timeline {

struct TrackSpec {
  std::uint32_t in_num = 1, in_den = 1000;  ///< source time base, seconds = stamp * in_num / in_den
  std::uint32_t timescale = 90'000;         ///< ticks per second on the pipe
  unsigned wrap_bits = 0;                   ///< 32, 33; 0 = never wraps
  std::uint32_t nominal_duration = 0;       ///< ticks; 0 = learn it
  bool reorders = true;  ///< video: frames may come out of order; false for audio
};

struct Stamp {
  std::optional<std::int64_t> dts, pts;  ///< source time base
  std::optional<std::int64_t> duration;  ///< source time base
};

}  // namespace live::timeline

// The pipe's time line (man 5 live-fmp4): whatever stamps a camera or an encoder sends, what leaves here
// begins at 10 s, never goes back within a track, and follows the monotonic clock over outages.  Used only
// by the first program of a pipe.
//
// Per track, in ticks of the track's own timescale; one offset per session (a connection to the source)
// maps source time to pipe time for all its tracks, so that sound stays with the picture.
//   - a stamp that lies within 5 s of where the last one and the time elapsed put it is taken as it is;
//   - one that does not is re-stamped (last stamp + time elapsed); after 3 such frames in a row that agree with
//     each other, the session's offset is moved so that the new time line goes on where the old one was, and a
//     shift that another track made within 10 s and that agrees to 0.5 s is reused;
//   - a stamp that repeats or steps back by less is re-stamped by the nominal duration, and a new time line after
//     3 in a row likewise (a reset to 0, an RTCP re-synchronisation);
//   - a stamp that wraps at 2^32 or 2^33 is unwrapped first;
//   - a packet without stamps goes at the last stamp + its duration.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "common/base/units.hpp"

namespace live::timeline {

struct TrackSpec {
  std::uint32_t in_num = 1, in_den = 1000;  ///< source time base, seconds = stamp * in_num / in_den
  std::uint32_t timescale = 90'000;         ///< ticks per second on the pipe
  unsigned wrap_bits = 0;                   ///< 32, 33; 0 = never wraps
  std::uint32_t nominal_duration = 0;       ///< ticks; 0 = learn it
};

struct Stamp {
  std::optional<std::int64_t> dts, pts;  ///< source time base
  std::optional<std::int64_t> duration;  ///< source time base
};

struct Repaired {
  std::uint64_t dts = 0;         ///< ticks; greater than the track's last one
  std::int32_t composition = 0;  ///< pts - dts
  std::uint32_t duration = 0;    ///< prediction until the next frame, ticks, > 0
};

struct Counters {
  std::uint64_t jumps = 0, resets = 0, duplicates = 0, unstamped = 0, wraps = 0, new_lines = 0;
};

class Repair {
 public:
  /// `live`: arrival times mean something, and stamps are compared with them; false for files read as fast
  /// as they come.
  explicit Repair(bool live) : live_(live) {}

  /// A new connection to the source with these tracks; their order gives the indices below.  The first
  /// stamp of it comes out at 10 s, or, after an earlier session, at the last stamp + time elapsed.
  void begin_session(std::vector<TrackSpec> tracks);

  /// `arrival`: monotonic clock when the frame's first packet came.
  Repaired repair(std::size_t track, const Stamp& stamp, Monotonic arrival);

  /// Where the pipe's time line stands for a track at `now`: last stamp + time elapsed (live) or the end of
  /// the last frame; for silence that is made up.  Ticks.
  [[nodiscard]] std::uint64_t now(std::size_t track, Monotonic now) const;

  [[nodiscard]] const Counters& counters() const { return counters_; }

 private:
  struct Track;
  // the author of this class may add what it needs
  bool live_;
  Counters counters_;
};

}  // namespace live::timeline

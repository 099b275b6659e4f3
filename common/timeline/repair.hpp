// The pipe's time line (man 5 live-fmp4): whatever stamps a camera or an encoder sends, what leaves
// here begins at 10 s, never goes back within a track, and follows the monotonic clock over
// outages.  Used only by the first program of a pipe.
//
// Per track, in ticks of the track's own timescale; one offset per session (a connection to the
// source) maps source time to pipe time for all its tracks, so that sound stays with the picture.
//   - a stamp that lies within 5 s of where the last one and the time elapsed put it is taken as it
//     is: late and early arrivals change nothing.  So is one that goes on from the last one by less
//     than 5 s when frames have been as late before (a source that sends in bursts, as HLS does);
//   - one that does not is re-stamped (last stamp + time elapsed); after 3 such frames in a row that
//     agree with each other, the session's offset is moved so that the new time line goes on where
//     the old one was, and a shift that another track made within 10 s and that agrees to 0.5 s is
//     reused;
//   - a stamp that repeats or steps back by less is re-stamped by the nominal duration, and a new
//     time line after 3 in a row likewise (a reset to 0, an RTCP re-synchronisation);
//   - one that repeats, but has a presentation time of its own, keeps that: it is decoded a tick later;
//   - behind a hole, encoders that reorder give some frames decode times from before it: a live one is decoded as long before
//     its presentation as others were at most, one of a file keeps its presentation time;
//   - a stamp that wraps at 2^32 or 2^33 is unwrapped first;
//   - a packet without stamps goes at the last stamp + its duration; one with a presentation time
//     only gets a decode time (reorder_delay.hpp);
//   - whatever a source stamps, a live time line stays within 60 s + 1/16 of the time elapsed.
// Good stamps are rescaled from the session's one offset, never added up, so that nothing drifts.
#pragma once

#include "common/base/units.hpp"
#include "common/timeline/track_line.hpp"
#include "common/timeline/track_spec.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace live::timeline {

struct Repaired {
  std::uint64_t dts = 0;         ///< ticks; greater than the track's last one
  std::int32_t composition = 0;  ///< pts - dts
  std::uint32_t duration = 0;    ///< prediction until the next frame, ticks, > 0
  /// The frame's time was filled by frames that were made up (see fill()): it is to be left out.
  bool covered = false;
};

struct Counters {
  std::uint64_t jumps = 0, resets = 0, duplicates = 0, unstamped = 0, wraps = 0, new_lines = 0;
};

class Repair {
 public:
  /// `live`: arrival times mean something, and stamps are compared with them; false for files read
  /// as fast as they come.
  explicit Repair(bool live) : live_(live) {}

  /// A new connection to the source with these tracks; their order gives the indices below.  The
  /// first stamp of it comes out at 10 s, or, after an earlier session, at the last stamp + time
  /// elapsed.
  void begin_session(const std::vector<TrackSpec>& specs);
  /// One more track of this session, on the time line of the others; its index.
  std::size_t add_track(const TrackSpec& spec);
  /// From here on the track is stamped otherwise (another sample rate); it goes on behind its last stamp.
  /// REQUIRES: index < tracks of the session.
  void change_track(std::size_t index, const TrackSpec& spec);

  /// `arrival`: monotonic clock when the frame's first packet came.  REQUIRES: index < tracks of
  /// the session.
  Repaired repair(std::size_t index, const Stamp& stamp, Monotonic arrival);

  /// Where the pipe's time line stands for a track at `now`: last stamp + time elapsed (live) or
  /// the end of the last frame; for silence that is made up.  Ticks.
  [[nodiscard]] std::uint64_t now(std::size_t index, Monotonic now) const;

  /// Frames that the caller made up (silence) reach to `end`, in ticks: what comes next goes behind
  /// them.
  void fill(std::size_t index, std::uint64_t end);

  [[nodiscard]] const Counters& counters() const { return counters_; }

 private:
  using Track = TrackLine;
  enum class Fit { good, jump, reset, repeated };

  [[nodiscard]] Moment moment(const Track& track, Monotonic t) const;
  [[nodiscard]] std::int64_t start_ns(std::int64_t at_ns) const;
  void begin_track(Track& track, const Moment& at);
  void share_wraps(Track& track) const;
  void anchor(Track& track, const SourceTime& source, const Moment& at);
  static void set_offset(Track& track, std::int64_t offset_ns);
  static void begin_line(Track& track, const SourceTime& source, const Moment& at);
  [[nodiscard]] std::int64_t place_shared(const Track& track, const SourceTime& source) const;
  [[nodiscard]] std::int64_t expected(const Track& track, const Moment& at) const;
  [[nodiscard]] std::int64_t follow(Track& track, const Moment& at) const;

  [[nodiscard]] std::int64_t tolerance(const Track& track) const;
  [[nodiscard]] bool has_left_time(const Track& track, std::int64_t dts, const Moment& at) const;
  [[nodiscard]] Fit fit(const Track& track, std::int64_t dts, const Moment& at) const;
  [[nodiscard]] bool moved_lately(const Moment& at) const;
  void adopt_shift(Track& track, const SourceTime& source, const Moment& at);
  void count(Fit fit);
  bool stray_moves_line(Track& track, const SourceTime& source, const Moment& at);
  [[nodiscard]] std::int64_t believed(const Track& track, std::int64_t reordering) const;
  void mend_behind_hole(const Track& track, SourceTime& source) const;
  [[nodiscard]] static bool has_only_own_pts(const Track& track, const SourceTime& source);
  bool fits(Track& track, const SourceTime& source, const Moment& at);

  static std::int64_t predict(const Track& track, const Stamp& stamp);
  Repaired on_line(Track& track, const SourceTime& source, const Moment& at, std::int64_t duration);
  Repaired off_line(Track& track, const std::optional<SourceTime>& source, const Moment& at,
                    std::int64_t duration) const;

  bool live_;
  Counters counters_;
  std::vector<Track> tracks_;
  std::optional<Monotonic> first_at_;  ///< arrival of the first frame of all sessions

  // The session.
  bool started_ = false;                   ///< its first frame has come
  std::int64_t started_at_ns_ = 0;         ///< when, since first_at_
  std::int64_t start_ns_ = 0;              ///< pipe time of that
  std::optional<std::int64_t> offset_ns_;  ///< pipe time - source time, as moved last
  std::optional<std::int64_t> moved_at_ns_;

  // The sessions before.
  bool resumes_ = false;
  std::int64_t floor_ns_ = 0;   ///< no stamp may be earlier
  std::int64_t resume_ns_ = 0;  ///< where pipe time stands: live, less the time since first_at_
};

}  // namespace live::timeline

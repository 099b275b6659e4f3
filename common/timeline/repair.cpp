#include "common/timeline/repair.hpp"

#include <algorithm>
#include <cassert>
#include <limits>

namespace live::timeline {
namespace {

constexpr std::int64_t ns_per_second = 1'000'000'000;
constexpr std::int64_t origin_ns = 10 * ns_per_second;  ///< where a pipe's time begins
constexpr std::int64_t jump_seconds = 5;
constexpr std::int64_t file_gap_seconds = 60;  ///< a file may pause; what is longer is a jump
constexpr unsigned strays_to_believe = 3;
constexpr std::int64_t shift_memory_ns = 10 * ns_per_second;
constexpr std::int64_t agreement = 2;  ///< 1/s: tracks' shifts agree to 0.5 s
constexpr std::int64_t free_drift_seconds = 60, drift_divisor = 16;
constexpr std::int64_t most_composition_seconds = 5;
constexpr std::uint32_t default_rate = 25;  ///< frames per second of which nothing is known

std::int64_t to_ns(std::int64_t ticks, std::int64_t timescale) {
  return rescale(ticks, ns_per_second, timescale);
}
std::int64_t from_ns(std::int64_t ns, std::int64_t timescale) {
  return rescale(ns, timescale, ns_per_second);
}

/// Hands out `dts`, or, where the track is further on already, half a `step` behind its last one:
/// an overlap of two time lines is passed at double speed.  `reordering`: 0 where it is not to be believed.
Repaired give(TrackLine& track, std::int64_t dts, std::int64_t step, std::int64_t duration,
              std::int64_t reordering) {
  const auto least = std::max<std::int64_t>(step / 2, 1);
  const auto at = dts > track.last ? dts : track.last + least;
  Repaired given;
  given.covered = dts < track.filled;
  if (!given.covered) track.last = at;
  given.dts = static_cast<std::uint64_t>(at);
  constexpr std::int64_t most = std::numeric_limits<std::int32_t>::max();
  given.duration = static_cast<std::uint32_t>(std::min(duration, most));
  // Presentation keeps its time when decoding is moved, but where the two are one.
  if (reordering != 0)
    given.composition = static_cast<std::int32_t>(std::clamp(dts + reordering - at, -most, most));
  return given;
}

}  // namespace

std::int64_t Durations::median() const {
  auto sorted = seen;
  const auto n = std::min(count, seen.size());
  const auto middle = sorted.begin() + static_cast<std::ptrdiff_t>(n / 2);
  std::nth_element(sorted.begin(), middle, sorted.begin() + static_cast<std::ptrdiff_t>(n));
  return *middle;
}

void Repair::begin_session(const std::vector<TrackSpec>& specs) {
  std::optional<std::int64_t> resume;
  for (const auto& track : tracks_) {
    const auto last_ns = to_ns(track.last, track.spec.timescale);
    floor_ns_ = std::max(floor_ns_, last_ns);
    if (!track.begun) continue;
    const auto end_ns = to_ns(track.line + track.since_line, track.spec.timescale);
    const auto line_ns =
        to_ns(track.line, track.spec.timescale) - to_ns(track.line_at, track.spec.timescale);
    resume = std::max(resume.value_or(std::numeric_limits<std::int64_t>::min()),
                      live_ ? line_ns : std::max(end_ns, last_ns));
  }
  if (resume) {
    resumes_ = true;
    resume_ns_ = *resume;
  }
  tracks_.clear();
  for (const auto& spec : specs)
    tracks_.emplace_back(spec);
  started_ = false;
  offset_ns_.reset();
  moved_at_ns_.reset();
}

std::size_t Repair::add_track(const TrackSpec& spec) {
  tracks_.emplace_back(spec);
  return tracks_.size() - 1;
}

void Repair::change_track(std::size_t index, const TrackSpec& spec) {
  auto& track = tracks_.at(index);
  const auto moved = [&](std::int64_t ticks) {
    return rescale(ticks, spec.timescale, track.spec.timescale);
  };
  Track fresh{spec};
  fresh.last = moved(track.last);
  fresh.filled = moved(track.filled);
  track = fresh;
}

std::int64_t Repair::start_ns(std::int64_t at_ns) const {
  if (!resumes_) return origin_ns;
  return std::max(live_ ? resume_ns_ + at_ns : resume_ns_, floor_ns_ + 1);
}

Moment Repair::moment(const Track& track, Monotonic t) const {
  const auto ns = first_at_ ? std::chrono::nanoseconds{t - *first_at_}.count() : 0;
  return {ns, from_ns(ns, track.spec.timescale)};
}

void Repair::set_offset(Track& track, std::int64_t offset_ns) {
  track.offset_ns = offset_ns;
  track.offset = from_ns(offset_ns, track.spec.timescale);
}

/// Where the last good stamp and the time since put a frame.
std::int64_t Repair::expected(const Track& track, const Moment& at) const {
  if (!live_) return track.line + track.since_line;
  return track.line + at.ticks - track.line_at;
}

/// Where a frame goes whose stamp is of no use: by the durations of the frames before it, as long
/// as these keep to the clock to 0.5 s; arrivals alone would jitter.
std::int64_t Repair::follow(Track& track, const Moment& at) const {
  const auto by_clock = expected(track, at);
  const auto by_count = track.line + track.since_line;
  const bool apart = std::abs(by_count - by_clock) > track.spec.timescale / agreement;
  if (apart || has_left_time(track, by_count, at))
    track.since_line = std::max<std::int64_t>(by_clock - track.line, 1);
  return track.line + track.since_line;
}

/// Where the session's offset puts a frame.
std::int64_t Repair::place_shared(const Track& track, const SourceTime& source) const {
  return source.dts + from_ns(*offset_ns_, track.spec.timescale);
}

/// True when the stamps have run away from the clock bit by bit, each within what is tolerated.
bool Repair::has_left_time(const Track& track, std::int64_t dts, const Moment& at) const {
  if (!live_) return false;
  constexpr auto origin_seconds = origin_ns / ns_per_second;
  const auto origin = origin_seconds * track.spec.timescale;
  const auto most = free_drift_seconds * track.spec.timescale + at.ticks / drift_divisor;
  return std::abs(dts - at.ticks - origin) > most;
}

Repair::Fit Repair::fit(const Track& track, std::int64_t dts, const Moment& at) const {
  if (dts == track.line) return Fit::repeated;
  if (dts < track.line) return Fit::reset;
  const auto off = dts - expected(track, at);
  const auto most = tolerance(track);
  if (off > most || has_left_time(track, dts, at)) return Fit::jump;
  if (off >= -most) return Fit::good;
  const bool goes_on = dts - track.line <= most;
  return goes_on && dts - at.ticks >= track.latest_lag - most ? Fit::good : Fit::jump;
}

std::int64_t Repair::tolerance(const Track& track) const {
  return (live_ ? jump_seconds : file_gap_seconds) * track.spec.timescale;
}

/// The first frame of a track in a session.
void Repair::begin_track(Track& track, const Moment& at) {
  if (!started_) {
    started_ = true;
    start_ns_ = start_ns(at.ns);
    started_at_ns_ = at.ns;
  }
  share_wraps(track);
  const auto timescale = track.spec.timescale;
  track.begun = true;
  track.last = std::max(track.last, from_ns(floor_ns_, timescale));
  track.line_at = at.ticks;
  track.line = from_ns(start_ns_ + (live_ ? at.ns - started_at_ns_ : 0), timescale);
}

/// Tracks that count in the same unit wrap together, also when one begins just before and one just behind it.
void Repair::share_wraps(Track& track) const {
  const auto& own = track.spec;
  if (own.wrap_bits == 0) return;
  for (const auto& other : tracks_) {
    const auto& spec = other.spec;
    const bool same =
        spec.wrap_bits == own.wrap_bits && spec.in_num == own.in_num && spec.in_den == own.in_den;
    if (const auto near = other.source.near(); same && near) return track.source.begin_near(*near);
  }
}

/// The first stamp of a track in a session: on the session's time line, or where it is expected
/// when its source time has nothing to do with that of the other tracks.
void Repair::anchor(Track& track, const SourceTime& source, const Moment& at) {
  const auto here = follow(track, at);
  const auto own_ns = to_ns(here - source.dts, track.spec.timescale);
  if (!offset_ns_) offset_ns_ = own_ns;
  const auto shared = place_shared(track, source);
  const bool near = std::abs(shared - here) <= tolerance(track);
  const bool joins = shared > 0 && near && !has_left_time(track, shared, at);
  set_offset(track, joins ? *offset_ns_ : own_ns);
  begin_line(track, source, at);
}

/// Another track has moved the session's offset: goes along when that puts this frame where it is
/// expected.
void Repair::adopt_shift(Track& track, const SourceTime& source, const Moment& at) {
  if (track.offset_ns == offset_ns_ || !moved_lately(at)) return;
  const auto off = place_shared(track, source) - expected(track, at);
  if (std::abs(off) > track.spec.timescale / agreement) return;
  set_offset(track, *offset_ns_);
  begin_line(track, source, at);
  track.strays = 0;
}

/// The next stamp to be judged is this one, and good.
void Repair::begin_line(Track& track, const SourceTime& source, const Moment& at) {
  track.line = source.dts + track.offset - 1;
  track.line_at = at.ticks;
  track.since_line = 0;
  track.latest_lag = track.line - at.ticks;
}

bool Repair::moved_lately(const Moment& at) const {
  return moved_at_ns_ && at.ns - *moved_at_ns_ <= shift_memory_ns;
}

void Repair::count(Fit fit) {
  if (fit == Fit::repeated) ++counters_.duplicates;
  if (fit == Fit::reset) ++counters_.resets;
  if (fit == Fit::jump) ++counters_.jumps;
}

/// True when the stray is the third that agrees, and the line was moved to where time stands.
bool Repair::stray_moves_line(Track& track, const SourceTime& source, const Moment& at) {
  const auto step = source.dts - track.stray;
  const auto since = live_ ? at.ticks - track.stray_at : 0;
  const bool agrees = track.strays != 0 && step > 0 && std::abs(step - since) <= tolerance(track);
  track.strays = agrees ? track.strays + 1 : 1;
  track.stray = source.dts;
  track.stray_at = at.ticks;
  if (track.strays < strays_to_believe) return false;

  const auto here = follow(track, at);
  const auto apart = std::abs(place_shared(track, source) - here);
  if (!moved_lately(at) || apart > track.spec.timescale / agreement) {
    offset_ns_ = to_ns(here - source.dts, track.spec.timescale);
    moved_at_ns_ = at.ns;
  }
  set_offset(track, *offset_ns_);
  track.latest_lag = here - at.ticks;
  track.source.restart();
  ++counters_.new_lines;
  return true;
}

/// A frame with a stamp that fits.
Repaired Repair::on_line(Track& track, const SourceTime& source, const Moment& at,
                         std::int64_t duration) {
  const auto dts = source.dts + track.offset;
  const auto step = dts - track.line;
  if (track.strays == 0 && track.since_line != 0 && step > 0) track.durations.add(step);
  track.strays = 0;
  track.line = dts;
  track.line_pts = source.pts;
  track.line_at = at.ticks;
  track.since_line = duration;
  track.latest_lag = std::min(track.latest_lag, dts - at.ticks);
  const auto reordering = source.pts - source.dts;
  if (reordering <= track.spec.timescale) track.reordering = std::max(track.reordering, reordering);
  if (track.source.accept()) ++counters_.wraps;
  return give(track, dts, std::min(step, duration), duration, believed(track, reordering));
}

/// A frame without a stamp, or with one that does not fit.
Repaired Repair::off_line(Track& track, const std::optional<SourceTime>& source, const Moment& at,
                          std::int64_t duration) const {
  const auto here = follow(track, at);
  track.since_line += duration;
  return give(track, here, 0, duration, source ? believed(track, source->pts - source->dts) : 0);
}

/// Does the frame repeat the decode time of the last one and have a presentation time of its own?  Encoders with B-frames
/// send it so at their beginning, where formats without negative stamps (FLV) leave no other: only the decode time is wrong.
bool Repair::has_only_own_pts(const Track& track, const SourceTime& source) {
  return track.offset_ns && source.dts + track.offset == track.line &&
         source.pts != track.line_pts && source.pts > source.dts &&
         source.pts - source.dts <= track.spec.timescale;
}

/// Of a file there is no clock to tell a hole from nonsense by: its frames keep what they say, as long as they may pause.
std::int64_t Repair::believed(const Track& track, std::int64_t reordering) const {
  const bool may_lie_behind_hole = !live_ && track.reordering > 0 && reordering > 0;
  const auto most = may_lie_behind_hole ? file_gap_seconds : most_composition_seconds;
  return std::abs(reordering) <= most * track.spec.timescale ? reordering : 0;
}

void Repair::mend_behind_hole(const Track& track, SourceTime& source) const {
  if (!live_ || track.reordering == 0 || !track.offset_ns) return;
  if (source.pts - source.dts <= most_composition_seconds * track.spec.timescale) return;
  const auto next = track.line - track.offset + 1;
  source.dts = std::min(source.pts, std::max(source.pts - track.reordering, next));
}

bool Repair::fits(Track& track, const SourceTime& source, const Moment& at) {
  if (!track.offset_ns) anchor(track, source, at);
  adopt_shift(track, source, at);
  const auto found = fit(track, source.dts + track.offset, at);
  count(found);
  return found == Fit::good || stray_moves_line(track, source, at);
}

Repaired Repair::repair(std::size_t index, const Stamp& stamp, Monotonic arrival) {
  assert(index < tracks_.size());
  auto& track = tracks_[index];
  if (!first_at_) first_at_ = arrival;
  const auto at = moment(track, arrival);
  if (!track.begun) begin_track(track, at);
  auto source = track.source.read(stamp);
  if (source) mend_behind_hole(track, *source);
  const auto duration = predict(track, stamp);
  if (!source) ++counters_.unstamped;
  if (source && has_only_own_pts(track, *source)) {
    ++counters_.duplicates;
    track.line_pts = source->pts;
    return give(track, track.line, 0, duration, source->pts - source->dts);
  }
  if (source && fits(track, *source, at)) return on_line(track, *source, at, duration);
  return off_line(track, source, at, duration);
}

std::uint64_t Repair::now(std::size_t index, Monotonic now) const {
  const auto& track = tracks_.at(index);
  const auto at = moment(track, now);
  auto here = from_ns(start_ns(at.ns), track.spec.timescale);
  if (started_)
    here = from_ns(start_ns_ + (live_ ? at.ns - started_at_ns_ : 0), track.spec.timescale);
  if (track.begun) here = expected(track, at);
  return static_cast<std::uint64_t>(std::max({here, track.last, track.filled}));
}

void Repair::fill(std::size_t index, std::uint64_t end) {
  auto& track = tracks_.at(index);
  track.filled = std::max(track.filled, static_cast<std::int64_t>(end));
  track.last = std::max(track.last, track.filled - 1);
}

std::int64_t Repair::predict(const Track& track, const Stamp& stamp) {
  if (const auto own = track.source.ticks_of(stamp.duration, jump_seconds)) return *own;
  if (track.spec.nominal_duration != 0) return track.spec.nominal_duration;
  if (track.durations.count != 0) return track.durations.median();
  return std::max<std::int64_t>(track.spec.timescale / default_rate, 1);
}

}  // namespace live::timeline

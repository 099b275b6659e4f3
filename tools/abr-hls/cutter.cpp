#include "tools/abr-hls/cutter.hpp"

#include <algorithm>
#include <utility>

namespace abr_hls {
namespace {

constexpr std::int64_t second = 90'000;
constexpr std::int64_t millisecond = 90;
/// A source's pictures last so much more or less than they should, where a container counts milliseconds.
constexpr std::int64_t stamp_error = 3 * millisecond;
/// Of PART-TARGET with a source, so that the same source gives the same one again.
constexpr std::int64_t part_grain = 10 * millisecond;
/// A segment may end so much behind its time, if its last picture begins before: EXTINF, rounded, must not be more than
/// TARGETDURATION.
constexpr std::int64_t longest_overhang = second / 4;

std::int64_t ticks(std::chrono::milliseconds duration) { return duration.count() * 90; }

/// All parts but the last of a segment last 85 % of PART-TARGET (RFC 8216bis §4.4.4.9).
std::int64_t shortest_part(std::int64_t target) { return (target * 85 + 99) / 100; }
bool is_long_enough(std::int64_t part, std::int64_t target) {
  return part >= shortest_part(target);
}

}  // namespace

Cutter::Answer Cutter::picture(std::int64_t at, std::int64_t duration, bool source_key) {
  if (!rules_.follow_source) return sound(at, duration);
  if (!part_target_) expect({duration});
  return take(at, duration, by_source(at, duration, source_key));
}

std::int64_t Cutter::tolerance() const {
  return rules_.follow_source ? 2 * millisecond : millisecond;
}

void Cutter::expect(const Pace& pace) {
  if (pace.usual > 0) picture_ = std::min(pace.usual, longest_overhang);
  if (part_target_) return;
  const auto step = part_step();
  part_target_ = step;
  const auto one = pace.usual;
  if (step == 0 || one <= 0) return;
  const auto pictures = std::max<std::int64_t>(1, (step + one - 1 - tolerance()) / one);
  part_target_ = std::max(pictures * one, step);
  if (!rules_.follow_source) return;
  part_target_ = with_room(pictures, pace);
  if (*part_target_ == 0) rules_.part = {};
}

/// So many pictures, if that is always right.  Else a part can always end between 85 % of PART-TARGET and that, if no picture
/// lasts longer than the difference; 0: pictures last so long that no two such parts fit into a segment.  What the lists have
/// already that go on is good enough.
std::int64_t Cutter::with_room(std::int64_t pictures, const Pace& pace) const {
  const auto whole_grains = [](std::int64_t time) {
    return (time + part_grain - 1) / part_grain * part_grain;
  };
  const auto room_for = [&](std::int64_t picture) { return whole_grains(picture * 100 / 15); };
  const auto least = whole_grains(*part_target_ + stamp_error);
  const auto most = std::max(2 * least, ticks(rules_.segment) / 2);
  const auto before = rules_.part_before.count() * second / 1'000'000;
  if (before >= least && before <= most) return before;
  const bool always_fit = pictures * (pace.longest - millisecond) <= least &&
                          (pace.shortest == 0 || is_long_enough(pictures * pace.shortest, least));
  const auto wanted = room_for(std::max(pace.longest, pace.usual));
  if (always_fit || wanted <= least) return least;
  const bool none_fits = wanted > most && room_for(pace.usual) > least;
  return none_fits ? 0 : std::min(wanted, most);
}

Cutter::Answer Cutter::sound(std::int64_t at, std::int64_t duration) {
  if (!part_target_) expect({duration});
  if (!targets_) set_targets(ticks(rules_.segment));
  return take(at, duration, by_time(at, duration));
}

Cutter::Answer Cutter::take(std::int64_t at, std::int64_t duration, Answer answer) {
  if (answer.cut) {
    part_begin_ = at;
    part_so_far_ = 0;
  }
  part_so_far_ += duration;
  end_ = std::max(begun_ ? end_ : at, at + duration);
  begun_ = true;
  return answer;
}

std::int64_t Cutter::next_due() const {
  const auto key = std::min(next_key_, segment_grid_ + ticks(rules_.segment));
  return part_step() > 0 ? std::min(key, part_end()) : key;
}

/// At its place in the grid, where it is long enough there, and not too long.
std::int64_t Cutter::part_end() const {
  const auto target = part_target_.value_or(part_step());
  return std::clamp(next_part_, part_begin_ + shortest_part(target), part_begin_ + target);
}

bool Cutter::is_late(std::int64_t at) const {
  return part_step() > 0 && begun_ && part_target_ &&
         at > part_begin_ + *part_target_ + part_jitter.count() * second / 1'000'000;
}

Cutter::Answer Cutter::by_time(std::int64_t at, std::int64_t duration) {
  if (!begun_ || restarted_ || hole_before(at)) return {true, begin_segment(at, at)};
  const auto segment = ticks(rules_.segment);
  if (const auto passed = (at + tolerance() - segment_grid_) / segment; passed > 0)
    return {true, begin_segment(at, segment_grid_ + passed * segment)};
  Answer answer;
  answer.key = at + tolerance() >= next_key_;
  while (next_key_ <= at + tolerance())
    next_key_ += ticks(rules_.key_interval);
  if (part_due(at, duration, answer.key)) answer.cut = Cut{at, false, answer.key, at, false};
  note_parts(at);
  return answer;
}

void Cutter::note_parts(std::int64_t at) {
  while (part_step() > 0 && next_part_ <= at + tolerance())
    next_part_ += part_step();
}

Cutter::Answer Cutter::by_source(std::int64_t at, std::int64_t duration, bool source_key) {
  if (!begun_ || restarted_ || hole_before(at)) {
    gop_begin_ = at;
    auto cut = begin_segment(at, at);
    cut.independent = source_key;
    return {source_key, cut};
  }
  const bool returns = std::exchange(passing_, false);
  if (returns && at < end_) {
    passing_ = true;
    return {source_key, {}};
  }
  if (returns) {
    part_so_far_ = at - part_begin_;
    gop_begin_ = at;
  } else if (source_key) {
    close_gop(at);
  }
  const auto longest = ticks(rules_.longest_gop);
  if (!targets_ && is_over(at - gop_begin_, duration, longest)) set_targets(longest);
  const auto so_far = at - segment_begin_;
  const bool whole = source_key && so_far > 0 &&
                     (returns || gops_ <= 2 || so_far + tolerance() >= ticks(rules_.segment) ||
                      last_picture(so_far + expected_gop()) > targets_->segment.count() * second);
  const bool too_long = targets_ && is_over(so_far, duration, targets_->segment.count() * second);
  // Where pictures return something begins; a part before it that is too short is the last of its segment.
  const bool stump = returns && (part_step() == 0 || !is_long_enough(part_so_far_, *part_target_));
  if (whole || too_long || stump) {
    auto cut = begin_segment(at, at);
    cut.independent = source_key;
    return {source_key, cut};
  }
  if (returns) return {source_key, Cut{at, false, source_key, at, false}};
  Answer answer;
  answer.key = source_key;
  if (part_due(at, duration, source_key)) answer.cut = Cut{at, false, source_key, at, false};
  note_parts(at);
  return answer;
}

/// Of what lasts so long the last picture begins here at the latest: whether it fits (2.002 s do, twice, into 4 s).
std::int64_t Cutter::last_picture(std::int64_t length) const {
  return length - picture_ + 2 * tolerance();
}

/// A picture that is `so_far` behind the begin belongs behind the end, which is at `limit`.
bool Cutter::is_over(std::int64_t so_far, std::int64_t duration, std::int64_t limit) const {
  return so_far + tolerance() >= limit || so_far + duration >= limit + second / 2;
}

std::vector<Cut> Cutter::pass(std::int64_t until) {
  std::vector<Cut> cuts;
  if (!begun_ || restarted_) return cuts;
  settle();
  for (;;) {
    const auto segment = segment_begin_ + targets_->segment.count() * second;
    const auto step = std::max(part_step(), shortest_part(*part_target_));
    const auto part = step > 0 ? part_begin_ + step : segment;
    const auto due = std::max(end_, std::min(segment, part));
    if (due > until) return cuts;
    if (due >= segment) {
      cuts.push_back(begin_segment(due, due));
    } else {
      cuts.push_back({due, false, false, due, false});
      note_parts(due);
    }
    part_begin_ = end_ = due;
    part_so_far_ = 0;
    passing_ = true;
  }
}

/// `grid`: where it would begin if there were a picture at any time.
Cut Cutter::begin_segment(std::int64_t at, std::int64_t grid) {
  Cut cut{at, true, true, at, false};
  if (begun_ && (restarted_ || hole_before(at))) {
    cut.discontinuity = true;
    cut.ends = restarted_ ? end_ : std::min(end_, at);
  }
  restarted_ = passing_ = false;
  segment_begin_ = at;
  segment_grid_ = grid;
  next_key_ = grid + ticks(rules_.key_interval);
  while (next_key_ <= at + tolerance())
    next_key_ += ticks(rules_.key_interval);
  next_part_ = grid + part_step();
  return cut;
}

/// Nothing was there for so long that the segment would last longer than TARGETDURATION allows.
bool Cutter::hole_before(std::int64_t at) const {
  return at > end_ + tolerance() && at - segment_begin_ >= longest_segment() && begun_;
}

bool Cutter::part_due(std::int64_t at, std::int64_t duration, bool key) const {
  if (part_step() == 0 || at <= part_begin_) return false;
  const auto target = *part_target_;
  // What is copied is as long as it is; what is encoded, as long as it is shown.
  const auto so_far = rules_.follow_source ? part_so_far_ : at - part_begin_;
  const auto slack = rules_.follow_source ? 0 : tolerance();
  // A part that was cut before its time, for a picture that lasts long, must not leave a stump behind it.
  const bool long_enough = is_long_enough(so_far, target);
  const bool in_time = at + tolerance() >= next_part_ || (rules_.follow_source && key);
  const bool last_chance = duration > 0 && so_far + duration > target + slack;
  // Where pictures are encoded, one can be shown again as soon as the part is long enough.
  return (in_time && long_enough) || (last_chance && (long_enough || rules_.follow_source));
}

/// Parts divide the time between key frames evenly.
std::int64_t Cutter::part_step() const {
  if (rules_.part.count() == 0) return 0;
  const auto key = ticks(rules_.key_interval), part = ticks(rules_.part);
  if (rules_.follow_source || part >= key) return part;
  return key / ((key + part / 2) / part);
}

/// EXTINF, rounded, must not be more than TARGETDURATION (RFC 8216 §4.3.3.1).
std::int64_t Cutter::longest_segment() const {
  const auto target = targets_ ? targets_->segment.count() * second
                               : std::max(ticks(rules_.segment), ticks(rules_.longest_gop));
  return target + second / 2;
}

std::int64_t Cutter::expected_gop() const {
  return *std::max_element(gop_lengths_.begin(), gop_lengths_.end());
}

void Cutter::close_gop(std::int64_t at) {
  gop_lengths_.at(gops_ % gops_remembered) = at - gop_begin_;
  gop_begin_ = at;
  ++gops_;
  if (gops_ == 2 && !targets_) set_targets(expected_gop());
}

void Cutter::set_targets(std::int64_t segment) {
  const auto wished = (ticks(rules_.segment) + second - 1) / second;
  Targets targets;
  const auto needed = (last_picture(segment) + second - 1) / second;
  targets.segment = std::chrono::seconds{std::max(wished, needed)};
  targets.part = part_target();
  targets_ = targets;
}

live::Us Cutter::part_target() const { return live::Us{(part_target_.value_or(0) * 100 + 8) / 9}; }

void Cutter::settle() {
  if (targets_) return;
  expect({});
  close_gop(std::min(end_, gop_begin_ + ticks(rules_.longest_gop)));
  if (!targets_) set_targets(expected_gop());
}

void Cutter::restart() { restarted_ = begun_; }

}  // namespace abr_hls

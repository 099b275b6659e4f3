#include "tools/abr-hls/cutter.hpp"

#include <algorithm>

namespace abr_hls {
namespace {

constexpr std::int64_t second = 90'000;
constexpr std::int64_t tolerance = 90;  // 1 ms

std::int64_t ticks(std::chrono::milliseconds duration) { return duration.count() * 90; }

}  // namespace

Cutter::Answer Cutter::picture(std::int64_t at, std::int64_t duration, bool source_key) {
  if (!rules_.follow_source) return sound(at, duration);
  if (!begun_) first_duration_ = duration;
  return take(at, duration, by_source(at, duration, source_key));
}

Cutter::Answer Cutter::sound(std::int64_t at, std::int64_t duration) {
  if (!targets_) set_targets(ticks(rules_.segment), duration);
  return take(at, duration, by_time(at, duration));
}

Cutter::Answer Cutter::take(std::int64_t at, std::int64_t duration, Answer answer) {
  if (answer.cut) part_begin_ = at;
  end_ = std::max(begun_ ? end_ : at, at + duration);
  begun_ = true;
  return answer;
}

std::int64_t Cutter::next_due() const {
  const auto key = std::min(next_key_, segment_grid_ + ticks(rules_.segment));
  return part_step() > 0 ? std::min(key, next_part_) : key;
}

Cutter::Answer Cutter::by_time(std::int64_t at, std::int64_t duration) {
  if (!begun_ || restarted_ || hole_before(at)) return {true, begin_segment(at, at)};
  const auto segment = ticks(rules_.segment);
  if (const auto passed = (at + tolerance - segment_grid_) / segment; passed > 0)
    return {true, begin_segment(at, segment_grid_ + passed * segment)};
  Answer answer;
  answer.key = at + tolerance >= next_key_;
  while (next_key_ <= at + tolerance)
    next_key_ += ticks(rules_.key_interval);
  if (part_due(at, duration)) answer.cut = Cut{at, false, answer.key, at, false};
  while (part_step() > 0 && next_part_ <= at + tolerance)
    next_part_ += part_step();
  return answer;
}

Cutter::Answer Cutter::by_source(std::int64_t at, std::int64_t duration, bool source_key) {
  if (!begun_ || restarted_ || hole_before(at)) {
    gop_begin_ = at;
    auto cut = begin_segment(at, at);
    cut.independent = source_key;
    return {source_key, cut};
  }
  if (source_key) close_gop(at);
  if (!targets_ && at + duration - gop_begin_ > ticks(rules_.longest_gop) + tolerance)
    set_targets(ticks(rules_.longest_gop), first_duration_);
  const auto so_far = at - segment_begin_;
  const bool whole = source_key && (gops_ <= 2 || so_far + tolerance >= ticks(rules_.segment) ||
                                    so_far + expected_gop() >= longest_segment());
  const bool too_long =
      targets_ && so_far + duration > targets_->segment.count() * second + tolerance;
  if (whole || too_long) {
    auto cut = begin_segment(at, at);
    cut.independent = source_key;
    return {source_key, cut};
  }
  Answer answer;
  answer.key = source_key;
  if (part_due(at, duration)) answer.cut = Cut{at, false, source_key, at, false};
  while (part_step() > 0 && next_part_ <= at + tolerance)
    next_part_ += part_step();
  return answer;
}

/// `grid`: where it would begin if there were a picture at any time.
Cut Cutter::begin_segment(std::int64_t at, std::int64_t grid) {
  Cut cut{at, true, true, at, false};
  if (begun_ && (restarted_ || hole_before(at))) {
    cut.discontinuity = true;
    cut.ends = restarted_ ? end_ : std::min(end_, at);
  }
  restarted_ = false;
  segment_begin_ = at;
  segment_grid_ = grid;
  next_key_ = grid + ticks(rules_.key_interval);
  while (next_key_ <= at + tolerance)
    next_key_ += ticks(rules_.key_interval);
  next_part_ = grid + part_step();
  return cut;
}

/// Nothing was there for so long that the segment would last longer than TARGETDURATION allows.
bool Cutter::hole_before(std::int64_t at) const {
  return at > end_ + tolerance && at - segment_begin_ >= longest_segment() && begun_;
}

bool Cutter::part_due(std::int64_t at, std::int64_t duration) const {
  if (part_step() == 0 || at <= part_begin_) return false;
  const auto target = targets_ ? targets_->part.count() * 9 / 100 : 0;
  // A part that was cut before its time, for a picture that lasts long, must not leave a stump behind it: all but the last of
  // a segment last 85 % of PART-TARGET (RFC 8216bis §4.4.4.9).
  const bool long_enough = (at - part_begin_ + tolerance) * 100 >= target * 85;
  if (at + tolerance >= next_part_ && long_enough) return true;
  if (!targets_ || duration <= 0) return false;
  return at + duration - part_begin_ > target + tolerance;
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
  if (gops_ == 2 && !targets_) set_targets(expected_gop(), first_duration_);
}

void Cutter::set_targets(std::int64_t segment, std::int64_t picture) {
  const auto wished = (ticks(rules_.segment) + second - 1) / second;
  Targets targets;
  targets.segment = std::chrono::seconds{std::max(wished, (segment + second / 2) / second)};
  if (const auto step = part_step(); step > 0) {
    const auto pictures = picture > 0 ? (step + picture - 1 - tolerance) / picture : 0;
    const auto part = pictures > 0 ? std::max(pictures * picture, step) : step;
    targets.part = live::Us{(part * 100 + 8) / 9};
  }
  targets_ = targets;
}

void Cutter::settle() {
  if (!targets_) {
    close_gop(std::min(end_, gop_begin_ + ticks(rules_.longest_gop)));
    if (!targets_) set_targets(expected_gop(), first_duration_);
  }
}

void Cutter::restart() { restarted_ = begun_; }

}  // namespace abr_hls

#include "tools/abr-hls/governor.hpp"

#include <algorithm>

namespace abr_hls {
namespace {

using namespace std::chrono_literals;

constexpr double nearly_full = 0.8, nearly_empty = 0.25;
constexpr double real_time = 0.995;  // stamps and clocks differ a little
constexpr double usable = 0.85;      // of the processors
constexpr auto point_interval = 100ms;
constexpr unsigned most_shedding = 3;  // one picture of eight

double seconds(std::chrono::nanoseconds t) { return std::chrono::duration<double>(t).count(); }

}  // namespace

void Governor::remember(const Reading& reading) {
  // A new time line, or a hole that was not worked for: what was measured means nothing.
  if (!window_.empty()) {
    const auto step = reading.media - window_.back().media;
    if (step < 0 || step > 2 * 90'000) window_.clear();
  }
  if (!window_.empty() && reading.now - window_.back().now < point_interval) return;
  window_.push_back({reading.media,
                     reading.now,
                     reading.process_cpu,
                     {reading.rung_cpu.begin(), reading.rung_cpu.end()}});
  // Two at least: a picture may take longer than that.
  while (window_.size() > 2 && reading.now - window_.front().now > patience)
    window_.pop_front();
}

void Governor::note_fill(const Reading& reading) {
  const auto note = [&](std::optional<live::Monotonic>& since, bool holds) {
    if (!holds) since.reset();
    if (holds && !since) since = reading.now;
  };
  note(full_since_, reading.queue_fill >= nearly_full);
  note(calm_since_, reading.queue_fill <= nearly_empty);
}

double Governor::speed() const {
  if (window_.size() < 2) return 0;
  const auto& [from, to] = std::pair{window_.front(), window_.back()};
  const auto elapsed = seconds(to.now - from.now);
  return elapsed < 0.5 ? 0 : static_cast<double>(to.media - from.media) / 90'000 / elapsed;
}

Governor::Decision Governor::picture(const Reading& reading) {
  remember(reading);
  note_fill(reading);
  const double measured = speed();
  const bool full = full_since_ && reading.now - *full_since_ >= patience;
  too_slow_ = full && measured > 0 && measured < real_time;
  if (too_slow_ && reading.now - changed_at_ >= patience) give_up(reading);
  if (gave_something_up()) consider_return(reading);
  const bool shed = ++pictures_ % (1U << shedding_) != 0;
  return {first_, shed, too_slow_, measured};
}

void Governor::give_up(const Reading& reading) {
  changed_at_ = reading.now;
  if (returned_at_ && reading.now - *returned_at_ < proof)
    retry_ = std::min(retry_ * 2, longest_retry);
  returned_at_.reset();
  if (policy_ == Overload::drop_frames) shedding_ = std::min(shedding_ + 1, most_shedding);
  if (policy_ != Overload::drop_rung || first_ + 1 >= costs_.size()) return;
  const auto& [from, to] = std::pair{window_.front(), window_.back()};
  if (first_ < to.rung_cpu.size() && first_ < from.rung_cpu.size() && to.media > from.media) {
    // What it would take at the speed of the input.
    costs_[first_] = seconds(to.rung_cpu[first_] - from.rung_cpu[first_]) * 90'000 /
                     static_cast<double>(to.media - from.media);
  }
  ++first_;
}

void Governor::consider_return(const Reading& reading) {
  if (returned_at_ && reading.now - *returned_at_ >= proof) {
    retry_ = first_retry;
    returned_at_.reset();
  }
  if (!calm_since_ || reading.now - *calm_since_ < retry_ || reading.now - changed_at_ < retry_)
    return;
  if (!has_room(reading)) return;
  changed_at_ = reading.now;
  returned_at_ = reading.now;
  if (first_ > 0) --first_;
  if (shedding_ > 0) --shedding_;
}

bool Governor::has_room(const Reading& reading) const {
  if (first_ == 0 || window_.size() < 2) return true;
  const auto& [from, to] = std::pair{window_.front(), window_.back()};
  const auto elapsed = seconds(to.now - from.now);
  if (elapsed <= 0) return false;
  const double used = seconds(to.process_cpu - from.process_cpu) / elapsed;
  return used + costs_[first_ - 1] <= reading.processors * usable;
}

}  // namespace abr_hls

#include "common/live/meter.hpp"

namespace live {

void Meter::add(Monotonic now, std::size_t bytes, std::uint32_t frames, std::optional<Ms> latency) {
  if (seconds_.empty() || now - seconds_.back().began >= std::chrono::seconds{1}) {
    seconds_.push_back({now});
    while (now - seconds_.front().began > window)
      seconds_.pop_front();
  }
  seconds_.back().bytes += bytes;
  seconds_.back().frames += frames;
  if (latency) latency_ = latency;
}

double Meter::rate(Monotonic now, std::uint64_t Second::*what) const {
  std::uint64_t sum = 0;
  std::optional<Monotonic> since;
  for (const auto& second : seconds_) {
    if (now - second.began > window + std::chrono::seconds{1}) continue;
    if (!since) since = second.began;
    sum += second.*what;
  }
  if (!since) return 0;
  const std::chrono::duration<double> elapsed = now - *since;
  // Before half a second has passed a rate would be a guess from one frame.
  return elapsed.count() < 0.5 ? 0 : static_cast<double>(sum) / elapsed.count();
}

double Meter::bits_per_second(Monotonic now) const { return rate(now, &Second::bytes) * 8; }
double Meter::frames_per_second(Monotonic now) const { return rate(now, &Second::frames); }

}  // namespace live

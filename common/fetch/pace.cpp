#include "common/fetch/pace.hpp"

#include <algorithm>
#include <chrono>

namespace live::fetch {
namespace {

using Seconds = std::chrono::duration<double>;
constexpr double burst_seconds = 0.1;

}  // namespace

void Pace::fill(Monotonic now) {
  const double most = std::max(static_cast<double>(rate_) * burst_seconds, 1.0 * least);
  tokens_ += Seconds{now - filled_}.count() * static_cast<double>(rate_);
  tokens_ = std::min(tokens_, most);
  filled_ = now;
}

std::size_t Pace::take(std::size_t wanted, Monotonic now) {
  if (rate_ == 0) return wanted;
  fill(now);
  if (tokens_ < static_cast<double>(std::min(wanted, least))) return 0;
  const auto given = std::min(wanted, static_cast<std::size_t>(tokens_));
  tokens_ -= static_cast<double>(given);
  return given;
}

Monotonic Pace::next(Monotonic now) const {
  const double missing = std::max(1.0 * least - tokens_, 1.0);
  return now +
         std::chrono::ceil<Monotonic::duration>(Seconds{missing / static_cast<double>(rate_)});
}

}  // namespace live::fetch

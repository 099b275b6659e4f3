#include "common/base/backoff.hpp"

#include <algorithm>

namespace live {

std::chrono::milliseconds Backoff::next(std::chrono::milliseconds held) {
  if (held >= stable_) failures_ = 0;
  constexpr unsigned doublings = 6;  // 250 ms * 2^6 > 10 s
  const auto delay = std::min(longest, first * (1U << std::min(failures_, doublings)));
  ++failures_;
  const auto fifth = static_cast<std::uint64_t>(delay.count()) / 5;
  return delay - std::chrono::milliseconds{static_cast<std::int64_t>(jitter_.upto(fifth))};
}

}  // namespace live

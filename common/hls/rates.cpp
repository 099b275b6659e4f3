#include "common/hls/rates.hpp"

#include <algorithm>

namespace live::hls {
namespace {

__extension__ using Wide = unsigned __int128;

/// Bits per second, rounded up.  REQUIRES: duration > 0.
std::uint64_t rate_of(Wide bytes, Us duration) {
  const auto us = static_cast<Wide>(duration.count());
  return static_cast<std::uint64_t>((bytes * 8 * 1'000'000 + us - 1) / us);
}

}  // namespace

void Rates::add(Us duration, std::uint64_t bytes) {
  if (duration <= Us{0}) return;
  constexpr std::uint64_t most_bytes = 1ULL << 40U;  // so that no rate overflows
  segments_.push_back({duration, std::min(bytes, most_bytes), interrupted_});
  interrupted_ = false;
  total_ += duration;
  while (segments_.size() > 1 &&
         (total_ - segments_.front().duration >= memory || segments_.size() > most_segments)) {
    total_ -= segments_.front().duration;
    segments_.pop_front();
  }
}

void Rates::interrupt() { interrupted_ = true; }

std::optional<std::uint64_t> Rates::peak() const {
  const Us shortest = Us{target_} / 2, longest = shortest * 3;
  std::uint64_t most = 0, most_of_short = 0;
  for (auto first = segments_.begin(); first != segments_.end(); ++first) {
    Us duration{};
    Wide bytes = 0;
    for (auto last = first; last != segments_.end(); ++last) {
      if (last != first && (last->begins_run || duration + last->duration > longest)) break;
      duration += last->duration;
      bytes += last->bytes;
      if (duration < shortest || duration > longest)  // too long: one segment by itself
        most_of_short = std::max(most_of_short, rate_of(bytes, std::max(duration, shortest)));
      else
        most = std::max(most, rate_of(bytes, duration));
    }
  }
  if (segments_.empty()) return {};
  return most != 0 ? most : most_of_short;
}

std::optional<std::uint64_t> Rates::average() const {
  if (segments_.empty()) return {};
  Wide bytes = 0;
  for (const auto& one : segments_)
    bytes += one.bytes;
  return rate_of(bytes, total_);
}

}  // namespace live::hls

// Time and rate units, and the one place where stamps are rescaled.
#pragma once

#include <chrono>
#include <cstdint>

namespace live {

using Ms = std::chrono::milliseconds;
using Us = std::chrono::microseconds;
using Ticks90k =
    std::chrono::duration<std::int64_t, std::ratio<1, 90'000>>;  ///< RTP video, TS, our video
using Monotonic = std::chrono::steady_clock::time_point;
using WallClock = std::chrono::system_clock::time_point;

/// `value` counted in units of 1/`from` seconds, in units of 1/`to` seconds, rounded to the nearest
/// (halves up).  Exact for every 64-bit value whose result fits.  REQUIRES: from > 0, to > 0.
constexpr std::int64_t rescale(std::int64_t value, std::int64_t to, std::int64_t from) {
  __extension__ using Wide = __int128;
  const Wide product = static_cast<Wide>(value) * to * 2 + from;
  const Wide divisor = static_cast<Wide>(from) * 2;
  const Wide quotient = product / divisor;
  return static_cast<std::int64_t>(product % divisor < 0 ? quotient - 1 : quotient);
}
static_assert(rescale(1, 90'000, 1'000) == 90);
static_assert(rescale(-1, 1, 2) == 0 && rescale(-3, 1, 2) == -1);

/// 64-bit NTP time (RFC 5905 §6: seconds since 1900 in the upper half, fractions in the lower).
constexpr std::uint64_t seconds_1900_to_1970 = 2'208'988'800;
inline std::uint64_t to_ntp(WallClock t) {
  const auto since = t.time_since_epoch();
  const auto seconds = std::chrono::floor<std::chrono::seconds>(since);
  const auto nanos = std::chrono::duration_cast<std::chrono::nanoseconds>(since - seconds).count();
  const auto fraction = (static_cast<std::uint64_t>(nanos) << 32U) / 1'000'000'000U;
  return (static_cast<std::uint64_t>(seconds.count()) + seconds_1900_to_1970) << 32U | fraction;
}

/// The reverse; times before 1970 read as of the next NTP era, which begins in 2036.
inline WallClock from_ntp(std::uint64_t ntp) {
  auto seconds = ntp >> 32U;
  if (seconds < seconds_1900_to_1970) seconds += std::uint64_t{1} << 32U;
  const auto nanos = ((ntp & 0xFFFF'FFFFU) * 1'000'000'000U) >> 32U;
  return WallClock{} + std::chrono::duration_cast<WallClock::duration>(
                           std::chrono::seconds{seconds - seconds_1900_to_1970} +
                           std::chrono::nanoseconds{nanos});
}

}  // namespace live

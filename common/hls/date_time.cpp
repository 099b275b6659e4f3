#include "common/hls/date_time.hpp"

#include "common/hls/syntax.hpp"

#include <fmt/format.h>

namespace live::hls {
namespace {

/// Takes `digits` digits from the front.
std::optional<int> take_number(std::string_view& text, std::size_t digits) {
  if (text.size() < digits) return {};
  const auto number = parse_integer(text.substr(0, digits));
  if (!number) return {};
  text.remove_prefix(digits);
  return static_cast<int>(*number);
}

bool take(std::string_view& text, char c) {
  if (text.empty() || text.front() != c) return false;
  text.remove_prefix(1);
  return true;
}

/// Takes ".123" where it stands.
std::optional<Ms> take_fraction(std::string_view& text) {
  if (!take(text, '.') && !take(text, ',')) return Ms{0};
  constexpr std::size_t enough = 9;
  std::size_t digits = 0;
  std::int64_t nanoseconds = 0, unit = 100'000'000;
  while (digits < text.size() && text[digits] >= '0' && text[digits] <= '9') {
    if (digits < enough) nanoseconds += (text[digits] - '0') * unit;
    unit /= 10;
    ++digits;
  }
  if (digits == 0) return {};
  text.remove_prefix(digits);
  return std::chrono::round<Ms>(std::chrono::nanoseconds{nanoseconds});
}

/// What is left is the zone.
std::optional<std::chrono::minutes> parse_zone(std::string_view text) {
  if (text.empty() || text == "Z" || text == "z") return std::chrono::minutes{0};
  const bool west = text.front() == '-';
  if (!take(text, '-') && !take(text, '+')) return {};
  const auto hours = take_number(text, 2);
  if (!hours || *hours > 23) return {};
  take(text, ':');
  const auto minutes = text.empty() ? std::optional{0} : take_number(text, 2);
  if (!minutes || *minutes > 59 || !text.empty()) return {};
  const std::chrono::minutes east{*hours * 60 + *minutes};
  return west ? -east : east;
}

}  // namespace

std::string format_date_time(WallClock time) {
  const auto ms = std::chrono::floor<Ms>(time);
  const auto day = std::chrono::floor<std::chrono::days>(ms);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss clock{ms - day};
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     clock.hours().count(), clock.minutes().count(), clock.seconds().count(),
                     clock.subseconds().count());
}

std::optional<WallClock> parse_date_time(std::string_view text) {
  const auto year = take_number(text, 4);
  if (!year || *year < 1970 || *year > 2261 || !take(text, '-')) return {};
  const auto month = take_number(text, 2);
  if (!month || !take(text, '-')) return {};
  const auto day = take_number(text, 2);
  if (!day || (!take(text, 'T') && !take(text, 't'))) return {};
  const std::chrono::year_month_day date{std::chrono::year{*year},
                                         std::chrono::month{static_cast<unsigned>(*month)},
                                         std::chrono::day{static_cast<unsigned>(*day)}};
  const auto hour = take_number(text, 2);
  if (!date.ok() || !hour || *hour > 23 || !take(text, ':')) return {};
  const auto minute = take_number(text, 2);
  if (!minute || *minute > 59 || !take(text, ':')) return {};
  const auto second = take_number(text, 2);
  if (!second || *second > 60) return {};  // 60: a leap second
  const auto fraction = take_fraction(text);
  if (!fraction) return {};
  const auto zone = parse_zone(text);
  if (!zone) return {};
  return WallClock{std::chrono::sys_days{date}.time_since_epoch() + std::chrono::hours{*hour} +
                   std::chrono::minutes{*minute} + std::chrono::seconds{*second} + *fraction -
                   *zone};
}

}  // namespace live::hls

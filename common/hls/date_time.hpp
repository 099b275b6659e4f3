// EXT-X-PROGRAM-DATE-TIME's dates: ISO 8601, RFC 8216 §4.3.2.6.
#pragma once

#include "common/base/units.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace live::hls {

/// "2026-11-21T17:04:05.123Z": UTC with milliseconds, rounded down.
std::string format_date_time(WallClock time);

/// The same with any number of decimals or none, and with `+01:00`, `+0100` or `+01` instead of Z; without either it is
/// taken for UTC.  Years 1970 to 2261.  Rounded to the nearest millisecond.
std::optional<WallClock> parse_date_time(std::string_view text);

}  // namespace live::hls

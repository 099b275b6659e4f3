// How many pictures a second: as a stream tells it, and as it is made of a faster one.  Pure.
#pragma once

#include "common/av/stream.hpp"

#include <cstdint>
#include <utility>

namespace live::av {

/// Pictures a second, 0 when nothing tells: of the header, or of what the first picture lasts (1/90000 s), as a usual rate
/// where it lies near one.
double picture_rate(const Stream& stream, std::int64_t first_duration);

/// What is left of `rate` pictures a second when every second, third ... one is taken, so that it is at most `limit`.
double thinned_rate(double rate, double limit);

/// Numerator and denominator: whole rates, those of NTSC, and the rest to a thousandth.
std::pair<std::uint32_t, std::uint32_t> rate_fraction(double rate);

}  // namespace live::av

#include "common/av/picture_rate.hpp"

#include <array>
#include <cmath>

namespace live::av {
namespace {

constexpr double second = 90'000;

/// The usual rate beside a measured one: stamps in milliseconds bend rates.
double usual_rate(double rate) {
  constexpr double near = 0.02;
  constexpr std::array usual{5.0,  10.0, 12.5, 15.0,           20.0, 24000.0 / 1001, 24.0,
                             25.0, 30.0, 50.0, 60000.0 / 1001, 60.0, 100.0,          120.0};
  for (const double one : usual) {
    if (std::abs(rate / one - 1) < near) return one;
  }
  return rate;
}

}  // namespace

double picture_rate(const Stream& stream, std::int64_t first_duration) {
  if (stream.rate_num > 0 && stream.rate_den > 0)
    return static_cast<double>(stream.rate_num) / stream.rate_den;
  return first_duration > 0 ? usual_rate(second / static_cast<double>(first_duration)) : 0;
}

double thinned_rate(double rate, double limit) {
  const double step = std::ceil(rate / limit - 0.01);
  return step > 1 ? rate / step : rate;
}

std::pair<std::uint32_t, std::uint32_t> rate_fraction(double rate) {
  constexpr double near = 0.002;
  for (const std::uint32_t den : {1U, 1001U}) {
    const double num = std::round(rate * den / (den == 1 ? 1 : 1000)) * (den == 1 ? 1 : 1000);
    if (num > 0 && std::abs(num / den - rate) < near) return {static_cast<std::uint32_t>(num), den};
  }
  return {static_cast<std::uint32_t>(std::lround(rate * 1000)), 1000};
}

}  // namespace live::av

#include "common/timeline/source_clock.hpp"

#include "common/base/units.hpp"

#include <numeric>

namespace live::timeline {
namespace {

constexpr std::int64_t most_seconds = std::int64_t{1} << 32U;  ///< a wall clock in any unit fits
constexpr std::int64_t most_product = std::int64_t{1} << 62U;

}  // namespace

std::int64_t SourceClock::unwrap(std::int64_t raw) const {
  if (spec_.wrap_bits == 0 || spec_.wrap_bits >= 63 || !near_) return raw;
  const auto range = std::uint64_t{1} << spec_.wrap_bits;
  const auto ahead = (static_cast<std::uint64_t>(raw) - static_cast<std::uint64_t>(*near_)) % range;
  const auto nearest = ahead < range / 2
                           ? static_cast<std::int64_t>(ahead)
                           : static_cast<std::int64_t>(ahead) - static_cast<std::int64_t>(range);
  return *near_ + nearest;
}

SourceClock::SourceClock(const TrackSpec& spec)
    : spec_(spec), num_(std::int64_t{spec.in_num} * spec.timescale), den_(spec.in_den) {
  const auto common = std::gcd(num_, den_);
  num_ /= common;
  den_ /= common;
  const std::int64_t num = spec.in_num, den = spec.in_den;
  most_ = (den > most_product / most_seconds ? most_product : most_seconds * den) / num;
}

std::optional<std::int64_t> SourceClock::to_ticks(std::optional<std::int64_t> stamp) const {
  if (!stamp || *stamp > most_ || *stamp < -most_) return std::nullopt;
  if (den_ == 1) return *stamp * num_;  // usual, and needs no division of 128 bits
  return rescale(*stamp, num_, den_);
}

std::optional<std::int64_t> SourceClock::ticks_of(std::optional<std::int64_t> duration,
                                                  std::int64_t most) const {
  const auto ticks = to_ticks(duration);
  if (!ticks || *ticks <= 0 || *ticks > most * spec_.timescale) return std::nullopt;
  return ticks;
}

std::optional<SourceTime> SourceClock::read(const Stamp& stamp) {
  const auto raw = stamp.dts ? stamp.dts : stamp.pts;
  pending_.reset();
  pending_dts_.reset();
  if (!raw) return std::nullopt;
  const auto base = unwrap(*raw);
  const auto dts = to_ticks(base);
  if (!dts) return std::nullopt;
  pending_ = base;
  if (stamp.dts) {
    pending_dts_ = dts;
    // A presentation time is never half a revolution away from its own decode time.
    const auto pts = stamp.pts ? to_ticks(unwrap(*stamp.pts)) : std::nullopt;
    return SourceTime{*dts, pts.value_or(*dts)};
  }
  if (!spec_.reorders) return SourceTime{*dts, *dts};
  return SourceTime{reorder_.decode_time(*dts, spec_.timescale).value_or(*dts), *dts};
}

bool SourceClock::accept() {
  if (!pending_) return false;
  bool wrapped = false;
  if (near_ && spec_.wrap_bits != 0 && spec_.wrap_bits < 63)
    wrapped = *pending_ > *near_ && *pending_ >> spec_.wrap_bits != *near_ >> spec_.wrap_bits;
  near_ = pending_;
  if (pending_dts_) reorder_.note(*pending_dts_);
  return wrapped;
}

}  // namespace live::timeline

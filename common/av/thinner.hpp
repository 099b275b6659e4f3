// Pictures at a lower rate than they come.  Pure.
#pragma once

#include <cstdint>
#include <optional>

namespace live::av {

/// Takes pictures that lie an interval apart, and forgives a quarter of it: stamps jitter.
class Thinner {
 public:
  /// 1/90000 s; 0 takes every picture.
  explicit Thinner(std::int64_t interval) : interval_(interval) {}

  /// Pictures come in order.  A key picture is always taken.
  bool take(std::int64_t at, bool key) {
    if (due_ && !key && at < *due_ - interval_ / 4) return false;
    due_ = (due_ && at < *due_ + interval_ / 2 ? *due_ : at) + interval_;
    return true;
  }

 private:
  std::int64_t interval_;
  std::optional<std::int64_t> due_;
};

}  // namespace live::av

// Pictures at a lower rate than they come.  Pure.
#pragma once

#include <cstdint>
#include <optional>

namespace live::av {

/// Takes pictures that lie an interval apart, and forgives an eighth of it: stamps jitter.
class Thinner {
 public:
  /// 1/90000 s; 0 takes every picture.
  explicit Thinner(std::int64_t interval) : interval_(interval) {}

  /// Pictures come in order.  `always`: a key picture, say, is taken whenever it comes, and the others are counted from it.
  bool take(std::int64_t at, bool always) {
    const bool early = due_ && at < *from();
    if (early && !always) return false;
    due_ = (due_ && !early && at < *due_ + interval_ / 2 ? *due_ : at) + interval_;
    return true;
  }
  /// The next picture from then on is taken; the first one is, whenever it comes.
  [[nodiscard]] std::optional<std::int64_t> from() const {
    return due_ ? std::optional{*due_ - interval_ / 8} : std::nullopt;
  }

 private:
  std::int64_t interval_;
  std::optional<std::int64_t> due_;
};

}  // namespace live::av

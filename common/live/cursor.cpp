#include "common/live/cursor.hpp"

#include <algorithm>

namespace live {

std::optional<Sequence> Cursor::next(const Ring& ring, Monotonic now, const Patience& patience) {
  review(ring, now, patience);
  if (wants_start_) return begin(ring);
  return next_ < ring.end() ? std::optional{next_} : std::nullopt;
}

std::optional<Sequence> Cursor::begin(const Ring& ring) {
  const auto start = ring.newest_start(next_);
  if (!start) {
    if (has_begun_) skipped_fragments_ += ring.end() - std::min(next_, ring.end());
    next_ = ring.end();
    return std::nullopt;
  }
  if (has_begun_) {
    skipped_fragments_ += *start - next_;
    exempt_end_ = ring.end();
  } else {
    start_ = *start;
    exempt_end_ = unknown;  // until the next key frame comes: its starting GOP
  }
  next_ = *start;
  wants_start_ = false;
  has_begun_ = true;
  return next_;
}

bool Cursor::too_far_behind(const Ring& ring, Monotonic now, const Patience& patience) {
  if (next_ + 1 >= ring.end()) return false;  // the newest is no backlog
  if (exempt_end_ == unknown) {
    const auto next_gop = ring.start_after(start_);
    if (!next_gop) return false;
    exempt_end_ = *next_gop;
  }
  const auto counted = std::max(next_, exempt_end_);
  if (counted >= ring.end()) return false;
  return now - ring.at(counted).arrived > patience.max_lag ||
         ring.bytes_from(counted) > patience.max_bytes;
}

void Cursor::review(const Ring& ring, Monotonic now, const Patience& patience) {
  if (wants_start_) return;
  const bool lost = next_ < ring.first();
  if (!lost && !too_far_behind(ring, now, patience)) return;
  if (ring.newest_start(next_) ==
      next_) {  // the very fragment that comes next: nothing to leave out
    exempt_end_ = ring.end();
    return;
  }
  ++skips_;
  wants_start_ = true;
}

}  // namespace live

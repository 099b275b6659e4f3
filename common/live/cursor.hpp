// Where one viewer stands in a stream's ring, and what happens when it is too slow.  Pure: the time
// is passed in.
//
//   - It begins at the newest item with a key frame, or at the next one when there is none.
//   - Behind by too much (Patience), it skips to the newest key frame that it has not had, or waits
//     for the next: it may miss pictures, never see a broken one, and never costs another viewer
//     anything.
//   - What it could not help waiting for does not count: its starting GOP, and after a skip the
//     items that were there already when it skipped.
#pragma once

#include "common/base/units.hpp"
#include "common/live/ring.hpp"

#include <algorithm>
#include <limits>
#include <optional>

namespace live {

/// How far a viewer may be behind.
struct Patience {
  Ms max_lag{2'000};                    ///< the time that an item has waited for it
  std::uint64_t max_bytes = 4U << 20U;  ///< waiting for it
};

template <class Item>
class Cursor {
 public:
  using Ring = live::Ring<Item>;

  /// Items before `from` are not for this viewer.
  explicit Cursor(Sequence from = 0) : next_(from) {}

  /// The item that this viewer is to get now; nothing: wait for the next push().  May skip.
  std::optional<Sequence> next(const Ring& ring, Monotonic now, const Patience& patience);
  /// The viewer has begun to get `sequence`, which next() gave.
  void begun(Sequence sequence) { next_ = sequence + 1; }

  /// Takes back begun(): the viewer got nothing of `sequence` after all.
  void rewind(Sequence sequence) { next_ = sequence; }
  /// Skips if it is too far behind, though it cannot get anything now: so that the ring need not
  /// keep what it will not get.
  void review(const Ring& ring, Monotonic now, const Patience& patience);

  /// The ring must keep the items from here on; end() when it needs none of them.
  [[nodiscard]] Sequence needs(const Ring& ring) const { return wants_start_ ? ring.end() : next_; }
  /// An item is there that it has not begun.
  [[nodiscard]] bool behind(const Ring& ring) const { return !wants_start_ && next_ < ring.end(); }
  /// The first item that it has not begun.
  [[nodiscard]] Sequence position() const { return next_; }
  [[nodiscard]] std::uint32_t skips() const { return skips_; }
  [[nodiscard]] std::uint64_t skipped() const { return skipped_; }

 private:
  static constexpr Sequence unknown = std::numeric_limits<Sequence>::max();

  std::optional<Sequence> begin(const Ring& ring);
  bool too_far_behind(const Ring& ring, Monotonic now, const Patience& patience);

  Sequence next_;            ///< first item that it has not begun
  Sequence exempt_end_ = 0;  ///< items before this one do not count as waiting
  Sequence start_ = 0;       ///< where it began, while exempt_end_ is unknown
  std::uint64_t skipped_ = 0;
  std::uint32_t skips_ = 0;
  bool wants_start_ = true;
  bool has_begun_ = false;
};

template <class Item>
std::optional<Sequence> Cursor<Item>::next(const Ring& ring, Monotonic now,
                                           const Patience& patience) {
  review(ring, now, patience);
  if (wants_start_) return begin(ring);
  return next_ < ring.end() ? std::optional{next_} : std::nullopt;
}

template <class Item>
std::optional<Sequence> Cursor<Item>::begin(const Ring& ring) {
  const auto start = ring.newest_start(next_);
  if (!start) {
    if (has_begun_) skipped_ += ring.end() - std::min(next_, ring.end());
    next_ = ring.end();
    return std::nullopt;
  }
  if (has_begun_) {
    skipped_ += *start - next_;
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

template <class Item>
bool Cursor<Item>::too_far_behind(const Ring& ring, Monotonic now, const Patience& patience) {
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

template <class Item>
void Cursor<Item>::review(const Ring& ring, Monotonic now, const Patience& patience) {
  if (wants_start_) return;
  const bool lost = next_ < ring.first();
  if (!lost && !too_far_behind(ring, now, patience)) return;
  if (ring.newest_start(next_) == next_) {  // the very item that comes next: nothing to leave out
    exempt_end_ = ring.end();
    return;
  }
  ++skips_;
  wants_start_ = true;
}

}  // namespace live

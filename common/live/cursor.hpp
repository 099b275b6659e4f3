// Where one viewer stands in a stream's ring, and what happens when it is too slow.  Pure: the time
// is passed in.
//
//   - It begins at the newest key frame's fragment, or at the next one when there is none.
//   - Behind by too much (Patience), it skips to the newest key frame that it has not had, or waits
//     for the next: it may miss pictures, never see a broken one, and never costs another viewer
//     anything.
//   - What it could not help waiting for does not count: its starting GOP, and after a skip the
//     fragments that were there already when it skipped.
#pragma once

#include "common/live/ring.hpp"

#include <limits>
#include <optional>

namespace live {

/// How far a viewer may be behind.
struct Patience {
  Ms max_lag{2'000};                    ///< the time that a fragment has waited for it
  std::uint64_t max_bytes = 4U << 20U;  ///< waiting for it
};

class Cursor {
 public:
  /// The fragment that this viewer is to get now; nothing: wait for the next push().  May skip.
  std::optional<Sequence> next(const Ring& ring, Monotonic now, const Patience& patience);
  /// The viewer has begun to get `sequence`, which next() gave.
  void begun(Sequence sequence) { next_ = sequence + 1; }

  /// Takes back begun(): the viewer got nothing of `sequence` after all.
  void rewind(Sequence sequence) { next_ = sequence; }
  /// Skips if it is too far behind, though it cannot get anything now: so that the ring need not
  /// keep what it will not get.
  void review(const Ring& ring, Monotonic now, const Patience& patience);

  /// The ring must keep the fragments from here on; end() when it needs none of them.
  [[nodiscard]] Sequence needs(const Ring& ring) const { return wants_start_ ? ring.end() : next_; }
  /// A fragment is there that it has not begun.
  [[nodiscard]] bool behind(const Ring& ring) const { return !wants_start_ && next_ < ring.end(); }
  [[nodiscard]] std::uint32_t skips() const { return skips_; }
  [[nodiscard]] std::uint64_t skipped_fragments() const { return skipped_fragments_; }

 private:
  static constexpr Sequence unknown = std::numeric_limits<Sequence>::max();

  std::optional<Sequence> begin(const Ring& ring);
  bool too_far_behind(const Ring& ring, Monotonic now, const Patience& patience);

  Sequence next_ = 0;        ///< first fragment that it has not begun
  Sequence exempt_end_ = 0;  ///< fragments before this one do not count as waiting
  Sequence start_ = 0;       ///< where it began, while exempt_end_ is unknown
  std::uint64_t skipped_fragments_ = 0;
  std::uint32_t skips_ = 0;
  bool wants_start_ = true;
  bool has_begun_ = false;
};

}  // namespace live

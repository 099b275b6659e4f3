// The latest fragments of a stream, each stored once.  A viewer is a sequence number into it.
//
// What it keeps: everything from the newest fragment at which a decoder can begin (for who comes
// now), and everything that a viewer is behind by.  Above `limit_bytes` the oldest go whoever needs
// them: with an endless GOP new viewers then wait for the next key frame, and viewers that fell out
// skip to it.
#pragma once

#include "common/live/fragment.hpp"

#include <cstdint>
#include <deque>
#include <optional>

namespace live {

using Sequence = std::uint64_t;  ///< of a fragment within its stream; never reused

class Ring {
 public:
  explicit Ring(std::uint64_t limit_bytes) : limit_(limit_bytes) {}

  /// Appends; drops from the front what exceeds the limit, but never the fragment itself.
  Sequence push(FragmentPtr fragment);
  /// Drops what neither a viewer at `slowest` nor a new one needs.
  void prune(Sequence slowest);
  /// Nobody can begin at what is here: its source has left.
  void forget_starts() { starts_.clear(); }

  [[nodiscard]] Sequence first() const { return first_; }
  [[nodiscard]] Sequence end() const { return first_ + entries_.size(); }  ///< of the next to come
  /// REQUIRES for these: first() <= sequence < end().
  [[nodiscard]] const Fragment& at(Sequence sequence) const { return *entry(sequence).fragment; }
  [[nodiscard]] const FragmentPtr& share(Sequence sequence) const {
    return entry(sequence).fragment;
  }
  /// Bytes of the fragments in [from, end()).  REQUIRES: first() <= from <= end().
  [[nodiscard]] std::uint64_t bytes_from(Sequence from) const {
    return from == end() ? 0 : pushed_bytes_ - entry(from).bytes_before;
  }

  /// The newest fragment at which a decoder can begin, if it is `from` or later.
  [[nodiscard]] std::optional<Sequence> newest_start(Sequence from = 0) const;
  /// The first of them after `sequence`.
  [[nodiscard]] std::optional<Sequence> start_after(Sequence sequence) const;

  [[nodiscard]] std::uint64_t bytes() const { return bytes_from(first_); }
  /// Bytes of fragments that have left the ring while a viewer was in the middle of them.
  [[nodiscard]] std::uint64_t stray_bytes();
  /// Viewers in the middle of a fragment before this one hold more memory than the limit allows:
  /// they must let go of it.
  Sequence overdue();

 private:
  struct Entry {
    FragmentPtr fragment;
    std::uint64_t bytes_before;  ///< of the stream, before this fragment
  };
  struct Stray {
    Sequence sequence;
    FragmentPtr fragment;
  };
  [[nodiscard]] const Entry& entry(Sequence sequence) const { return entries_[sequence - first_]; }
  void drop_front();

  std::uint64_t limit_;
  std::deque<Entry> entries_;
  std::deque<Sequence> starts_;  ///< those in entries_, ascending
  std::deque<Stray> strays_;     ///< ascending
  Sequence first_ = 0;
  std::uint64_t pushed_bytes_ = 0;  ///< since the stream began
};

}  // namespace live

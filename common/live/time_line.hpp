// A viewer's own time line for a bare <video>, which begins at 0 whenever the viewer comes: the
// moof is copied and its stamps are moved by one offset; the payload stays shared.
#pragma once

#include "common/live/fragment.hpp"

#include <span>

namespace live {

class TimeLine {
 public:
  /// The earlier track of `first`, the first fragment that this viewer gets, is at 0.
  void begin(const Fragment& first) { origin_ = begin_of(first.parsed, first.epoch->init); }

  /// Fragments of `next` follow.  Where its stamps go on from those of `last` by themselves (at
  /// most `gap` later) the offset stays, so that a gap stays a gap; else `next` begins where `last`
  /// ended.
  void cross(const Epoch& last, const Epoch& next);

  /// Bytes of the head: [prft] moof and the mdat's header.
  static std::size_t head_bytes(const Fragment& f) { return f.payload_at - f.head_at; }
  /// Writes the head of `f` to `out` with this viewer's stamps and `sequence` in its mfhd.
  /// REQUIRES: out.size() >= head_bytes(f).
  void write_head(const Fragment& f, std::uint32_t sequence, std::span<std::uint8_t> out) const;

 private:
  static constexpr std::int64_t gap_seconds = 10;

  [[nodiscard]] std::uint64_t moved(std::uint64_t ticks, std::uint32_t scale) const;
  MediaTime origin_;  ///< of the stream, where this viewer's 0 is
};

}  // namespace live

// The latest items of a stream (fragments, messages), each stored once.  A viewer is a sequence
// number into it.
//
// What it keeps: everything from the newest item at which a decoder can begin (for who comes now),
// and everything that a viewer is behind by.  Above `limit_bytes` the oldest go whoever needs them:
// with an endless GOP new viewers then wait for the next key frame, and viewers that fell out skip
// to it.
//
// Of an item it asks for size() (its bytes), `start` (a decoder can begin here) and `arrived` (when
// it came, Monotonic).
#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <utility>

namespace live {

using Sequence = std::uint64_t;  ///< of an item within its stream; never reused

template <class Item>
class Ring {
 public:
  using Pointer = std::shared_ptr<const Item>;

  explicit Ring(std::uint64_t limit_bytes) : limit_(limit_bytes) {}

  /// Appends; drops from the front what exceeds the limit, but never the item itself.
  Sequence push(Pointer item);
  /// Drops what neither a viewer at `slowest` nor a new one needs.
  void prune(Sequence slowest);
  /// Nobody can begin at what is here: its source has left.
  void forget_starts() { starts_.clear(); }

  [[nodiscard]] Sequence first() const { return first_; }
  [[nodiscard]] Sequence end() const { return first_ + entries_.size(); }  ///< of the next to come
  /// REQUIRES for these: first() <= sequence < end().
  [[nodiscard]] const Item& at(Sequence sequence) const { return *entry(sequence).item; }
  [[nodiscard]] const Pointer& share(Sequence sequence) const { return entry(sequence).item; }
  /// Bytes of the items in [from, end()).  REQUIRES: first() <= from <= end().
  [[nodiscard]] std::uint64_t bytes_from(Sequence from) const {
    return from == end() ? 0 : pushed_bytes_ - entry(from).bytes_before;
  }

  /// The newest item at which a decoder can begin, if it is `from` or later.
  [[nodiscard]] std::optional<Sequence> newest_start(Sequence from = 0) const;
  /// The first of them after `sequence`.
  [[nodiscard]] std::optional<Sequence> start_after(Sequence sequence) const;

  [[nodiscard]] std::uint64_t bytes() const { return bytes_from(first_); }
  /// Bytes of items that have left the ring while a viewer was in the middle of them.
  [[nodiscard]] std::uint64_t stray_bytes();
  /// Viewers in the middle of an item before this one hold more memory than the limit allows: they
  /// must let go of it.
  Sequence overdue();

 private:
  struct Entry {
    Pointer item;
    std::uint64_t bytes_before;  ///< of the stream, before this item
  };
  struct Stray {
    Sequence sequence;
    Pointer item;
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

template <class Item>
Sequence Ring<Item>::push(Pointer item) {
  const auto sequence = end();
  if (item->start) starts_.push_back(sequence);
  const auto before = pushed_bytes_;
  pushed_bytes_ += item->size();
  entries_.push_back({std::move(item), before});
  while (entries_.size() > 1 && bytes() > limit_)
    drop_front();
  return sequence;
}

template <class Item>
void Ring<Item>::prune(Sequence slowest) {
  const auto needed = starts_.empty() ? slowest : std::min(slowest, starts_.back());
  while (first_ < needed && !entries_.empty())
    drop_front();
}

template <class Item>
void Ring<Item>::drop_front() {
  if (!starts_.empty() && starts_.front() == first_) starts_.pop_front();
  auto& oldest = entries_.front().item;
  if (oldest.use_count() > 1) strays_.push_back({first_, std::move(oldest)});
  entries_.pop_front();
  ++first_;
}

template <class Item>
std::optional<Sequence> Ring<Item>::newest_start(Sequence from) const {
  if (starts_.empty() || starts_.back() < from) return std::nullopt;
  return starts_.back();
}

template <class Item>
std::optional<Sequence> Ring<Item>::start_after(Sequence sequence) const {
  const auto found = std::upper_bound(starts_.begin(), starts_.end(), sequence);
  return found == starts_.end() ? std::nullopt : std::optional{*found};
}

template <class Item>
std::uint64_t Ring<Item>::stray_bytes() {
  std::erase_if(strays_, [](const Stray& stray) { return stray.item.use_count() == 1; });
  std::uint64_t sum = 0;
  for (const auto& stray : strays_)
    sum += stray.item->size();
  return sum;
}

template <class Item>
Sequence Ring<Item>::overdue() {
  if (strays_.empty()) return 0;
  auto held = stray_bytes();
  Sequence before = 0;
  for (const auto& stray : strays_) {
    if (held <= limit_) break;
    held -= stray.item->size();
    before = stray.sequence + 1;
  }
  return before;
}

}  // namespace live

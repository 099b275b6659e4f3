#include "common/live/ring.hpp"

#include <algorithm>

namespace live {

Sequence Ring::push(FragmentPtr fragment) {
  const auto sequence = end();
  if (fragment->start) starts_.push_back(sequence);
  const auto before = pushed_bytes_;
  pushed_bytes_ += fragment->bytes.size();
  entries_.push_back({std::move(fragment), before});
  while (entries_.size() > 1 && bytes() > limit_)
    drop_front();
  return sequence;
}

void Ring::prune(Sequence slowest) {
  const auto needed = starts_.empty() ? slowest : std::min(slowest, starts_.back());
  while (first_ < needed && !entries_.empty())
    drop_front();
}

void Ring::drop_front() {
  if (!starts_.empty() && starts_.front() == first_) starts_.pop_front();
  auto& oldest = entries_.front().fragment;
  if (oldest.use_count() > 1) strays_.push_back({first_, std::move(oldest)});
  entries_.pop_front();
  ++first_;
}

std::optional<Sequence> Ring::newest_start(Sequence from) const {
  if (starts_.empty() || starts_.back() < from) return std::nullopt;
  return starts_.back();
}

std::optional<Sequence> Ring::start_after(Sequence sequence) const {
  const auto found = std::upper_bound(starts_.begin(), starts_.end(), sequence);
  return found == starts_.end() ? std::nullopt : std::optional{*found};
}

std::uint64_t Ring::stray_bytes() {
  std::erase_if(strays_, [](const Stray& stray) { return stray.fragment.use_count() == 1; });
  std::uint64_t sum = 0;
  for (const auto& stray : strays_)
    sum += stray.fragment->bytes.size();
  return sum;
}

Sequence Ring::overdue() {
  if (strays_.empty()) return 0;
  auto held = stray_bytes();
  Sequence before = 0;
  for (const auto& stray : strays_) {
    if (held <= limit_) break;
    held -= stray.fragment->bytes.size();
    before = stray.sequence + 1;
  }
  return before;
}

}  // namespace live

#include "tools/social-relay/handoff.hpp"

#include <algorithm>
#include <utility>

namespace social_relay {

/// REQUIRES: the lock is held.
bool Handoff::takes(const Made& made, std::size_t bytes) {
  const auto& item = *made.item;
  const bool wants_key = std::ranges::find(want_key_, made.version) != want_key_.end();
  const bool fits = bytes_ + bytes <= most_bytes;
  if (fits && (!item.video || !wants_key || item.key)) {
    if (item.video && wants_key) std::erase(want_key_, made.version);
    return true;
  }
  if (item.video && !wants_key) want_key_.push_back(made.version);
  ++dropped_;
  return false;
}

void Handoff::push(Handed handed) {
  bool first = false;
  {
    const std::lock_guard lock{mutex_};
    const auto* made = std::get_if<Made>(&handed);
    if (made != nullptr) {
      const auto bytes = made->item->size() + item_bytes;
      if (!takes(*made, bytes)) return;
      bytes_ += bytes;
    }
    first = waiting_.empty();
    waiting_.push_back(std::move(handed));
  }
  if (first) wake_();
}

std::vector<Handed> Handoff::take() {
  const std::lock_guard lock{mutex_};
  bytes_ = 0;
  return std::exchange(waiting_, {});
}

std::uint64_t Handoff::dropped() const {
  const std::lock_guard lock{mutex_};
  return dropped_;
}

}  // namespace social_relay

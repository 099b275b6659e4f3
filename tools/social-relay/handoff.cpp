#include "tools/social-relay/handoff.hpp"

#include <utility>

namespace social_relay {

void Handoff::push(Handed handed) {
  bool first = false;
  {
    const std::lock_guard lock{mutex_};
    const auto* made = std::get_if<Made>(&handed);
    const auto size = made != nullptr ? made->item->size() : 0;
    if (made != nullptr && bytes_ + size > most_bytes) {
      ++dropped_;
      return;
    }
    bytes_ += size;
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

#include "tools/social-relay/intake.hpp"

#include <algorithm>
#include <utility>

namespace social_relay {

/// REQUIRES: the lock is held.
void Intake::add(Waiting waiting) {
  bytes_ += waiting.bytes;
  items_.push_back(std::move(waiting));
  some_.notify_one();
}

template <class Which>
void Intake::drop(Which which) {
  std::erase_if(items_, [&](const Waiting& waiting) {
    if (!which(waiting)) return false;
    bytes_ -= waiting.bytes;
    dropped_pictures_ += waiting.picture ? 1 : 0;
    return true;
  });
}

void Intake::want(Wishes wishes) {
  const std::lock_guard lock{mutex_};
  drop([](const Waiting& waiting) { return std::holds_alternative<Wishes>(waiting.item); });
  add({std::move(wishes), {}, 0, false});
}

void Intake::begin(live::media_in::Epoch epoch) {
  const std::lock_guard lock{mutex_};
  if (items_.size() >= most_items)
    drop([](const Waiting& waiting) { return !std::holds_alternative<Wishes>(waiting.item); });
  wants_key_ = true;
  lags_ = false;
  add({std::move(epoch), {}, 0, false});
}

bool Intake::is_too_much(live::Monotonic now) const {
  if (bytes_ > most_bytes || items_.size() > most_items) return true;
  const auto oldest = std::ranges::find(items_, true, &Waiting::picture);
  return oldest != items_.end() && now - oldest->since > most_wait;
}

bool Intake::push(SharedUnit unit, live::Monotonic now) {
  const std::lock_guard lock{mutex_};
  const bool too_much = is_too_much(now);
  if (too_much) {
    drop([](const Waiting& waiting) { return waiting.picture; });
    wants_key_ = lags_ = true;
  }
  const bool picture = unit->video;
  if (picture && wants_key_) {
    if (!unit->key) {
      dropped_pictures_ += lags_ ? 1 : 0;
      return !too_much;
    }
    wants_key_ = lags_ = false;
  }
  if (!picture && items_.size() > most_items) return !too_much;
  const auto bytes = unit->packet.size();
  add({std::move(unit), now, bytes, picture});
  return !too_much;
}

void Intake::end() {
  const std::lock_guard lock{mutex_};
  ended_ = true;
  some_.notify_all();
}

std::optional<Intake::Item> Intake::pop() {
  std::unique_lock lock{mutex_};
  some_.wait(lock, [this] { return ended_ || !items_.empty(); });
  if (items_.empty()) return {};
  auto item = std::move(items_.front().item);
  bytes_ -= items_.front().bytes;
  items_.pop_front();
  return item;
}

std::uint64_t Intake::dropped_pictures() const {
  const std::lock_guard lock{mutex_};
  return dropped_pictures_;
}

}  // namespace social_relay

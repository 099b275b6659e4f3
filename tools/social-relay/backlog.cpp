#include "tools/social-relay/backlog.hpp"

#include <algorithm>
#include <utility>

namespace social_relay {

live::Us Backlog::span() const {
  return items_.empty() ? live::Us{} : items_.back().item->at - items_.front().item->at;
}

void Backlog::push(SharedItem item, live::Monotonic now) {
  if (!begun_) {
    if (!item->key) return;
    begun_ = true;
  }
  if (item->video && wants_key_) {
    if (!item->key) {
      ++dropped_pictures_;
      return;
    }
    wants_key_ = false;
  }
  if (item->disposable && waits_longer(drops_disposable, now)) {
    ++dropped_pictures_;
    return;
  }
  bytes_ += item->size();
  items_.push_back({std::move(item), now});
  if (waits_longer(drops_disposable, now)) drop_disposable();
  if (pictures_lag(now) || bytes_ > most_bytes || items_.size() > most_items) skip_to_key();
  if (bytes_ > most_bytes || items_.size() > most_items) drop_oldest_sounds();
}

SharedItem Backlog::pop() {
  if (items_.empty()) return nullptr;
  auto item = std::move(items_.front().item);
  items_.pop_front();
  bytes_ -= item->size();
  return item;
}

void Backlog::restart() {
  items_.clear();
  bytes_ = 0;
  begun_ = wants_key_ = false;
}

template <class Which>
void Backlog::drop(Which which) {
  std::erase_if(items_, [&](const Waiting& waiting) {
    const auto& item = *waiting.item;
    if (!which(item)) return false;
    bytes_ -= item.size();
    ++(item.video ? dropped_pictures_ : dropped_sounds_);
    return true;
  });
}

bool Backlog::pictures_lag(live::Monotonic now) const {
  if (!waits_longer(drops_to_key, now)) return false;
  const auto oldest =
      std::ranges::find_if(items_, [](const Waiting& waiting) { return waiting.item->video; });
  return oldest != items_.end() && now - oldest->since > drops_to_key;
}

void Backlog::drop_disposable() {
  drop([](const Item& item) { return item.disposable; });
}

/// To the newest key frame that waits, if that is not the first picture; else to the next one that comes.
void Backlog::skip_to_key() {
  const auto is_picture = [](const Waiting& waiting) { return waiting.item->video; };
  const auto is_key = [](const Waiting& waiting) {
    return waiting.item->video && waiting.item->key;
  };
  const auto first = std::ranges::find_if(items_, is_picture);
  if (first == items_.end()) return;
  const auto newest = std::find_if(items_.rbegin(), items_.rend(), is_key);
  ++skips_;
  if (newest != items_.rend() && newest->item != first->item) {
    const auto* key = newest->item.get();
    bool behind = false;
    drop([&](const Item& item) {
      behind = behind || &item == key;
      return item.video && !behind;
    });
  } else {
    drop([](const Item& item) { return item.video; });
    wants_key_ = true;
  }
}

void Backlog::drop_oldest_sounds() {
  while (!items_.empty() && (bytes_ > most_bytes || items_.size() > most_items)) {
    const auto item = pop();
    ++(item->video ? dropped_pictures_ : dropped_sounds_);
    wants_key_ = wants_key_ || item->video;
  }
}

}  // namespace social_relay

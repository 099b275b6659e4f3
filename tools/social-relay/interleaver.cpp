#include "tools/social-relay/interleaver.hpp"

#include <utility>

namespace social_relay {

void Interleaver::push(SharedItem item) {
  if (item->tracks != tracks_) {
    flush();
    tracks_ = item->tracks;
  }
  if (!tracks_->video || !tracks_->audio) return sink_(std::move(item));
  bytes_ += item->size();
  auto& track = item->video ? video_ : audio_;
  track.push_back(std::move(item));
  while (!video_.empty() && !audio_.empty())
    give_from(earlier());
  while (is_too_long(track))
    give_from(track);
}

void Interleaver::flush() {
  while (!video_.empty() || !audio_.empty())
    give_from(earlier());
}

Interleaver::Track& Interleaver::earlier() {
  if (video_.empty() || audio_.empty()) return video_.empty() ? audio_ : video_;
  return audio_.front()->at < video_.front()->at ? audio_ : video_;
}

void Interleaver::give_from(Track& track) {
  auto item = std::move(track.front());
  track.pop_front();
  bytes_ -= item->size();
  sink_(std::move(item));
}

bool Interleaver::is_too_long(const Track& track) const {
  return !track.empty() && (track.back()->at - track.front()->at > patience ||
                            track.size() > most_items || bytes_ > most_bytes);
}

}  // namespace social_relay

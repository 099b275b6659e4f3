#include "tools/rtmp-ingest/audience.hpp"

#include <algorithm>
#include <utility>

namespace rtmp_ingest {

void Audience::join(Sender& sender, std::function<void()> on_blocked) {
  cache_.take([this](Passed passed) {
    ring_.push(std::make_shared<const Item>(make_item(std::move(passed))));
  });
  seats_.push_back(
      {&sender, std::move(on_blocked), {0, sender.bytes(), sender.skips(), sender.skipped()}});
  sender.play(ring_, patience_);
}

void Audience::leave(Sender& sender) {
  const auto seat = std::ranges::find(seats_, &sender, &Seat::sender);
  if (seat == seats_.end()) return;
  add(left_, *seat);
  sender.stop_playing();
  *seat = std::move(seats_.back());
  seats_.pop_back();
}

/// Nobody plays: true when `passed` was moved into the cache.  What the last player left behind stays in the ring to the next start.
bool Audience::cache(Passed& passed) {
  if (!seats_.empty()) return false;
  if (passed.start) {
    ring_.forget_starts();
    ring_.prune(ring_.end());
  }
  if (ring_.first() < ring_.end()) return false;
  cache_.push(std::move(passed));
  return true;
}

void Audience::push(Passed passed, live::Monotonic now) {
  if (cache(passed)) return;
  const bool video = passed.message.type == live::rtmp::MessageType::video;
  ring_.push(std::make_shared<const Item>(make_item(std::move(passed))));
  sent_ = std::max(sent_, ring_.first());
  if (video || now - ring_.at(sent_).arrived >= gather) fan_out(now);
}

void Audience::source_left(live::Monotonic now) {
  if (sent_ < ring_.end()) fan_out(now);
  ring_.forget_starts();
  cache_.clear();
}

void Audience::fan_out(live::Monotonic now) {
  const auto overdue = ring_.overdue();
  auto slowest = ring_.end();
  for (const auto& seat : seats_) {
    auto* const sender = seat.sender;
    if (sender->ending() != Sender::Ending::none) continue;
    sender->let_go_before(overdue);
    if (sender->blocked()) {
      sender->review(now);
    } else {
      sender->pump(now);
      if (sender->blocked()) due_.push_back(sender);
    }
    if (sender->ending() != Sender::Ending::none)
      due_.push_back(sender);
    else
      slowest = std::min(slowest, sender->needs());
  }
  ring_.prune(slowest);
  stray_bytes_ = ring_.stray_bytes();
  sent_ = ring_.end();
  call_due();
}

void Audience::tick(live::Monotonic now) {
  if (sent_ < ring_.end()) fan_out(now);
  for (const auto& seat : seats_) {
    auto* const sender = seat.sender;
    if (sender->ending() != Sender::Ending::none) continue;
    sender->tick(now);
    if (sender->ending() != Sender::Ending::none) due_.push_back(sender);
  }
  call_due();
}

/// Behind the walk, because they may come and go in answer.
void Audience::call_due() {
  for (auto* const sender : std::exchange(due_, {})) {
    const auto seat = std::ranges::find(seats_, sender, &Seat::sender);
    if (seat == seats_.end()) continue;
    const auto call = seat->on_blocked;
    call();
  }
}

AudienceCounts Audience::counts() const {
  auto sum = left_;
  sum.players = seats_.size();
  for (const auto& seat : seats_)
    add(sum, seat);
  return sum;
}

void Audience::add(AudienceCounts& sum, const Seat& seat) {
  sum.bytes += seat.sender->bytes() - seat.before.bytes;
  sum.skips += seat.sender->skips() - seat.before.skips;
  sum.skipped += seat.sender->skipped() - seat.before.skipped;
}

}  // namespace rtmp_ingest

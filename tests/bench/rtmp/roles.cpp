#include "tests/bench/rtmp/roles.hpp"

#include "common/rtmp/chunk_writer.hpp"

#include <algorithm>

namespace rtmp_bench {

std::optional<Clock::time_point> Publisher::due() const {
  if (!begun() || lost() || next_ == wire_.pieces.size()) return std::nullopt;
  return start_ + wire_.pieces[next_].at;
}

void Publisher::publish(Clock::time_point now) {
  for (; next_ < wire_.pieces.size() && start_ + wire_.pieces[next_].at <= now; ++next_)
    released_ = wire_.pieces[next_].end;
  flush();
}

void Publisher::flush() {
  if (!silent() || sent_ == released_) return;
  sent_ += send_some(live::Bytes{wire_.bytes}.subspan(sent_, released_ - sent_));
}

void Flood::send_more(Clock::time_point) {
  while (silent() && !done() && !lost()) {
    if (ready_sent_ == ready_.size()) refill();
    const std::size_t n = send_some(live::Bytes{ready_}.subspan(ready_sent_));
    if (n == 0) return;
    ready_sent_ += n;
    sent_ += n;
  }
}

void Flood::refill() {
  constexpr std::size_t refill_bytes = 1U << 20U;
  ready_.clear();
  ready_sent_ = 0;
  while (ready_.size() < refill_bytes) {
    const Tag& tag = recording_.tags()[tag_];
    auto head = tag.head;
    head.timestamp += shift_ms_;
    write_message(ready_, head, tag.body, chunk_bytes_);
    if (++tag_ < recording_.tags().size()) continue;
    tag_ = 0;
    shift_ms_ += recording_.length_ms();
  }
}

void Player::begin_window(Clock::time_point now) {
  bytes_ = 0;
  pictures_ = holes_ = 0;
  heard_ = now;
  longest_gap_ = {};
}

void Player::hear(const live::rtmp::Message& message, Clock::time_point now) {
  using live::rtmp::MessageType;
  if (message.type != MessageType::video && message.type != MessageType::audio) return;
  note_gap(now);
  has_media_ = true;
  bytes_ += message.payload.size();
  if (message.type != MessageType::video || message.payload.size() < 2 ||
      (message.payload)[1] != 1)  // AVC NALUs
    return;
  ++pictures_;
  if (picture_ && message.timestamp - *picture_ > frame_ms_) ++holes_;
  picture_ = message.timestamp;
}

void Player::note_gap(Clock::time_point now) {
  longest_gap_ = std::max(longest_gap_, now - heard_);
  heard_ = now;
}

}  // namespace rtmp_bench

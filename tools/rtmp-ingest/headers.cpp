#include "tools/rtmp-ingest/headers.hpp"

#include <algorithm>
#include <utility>

namespace rtmp_ingest {

using live::rtmp::Message;

namespace {

bool same(const Message& a, const Message& b) { return a.type == b.type && a.payload == b.payload; }

}  // namespace

void Headers::keep(Kind kind, const Tracks& tracks, const Message& message) {
  if (message.payload.size() > most_bytes) return;
  const auto is_replaced = [&](const Entry& entry) {
    return entry.kind == kind && (entry.tracks & ~tracks).none();
  };
  const auto known = std::ranges::find_if(entries_, is_replaced);
  if (known != entries_.end() && known->tracks == tracks && same(known->message, message)) return;
  std::erase_if(entries_, is_replaced);
  if (entries_.size() >= most_messages) return;
  const auto behind = std::ranges::upper_bound(entries_, kind, {}, &Entry::kind);
  auto kept = message;
  kept.payload = live::rtmp::Payload::copy_of(message.payload);  // for long: no block for so little
  entries_.insert(behind, {kind, tracks, std::move(kept)});
  changed_ = true;
}

void Headers::forget_metadata() {
  changed_ = std::erase_if(entries_, [](const Entry& e) { return e.kind == Kind::metadata; }) > 0 ||
             changed_;
}

const std::shared_ptr<const Preface>& Headers::preface() {
  if (preface_ && !std::exchange(changed_, false)) return preface_;
  Preface now;
  for (const auto& entry : entries_)
    now.messages.push_back(entry.message);
  if (!preface_ || !std::ranges::equal(now.messages, preface_->messages, same))
    preface_ = std::make_shared<const Preface>(std::move(now));
  return preface_;
}

}  // namespace rtmp_ingest

#include "tools/rtmp-ingest/sender.hpp"

#include "common/net/send.hpp"

#include <algorithm>
#include <limits>
#include <span>
#include <utility>
#include <vector>

namespace rtmp_ingest {
namespace {

using live::rtmp::MessageType;

constexpr std::uint32_t message_stream = 1;  // rtmp::ServerSession::stream_id

/// Chunk streams by what they carry, as most servers have them; 2 and 3 are the session's.
std::uint32_t chunk_stream_of(MessageType type) {
  if (type == MessageType::audio) return 4;
  return type == MessageType::video ? 6 : 5;
}

live::rtmp::MessageHead head_of(const live::rtmp::Message& message, std::uint32_t timestamp) {
  return {message.type, timestamp, message_stream, chunk_stream_of(message.type)};
}

bool has(const Preface& preface, const live::rtmp::Message& message) {
  return std::ranges::any_of(preface.messages, [&](const live::rtmp::Message& known) {
    return known.type == message.type && known.payload == message.payload;
  });
}

}  // namespace

Item make_item(Passed passed) {
  const auto head = head_of(passed.message, passed.message.timestamp);
  return {{head, std::move(passed.message.payload), live::rtmp::our_chunk_bytes},
          head.type,
          head.timestamp,
          passed.start,
          std::move(passed.preface),
          passed.arrived};
}

std::string_view to_text(Sender::Ending ending) {
  switch (ending) {
    case Sender::Ending::none:
      return "connected";
    case Sender::Ending::left:
      return "left";
    case Sender::Ending::stalled:
      return "took nothing for too long";
    case Sender::Ending::flooded:
      return "asked without reading the answers";
    case Sender::Ending::held_too_much:
      return "held more than the stream's memory allows";
  }
  return "";
}

/// What one sendmsg(2) carries: the rest of a message, words, further messages.
struct Sender::Batch {
  /// More than a socket takes at once is gathered for nothing.
  static constexpr std::size_t most_bytes = 256U << 10U;
  static constexpr std::size_t most_pieces = 256;

  struct Part {
    live::Sequence sequence;
    std::size_t size;  ///< of the whole item, though not all of it may be in `pieces`
  };
  std::vector<iovec> pieces;
  std::vector<Part> parts;
  std::size_t bytes = 0;  ///< of `parts`

  void clear() {
    pieces.clear();
    parts.clear();
    bytes = 0;
  }
  [[nodiscard]] bool full() const { return bytes >= most_bytes || pieces.size() >= most_pieces; }
  void add_rest(const Item& item, std::size_t sent) {
    item.chunks.append_pieces(pieces, sent, most_pieces - pieces.size());
  }
  void add(const Item& item, live::Sequence sequence) {
    add_rest(item, 0);
    parts.push_back({sequence, item.size()});
    bytes += item.size();
  }
  void add_words(live::Bytes words) {
    // iovec serves reading and writing; nobody writes through these.
    pieces.push_back({const_cast<std::uint8_t*>(words.data()), words.size()});
  }
  [[nodiscard]] std::size_t offered() const {
    std::size_t sum = 0;
    for (const auto& piece : pieces)
      sum += piece.iov_len;
    return sum;
  }
};

void Sender::end(Ending why) {
  if (ending_ != Ending::none) return;
  ending_ = why;
  blocked_ = false;
  partial_.reset();
  words_ = {};
  words_sent_ = 0;
}

void Sender::say(live::Buffer& words, live::Monotonic now) {
  if (ending_ == Ending::none && !words.empty()) {
    if (words_.size() - words_sent_ + words.size() > most_words) {
      end(Ending::flooded);
    } else if (words_.empty()) {
      words_.swap(words);
    } else {
      words_.insert(words_.end(), words.begin(), words.end());
    }
  }
  words.clear();
  if (!blocked_) pump(now);
}

void Sender::play(const Ring& ring, const live::Patience& patience) {
  stop_playing();
  ring_ = &ring;
  patience_ = &patience;
  live::net::tune_for_live(link_.socket().native_handle());
}

void Sender::stop_playing() {
  ring_ = nullptr;
  patience_ = nullptr;
  preface_.reset();
  begin_anew(0);
}

/// Forgets where it stood; starts before `from` are not for it.
void Sender::begin_anew(live::Sequence from) {
  skips_ += cursor_.skips();
  skipped_ += cursor_.skipped();
  cursor_ = Cursor{from};
}

void Sender::pause(bool paused) {
  if (paused == paused_) return;
  paused_ = paused;
  if (!paused && ring_ != nullptr) begin_anew(cursor_.position());
}

void Sender::receive(MessageType type, bool on) {
  if (type == MessageType::audio) audio_ = on;
  if (type != MessageType::video || on == video_) return;
  video_ = on;
  video_needs_key_ = true;
}

void Sender::pump(live::Monotonic now) {
  static thread_local Batch batch;  // of all senders in turn: what is not sent is gathered again
  while (ending_ == Ending::none) {
    fill(batch, now);
    if (batch.pieces.empty()) {
      blocked_ = false;
      return;
    }
    const auto sent = link_.write_some(batch.pieces);
    if (sent.outcome == live::net::Sent::Outcome::gone) return end(Ending::left);
    if (sent.bytes > 0 || !blocked_) progress_ = now;
    bytes_ += sent.bytes;
    settle(batch, sent.bytes);
    blocked_ = sent.bytes < batch.offered();
    if (blocked_) return;
  }
}

void Sender::fill(Batch& batch, live::Monotonic now) {
  batch.clear();
  if (partial_) batch.add_rest(*partial_, partial_sent_);
  if (batch.full()) return;
  if (!words_.empty()) batch.add_words(live::Bytes{words_}.subspan(words_sent_));
  if (plays()) fill_items(batch, now);
}

void Sender::fill_items(Batch& batch, live::Monotonic now) {
  std::optional<live::Sequence> last;
  while (!batch.full()) {
    const auto next = cursor_.next(*ring_, now, *patience_);
    if (!next || (last && *next != *last + 1)) break;  // a skip belongs to the next batch
    const auto& item = ring_->at(*next);
    if (item.preface != preface_) {
      if (!batch.parts.empty()) break;  // it goes with the words, before the items
      if (enter(item)) return fill(batch, now);
    }
    cursor_.begun(*next);
    last = next;
    if (wants(item)) batch.add(item, *next);
  }
}

/// Says what of the item's preface it has not been told.  True when there is something.
bool Sender::enter(const Item& item) {
  const auto told = std::exchange(preface_, item.preface);
  if (!preface_) return false;
  bool said = false;
  for (const auto& message : preface_->messages) {
    if (told && has(*told, message)) continue;
    live::rtmp::write_message(words_, head_of(message, item.timestamp), message.payload,
                              live::rtmp::our_chunk_bytes);
    said = true;
  }
  return said;
}

bool Sender::wants(const Item& item) {
  if (item.type == MessageType::audio) return audio_;
  if (item.type != MessageType::video) return true;
  if (!video_) return false;
  if (item.start) video_needs_key_ = false;
  return !video_needs_key_;
}

/// Of the batch `sent` bytes are through.
void Sender::settle(const Batch& batch, std::size_t sent) {
  if (partial_) {
    const auto left = partial_->size() - partial_sent_;
    const auto some = std::min(left, sent);
    partial_sent_ += some;
    sent -= some;
    if (some == left) partial_.reset();
  }
  if (!partial_ && !words_.empty()) {
    const auto some = std::min(words_.size() - words_sent_, sent);
    words_sent_ += some;
    sent -= some;
    if (words_sent_ == words_.size()) {
      words_ = {};  // most connections have nothing to say most of the time
      words_sent_ = 0;
    }
  }
  for (const auto& part : batch.parts) {
    if (sent >= part.size) {
      sent -= part.size;
      continue;
    }
    cursor_.rewind(part.sequence);
    if (sent == 0) return;
    cursor_.begun(part.sequence);
    partial_ = ring_->share(part.sequence);
    partial_sequence_ = part.sequence;
    partial_sent_ = sent;
    return;
  }
}

bool Sender::empty() const {
  return words_.empty() && !partial_ && (!plays() || !cursor_.behind(*ring_));
}

live::Sequence Sender::needs() const {
  return plays() ? cursor_.needs(*ring_) : std::numeric_limits<live::Sequence>::max();
}

void Sender::review(live::Monotonic now) {
  if (plays()) cursor_.review(*ring_, now, *patience_);
}

void Sender::let_go_before(live::Sequence overdue) {
  if (partial_ && partial_sequence_ < overdue) end(Ending::held_too_much);
}

void Sender::tick(live::Monotonic now) {
  if (ending_ != Ending::none || !blocked_) return;
  look_for_progress(now);
  if (now - progress_ > stall) end(Ending::stalled);
}

/// The kernel wakes us only when a good part of what it holds is gone; a peer on a slow link takes some of it all the
/// while.
void Sender::look_for_progress(live::Monotonic now) {
  const auto left = live::net::unacknowledged(link_.socket().native_handle());
  if (left && (!in_kernel_ || *left < *in_kernel_)) progress_ = now;
  in_kernel_ = left;
}

}  // namespace rtmp_ingest

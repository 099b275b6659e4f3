#include "tools/fmp4-httpd/viewer.hpp"

#include "common/net/send.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace fmp4_httpd {
namespace {

using live::http::CloseCode;
using live::http::Opcode;

constexpr std::string_view last_chunk = "0\r\n\r\n";

std::int64_t wall_ms() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<live::Ms>(now).count();
}

/// A mime type holds quotes and nothing else that JSON escapes.
std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

std::string epoch_message(const live::Epoch& epoch) {
  return fmt::format(R"({{"type":"epoch","epoch":{},"mime":{},"now":{}}})", epoch.number,
                     quoted(epoch.mime), wall_ms());
}

std::string clock_message() { return fmt::format(R"({{"type":"clock","now":{}}})", wall_ms()); }

}  // namespace

std::string_view to_text(Viewer::Ending ending) {
  switch (ending) {
    case Viewer::Ending::none:
      return "watching";
    case Viewer::Ending::left:
      return "left";
    case Viewer::Ending::stalled:
      return "took nothing for too long";
    case Viewer::Ending::broke_rules:
      return "broke the protocol";
    case Viewer::Ending::held_too_much:
      return "held more than the stream's memory allows";
    case Viewer::Ending::finished:
      return "finished";
  }
  return "";
}

Viewer::Viewer(live::http::Connection connection, Transport transport, live::Monotonic now)
    : socket_(std::move(connection.socket)),
      peer_(std::move(connection.peer)),
      began_(now),
      progress_(now),
      transport_(transport) {}

void Viewer::welcome(live::Bytes greeting, Delivery& delivery) {
  clock_at_ = delivery.now + delivery.times.clock;
  ping_at_ = delivery.now + delivery.times.ping;
  queue(greeting);
  epoch_ = delivery.stream.epoch();
  queue_epoch(*epoch_);
  deliver(delivery);
}

void Viewer::deliver(Delivery& delivery) {
  while (!gone() && fill(delivery)) {
    const auto before = already_sent();
    const auto sent = live::net::send_some(socket_.native_handle(), delivery.batch.pieces(before));
    if (sent.outcome == live::net::Sent::Outcome::gone) {
      drop(Ending::left);
      return;
    }
    if (sent.bytes > 0 || !blocked_) progress_ = delivery.now;
    bytes_ += sent.bytes;
    delivery.traffic.bytes += sent.bytes;
    blocked_ = !settle(before + sent.bytes, delivery);
    if (blocked_) return;
  }
  blocked_ = false;
  if (!gone() && state_ == State::finishing) linger(delivery.now);
}

bool Viewer::fill(Delivery& delivery) {
  auto& batch = delivery.batch;
  batch.clear();
  if (state_ == State::lingering) return false;
  if (partial_) batch.add(*partial_, partial_sequence_, transport_, line_, fragments_);
  if (unsent_) batch.add_bytes(unsent_->bytes);
  if (state_ == State::streaming || state_ == State::draining) fill_fragments(delivery);
  if (batch.empty() && state_ == State::draining) {
    queue_end(close_code_, "the stream has ended");
    if (unsent_) batch.add_bytes(unsent_->bytes);
  }
  return !batch.empty();
}

void Viewer::fill_fragments(Delivery& delivery) {
  auto& batch = delivery.batch;
  const auto& ring = delivery.stream.ring();
  const auto before = cursor_;
  std::optional<live::Sequence> last;
  while (const auto next = cursor_.next(ring, delivery.now, delivery.patience)) {
    const auto& fragment = ring.at(*next);
    if (last && *next != *last + 1) break;  // a skip belongs to the next batch
    if (!batch.has_room_for(fragment)) break;
    if (fragment.epoch != epoch_ && !enter(fragment, delivery)) break;
    if (fragments_ == 0) line_.begin(fragment);
    cursor_.begun(*next);
    batch.add(fragment, *next, transport_, line_, ++fragments_);
    last = next;
  }
  count_skips(before, delivery.traffic);
}

/// Its fragments so far were of another epoch.  False: not yet, or not for this viewer.
bool Viewer::enter(const live::Fragment& fragment, Delivery& delivery) {
  auto& batch = delivery.batch;
  if (!batch.empty()) return false;
  const auto last = std::exchange(epoch_, fragment.epoch);
  if (transport_ == Transport::web_socket) {
    queue_epoch(*epoch_);
    batch.add_bytes(unsent_->bytes);
    return true;
  }
  if (live::same_parameters(*last, *epoch_)) {
    if (fragments_ > 0) line_.cross(*last, *epoch_);
    return true;
  }
  queue_end(CloseCode::normal, {});
  if (unsent_) batch.add_bytes(unsent_->bytes);
  return false;
}

std::size_t Viewer::already_sent() const {
  if (partial_) return partial_sent_;
  return unsent_ ? unsent_->sent : 0;
}

/// Of the batch `total` bytes are through.  True when that is all of it.
bool Viewer::settle(std::size_t total, Delivery& delivery) {
  const auto& batch = delivery.batch;
  std::size_t item = 0;
  const auto through = [&] {
    if (total < batch.size_of(item)) return false;
    total -= batch.size_of(item++);
    return true;
  };
  if (partial_) {
    if (!through()) {
      partial_sent_ = std::exchange(total, 0);
      ++item;
      if (unsent_) ++item;
      take_back(item, 0, delivery);
      return false;
    }
    partial_.reset();
  }
  if (unsent_) {
    if (!through()) {
      unsent_->sent = total;
      take_back(item + 1, 0, delivery);
      return false;
    }
    unsent_.reset();
  }
  while (item < batch.items() && through()) {
  }
  if (item == batch.items()) return true;
  take_back(item, total, delivery);
  return false;
}

/// The fragments of the batch from `item` on did not go out, but for `sent` bytes of the first.
void Viewer::take_back(std::size_t item, std::size_t sent, Delivery& delivery) {
  const auto& batch = delivery.batch;
  if (item >= batch.items()) return;
  fragments_ -= static_cast<std::uint32_t>(batch.items() - item);
  const auto sequence = batch.sequence_of(item);
  cursor_.rewind(sequence);
  if (sent == 0) return;
  ++fragments_;
  cursor_.begun(sequence);
  partial_ = delivery.stream.ring().share(sequence);
  partial_sequence_ = sequence;
  partial_sent_ = sent;
}

void Viewer::queue(live::Bytes bytes) {
  if (!unsent_) unsent_ = std::make_unique<Unsent>();
  unsent_->bytes.insert(unsent_->bytes.end(), bytes.begin(), bytes.end());
}

void Viewer::queue_epoch(const live::Epoch& epoch) {
  if (transport_ == Transport::web_socket) {
    queue(live::http::make_frame(Opcode::text, live::as_bytes(epoch_message(epoch))));
    queue(live::http::make_frame(Opcode::binary, epoch.init_bytes));
    return;
  }
  const bool framed = transport_ == Transport::chunked;
  if (framed) queue(live::as_bytes(fmt::format("{:x}\r\n", epoch.init_bytes.size())));
  queue(epoch.init_bytes);
  if (framed) queue(live::as_bytes("\r\n"));
}

void Viewer::queue_clock(Delivery& delivery) {
  if (delivery.now >= clock_at_) {
    clock_at_ = delivery.now + delivery.times.clock;
    queue(live::http::make_frame(Opcode::text, live::as_bytes(clock_message())));
  }
  if (delivery.now >= ping_at_) {
    ping_at_ = delivery.now + delivery.times.ping;
    queue(live::http::make_frame(Opcode::ping, {}));
  }
}

void Viewer::queue_end(CloseCode code, std::string_view why) {
  state_ = State::finishing;
  if (transport_ == Transport::web_socket) queue(live::http::make_close(code, why));
  // A response without framing ends with the connection: there is nothing to add.
  if (transport_ == Transport::chunked) queue(live::as_bytes(last_chunk));
}

void Viewer::hear(live::Bytes bytes, Delivery& delivery) {
  if (state_ == State::finishing || state_ == State::lingering) return;
  if (transport_ != Transport::web_socket) {
    unasked_ += static_cast<std::uint32_t>(bytes.size());
    if (unasked_ > max_unasked_bytes) drop(Ending::broke_rules);
    return;
  }
  if (!reader_) reader_ = std::make_unique<live::http::MessageReader>(max_message_bytes);
  while (!bytes.empty() && state_ != State::finishing) {
    const auto step = reader_->next(bytes);
    if (const auto* violation = std::get_if<live::http::Violation>(&step)) {
      queue_end(violation->code, violation->why);
    } else if (const auto* message = std::get_if<live::http::Message>(&step)) {
      answer(*message);
    }
  }
  if (unsent_ && !blocked_) deliver(delivery);
}

void Viewer::answer(const live::http::Message& message) {
  if (message.opcode == Opcode::close) {
    queue_end(CloseCode::normal, {});
  } else if (message.opcode == Opcode::ping) {
    if (unsent_ && unsent_->bytes.size() > max_unsent_bytes) return;
    queue(live::http::make_frame(Opcode::pong, message.payload));
  }
}

void Viewer::review(Delivery& delivery) {
  const auto before = cursor_;
  cursor_.review(delivery.stream.ring(), delivery.now, delivery.patience);
  count_skips(before, delivery.traffic);
}

void Viewer::count_skips(const Cursor& before, Traffic& traffic) const {
  traffic.skips += cursor_.skips() - before.skips();
  traffic.skipped_fragments += cursor_.skipped() - before.skipped();
}

void Viewer::tick(Delivery& delivery) {
  if (gone()) return;
  if (state_ == State::lingering) {
    if (delivery.now - progress_ > delivery.times.linger) drop(Ending::finished);
    return;
  }
  if (blocked_) {
    look_for_progress(delivery.now);
    if (delivery.now - progress_ > delivery.times.stall) {
      ++delivery.traffic.dropped;
      drop(Ending::stalled);
    } else {
      review(delivery);
    }
    return;
  }
  if (transport_ != Transport::web_socket || state_ != State::streaming) return;
  queue_clock(delivery);
  if (unsent_) deliver(delivery);
}

/// The kernel wakes us only when a good part of what it holds is gone; a peer on a slow link takes some of
/// it all the while.
void Viewer::look_for_progress(live::Monotonic now) {
  const auto left = live::net::unacknowledged(socket_.native_handle());
  if (!left) return;
  if (*left < in_kernel_) progress_ = now;
  in_kernel_ = *left;
}

void Viewer::finish(CloseCode code, Delivery& delivery) {
  if (gone() || state_ != State::streaming) return;
  state_ = State::draining;
  close_code_ = code;
  if (!blocked_) deliver(delivery);
}

void Viewer::linger(live::Monotonic now) {
  state_ = State::lingering;
  progress_ = now;
  boost::system::error_code ignored;
  socket_.shutdown(live::Socket::shutdown_send, ignored);
}

void Viewer::drop(Ending why) {
  if (gone()) return;
  ending_ = why;
  blocked_ = false;
  partial_.reset();
  boost::system::error_code ignored;
  socket_.close(ignored);
}

}  // namespace fmp4_httpd

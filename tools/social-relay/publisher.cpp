#include "tools/social-relay/publisher.hpp"

#include "common/base/text.hpp"
#include "common/net/connect.hpp"
#include "common/net/deadline.hpp"
#include "common/net/send.hpp"
#include "common/net/tls.hpp"
#include "common/rtmp/handshake.hpp"
#include "tools/social-relay/destination.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstring>
#include <iterator>
#include <random>
#include <utility>

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <fmt/format.h>

namespace social_relay {
namespace {

using live::net::Got;
using live::net::Sent;
using live::rtmp::MessageType;

constexpr std::size_t read_bytes = 16U << 10U;
constexpr std::size_t batch_bytes =
    64U << 10U;  ///< on their way at once; the rest may still be dropped
constexpr std::size_t batch_pieces = 128;
constexpr unsigned most_challenges = 2;
constexpr std::array<const char*, 9> four_ccs{"avc1", "hvc1", "av01", "vp09", "mp4a",
                                              "Opus", "fLaC", "ac-3", "ec-3"};

std::uint32_t random_number() { return std::random_device{}(); }

Ending lost(std::string why) { return {Ending::Kind::lost, std::move(why), Refusal::none, {}}; }

/// What the server said, and nothing that it repeats of ours.
Ending refused(const live::rtmp::Refused& said, const live::rtmp::Url& url) {
  auto why = said.code;
  if (!said.description.empty() && !tells_secret(said.description, url))
    why += ": " + said.description;
  why = why.empty() || tells_secret(said.code, url) ? "it refused" : live::printable(why);
  const auto refusal = refusal_of(said.code, said.description);
  const auto kind = refusal == Refusal::none ? Ending::Kind::lost : Ending::Kind::refused;
  return {kind, std::move(why), refusal, {}};
}

live::rtmp::ClientOptions options_of(const live::rtmp::Url& url, const std::string& query,
                                     bool enhanced) {
  live::rtmp::ClientOptions options;
  options.app = url.app + query;
  options.tc_url = url.tc_url() + query;
  options.name = url.name;
  if (enhanced) options.four_ccs.assign(four_ccs.begin(), four_ccs.end());
  options.user = url.user;
  options.password = url.password;
  options.nonce = random_number();
  return options;
}

/// Whom a socket over TCP is connected to.
std::optional<live::asio::ip::tcp::endpoint> address_of(const live::Socket& socket) {
  boost::system::error_code error;
  const auto peer = socket.remote_endpoint(error);
  live::asio::ip::tcp::endpoint out;
  if (error || peer.size() > out.capacity()) return {};
  std::memcpy(out.data(), peer.data(), peer.size());
  out.resize(peer.size());
  return out;
}

}  // namespace

Publisher::Publisher(live::asio::io_context& io, Where where, Backlog& backlog, Progress& progress,
                     std::function<void()> on_begun)
    : where_(where),
      backlog_(backlog),
      progress_(progress),
      on_begun_(std::move(on_begun)),
      work_(io),
      flush_by_(io, live::asio::steady_timer::time_point::max()) {}

void Publisher::wake() { work_.cancel(); }

void Publisher::finish() {
  if (std::exchange(finishing_, true)) return;
  flush_by_.expires_after(progress_.begun ? flush_limit : live::Ms{0});
  wake();
}

live::awaitable<Ending> Publisher::run() {
  using live::asio::experimental::awaitable_operators::operator||;
  progress_.begun.reset();
  auto attempt = co_await (live::net::within(connect_limit, open()) || expire());
  if (attempt.index() == 1) co_return std::get<1>(std::move(attempt));
  auto& opened = std::get<0>(attempt);
  if (!opened)
    co_return lost(fmt::format("it was not ready within {} s", connect_limit.count() / 1000));
  if (*opened) co_return std::move(**opened);
  progress_.begun = std::chrono::steady_clock::now();
  live::net::tune_for_live(link_->socket().native_handle());
  on_begun_();
  auto first = co_await (read() || write() || expire());
  auto ending = std::visit([](Ending& it) { return std::move(it); }, first);
  co_await leave();
  co_return ending;
}

/// A connection for each Adobe challenge, and one that publishes.
live::awaitable<Publisher::MaybeEnding> Publisher::open() {
  std::string query;
  for (unsigned i = 0;; ++i) {
    std::string retry_query;
    auto ending = co_await open_once(query, retry_query);
    if (retry_query.empty() || i == most_challenges) co_return ending;
    query = std::move(retry_query);
    link_->close();
  }
}

live::awaitable<Publisher::MaybeEnding> Publisher::open_once(const std::string& query,
                                                             std::string& retry_query) {
  auto failed = co_await connect();
  if (!failed.empty()) co_return lost(std::move(failed));
  auto ending = co_await shake_hands();
  if (ending) co_return ending;
  session_.emplace(options_of(where_.url, query, where_.enhanced));
  session_->start();
  ending = co_await greet(retry_query);
  co_return ending;
}

live::awaitable<std::string> Publisher::connect() {
  const auto& url = where_.url;
  const auto [host, port] = where_.connect_to.resolve(url.host, url.port);
  auto connected = co_await live::net::connect(host, port, connect_limit, where_.doubtful);
  if (auto* why = std::get_if<std::string>(&connected)) co_return std::move(*why);
  auto& socket = std::get<live::Socket>(connected);
  peer_ = address_of(socket);
  if (url.tls) {
    link_.emplace(std::move(socket), where_.trust, url.host);
  } else {
    link_.emplace(std::move(socket));
  }
  auto failed = co_await link_->handshake(connect_limit);
  if (!failed.empty()) failed = "TLS: " + failed;
  co_return failed;
}

live::awaitable<Publisher::MaybeEnding> Publisher::shake_hands() {
  live::rtmp::ClientHandshake handshake{live::rtmp::make_noise(random_number())};
  live::Buffer out;
  handshake.start(out);
  while (!handshake.done()) {
    auto failed = co_await send(out);
    if (failed.empty()) failed = co_await receive();
    if (!failed.empty()) co_return lost(std::move(failed));
    live::Bytes in = received_;
    if (const auto wrong = handshake.feed(in, out)) co_return lost(wrong->why);
    received_.erase(received_.begin(), received_.end() - static_cast<std::ptrdiff_t>(in.size()));
  }
  auto failed = co_await send(out);
  if (!failed.empty()) co_return lost(std::move(failed));
  co_return MaybeEnding{};
}

/// Until the server lets us publish.
live::awaitable<Publisher::MaybeEnding> Publisher::greet(std::string& retry_query) {
  for (;;) {
    const auto wrong = session_->feed(received_, events_);
    received_.clear();
    if (wrong) co_return lost(fmt::format("it broke the protocol: {}", wrong->why));
    bool begun = false;
    for (const auto& event : std::exchange(events_, {})) {
      begun = begun || std::holds_alternative<live::rtmp::Begun>(event);
      if (const auto* no = std::get_if<live::rtmp::Refused>(&event); no && no->retry_query)
        retry_query = *no->retry_query;
      if (auto ending = take_event(event)) co_return ending;
    }
    if (begun) co_return MaybeEnding{};
    auto failed = co_await send(session_->out());
    if (failed.empty()) failed = co_await receive();
    if (!failed.empty()) co_return lost(std::move(failed));
  }
}

Publisher::MaybeEnding Publisher::take_event(const live::rtmp::ClientEvent& event) {
  if (const auto* no = std::get_if<live::rtmp::Refused>(&event)) return refused(*no, where_.url);
  if (const auto* moved = std::get_if<live::rtmp::ReconnectAsked>(&event))
    return Ending{Ending::Kind::moved, "it asks for another connection", Refusal::none,
                  moved->tc_url};
  return {};
}

/// Waits, and appends to received_.  Empty, or why nothing comes any more.
live::awaitable<std::string> Publisher::receive() {
  for (;;) {
    const auto before = received_.size();
    received_.resize(before + read_bytes);
    const auto got = link_->read_some(std::span{received_}.subspan(before));
    received_.resize(before + got.bytes);
    if (got.outcome == Got::Outcome::some) co_return std::string{};
    if (got.outcome != Got::Outcome::none) co_return "it closed the connection";
    const bool readable = co_await link_->wait_readable();
    if (!readable) co_return "the connection is gone";
  }
}

/// All of it; leaves `bytes` empty.
live::awaitable<std::string> Publisher::send(live::Buffer& bytes) {
  std::size_t sent = 0;
  while (sent < bytes.size()) {
    const iovec piece{bytes.data() + sent, bytes.size() - sent};
    const auto taken = link_->write_some({&piece, 1});
    if (taken.outcome == Sent::Outcome::gone) co_return "it closed the connection";
    sent += taken.bytes;
    if (sent == bytes.size()) break;
    const bool writable = co_await link_->wait_writable();
    if (!writable) co_return "the connection is gone";
  }
  bytes.clear();
  co_return std::string{};
}

live::awaitable<Ending> Publisher::read() {
  for (;;) {
    auto failed = co_await receive();
    if (!failed.empty()) co_return lost(std::move(failed));
    const auto wrong = session_->feed(received_, events_);
    received_.clear();
    if (wrong) co_return lost(fmt::format("it broke the protocol: {}", wrong->why));
    for (const auto& event : std::exchange(events_, {}))
      if (auto ending = take_event(event)) co_return std::move(*ending);
    if (!session_->out().empty()) wake();
  }
}

live::awaitable<Ending> Publisher::write() {
  auto progress = std::chrono::steady_clock::now();
  for (;;) {
    fill();
    if (parts_.empty()) {
      if (said_goodbye_) co_return Ending{Ending::Kind::finished, "in order", Refusal::none, {}};
      work_.expires_at(live::asio::steady_timer::time_point::max());
      const auto [error] = co_await work_.async_wait(live::as_result);
      (void)error;
      const auto state = co_await live::asio::this_coro::cancellation_state;
      if (state.cancelled() != live::asio::cancellation_type::none)
        co_return lost("the connection is gone");
      progress = std::chrono::steady_clock::now();
      continue;
    }
    const auto sent = link_->write_some(pieces_);
    if (sent.outcome == Sent::Outcome::gone) co_return lost("it closed the connection");
    const auto now = std::chrono::steady_clock::now();
    if (sent.bytes > 0) progress = now;
    settle(sent.bytes);
    if (sent.outcome == Sent::Outcome::some && parts_.empty()) continue;
    const auto left = std::chrono::duration_cast<live::Ms>(progress + stall_limit - now);
    const auto writable = co_await live::net::within(left, link_->wait_writable());
    if (!writable)
      co_return lost(fmt::format("it has taken nothing for {} s", stall_limit.count() / 1000));
    if (!*writable) co_return lost("the connection is gone");
  }
}

live::awaitable<Ending> Publisher::expire() {
  for (;;) {
    const auto [error] = co_await flush_by_.async_wait(live::as_result);
    if (!error)
      co_return Ending{Ending::Kind::finished, "ended before all was sent", Refusal::none, {}};
    const auto state = co_await live::asio::this_coro::cancellation_state;
    if (state.cancelled() != live::asio::cancellation_type::none)
      co_return lost("the connection is gone");  // another branch was first
  }
}

/// A message that has begun is sent to its end, or our last words would be taken for a part of it; what waits behind it is
/// left out.  Then our side is ended, and what the server still says is read, so that nothing overtakes those words.
live::awaitable<void> Publisher::leave() {
  leave_out_media();
  if (!std::exchange(said_goodbye_, true)) session_->finish();
  take_words();
  auto ended = co_await live::net::within(farewell, send_parts());
  link_->close();
  if (!ended) co_return;
  received_.clear();
  for (auto until = std::chrono::steady_clock::now() + farewell;
       std::chrono::steady_clock::now() < until;) {
    const auto left =
        std::chrono::duration_cast<live::Ms>(until - std::chrono::steady_clock::now());
    const auto more = co_await live::net::within(left, receive());
    if (!more || !more->empty()) break;
    received_.clear();
  }
}

/// What is on its way is kept short: the rest stays in the backlog, where it can still be left out.
void Publisher::fill() {
  take_words();
  while (queued_ < batch_bytes && !said_goodbye_) {
    const auto item = backlog_.pop();
    if (!item) break;
    add(item);
  }
  if (finishing_ && backlog_.empty() && !std::exchange(said_goodbye_, true)) {
    session_->finish();
    take_words();
  }
  gather();
}

void Publisher::gather() {
  pieces_.clear();
  auto sent = sent_;
  for (const auto& part : parts_) {
    if (pieces_.size() >= batch_pieces) break;
    if (part.chunks) {
      part.chunks->append_pieces(pieces_, sent, batch_pieces - pieces_.size());
    } else {
      // iovec serves reading and writing; nobody writes through this.
      pieces_.push_back(
          {const_cast<std::uint8_t*>(part.words.data()) + sent, part.words.size() - sent});
    }
    sent = 0;
  }
}

/// But for the first part: some of it may be on its way, with TLS even when none is counted as sent.
void Publisher::leave_out_media() {
  if (parts_.size() < 2) return;
  const auto is_media = [](const Part& part) { return part.chunks.has_value(); };
  const auto end = std::remove_if(std::next(parts_.begin()), parts_.end(), is_media);
  parts_.erase(end, parts_.end());
}

/// True, or the connection is broken.
live::awaitable<bool> Publisher::send_parts() {
  while (!parts_.empty()) {
    gather();
    const auto sent = link_->write_some(pieces_);
    if (sent.outcome == Sent::Outcome::gone) co_return false;
    settle(sent.bytes);
    if (parts_.empty()) break;
    const bool writable = co_await link_->wait_writable();
    if (!writable) co_return false;
  }
  co_return true;
}

void Publisher::take_words() {
  if (session_->out().empty()) return;
  parts_.push_back({std::exchange(session_->out(), {}), {}});
  queued_ += parts_.back().size();
}

void Publisher::add(const SharedItem& item) {
  const auto timestamp = stamps_.place(*item);
  if (item->tracks != told_) {
    told_ = item->tracks;
    session_->send_metadata(told_->metadata, timestamp);
    take_words();
    add_body(MessageType::video, timestamp, told_->video_header);
    add_body(MessageType::audio, timestamp, told_->audio_header);
  }
  add_body(item->video ? MessageType::video : MessageType::audio, timestamp, item->body);
  ++(item->video ? progress_.pictures : progress_.sounds);
}

void Publisher::add_body(MessageType type, std::uint32_t timestamp,
                         const live::rtmp::Payload& body) {
  if (body.empty()) return;
  Part part;
  part.chunks.emplace(session_->head(type, timestamp), body, live::rtmp::our_chunk_bytes);
  queued_ += part.size();
  parts_.push_back(std::move(part));
}

void Publisher::settle(std::size_t sent) {
  progress_.bytes += sent;
  if (sent > 0) progress_.meter.add(std::chrono::steady_clock::now(), sent, 0, {});
  sent_ += sent;
  while (!parts_.empty() && sent_ >= parts_.front().size()) {
    sent_ -= parts_.front().size();
    queued_ -= parts_.front().size();
    parts_.pop_front();
  }
}

}  // namespace social_relay

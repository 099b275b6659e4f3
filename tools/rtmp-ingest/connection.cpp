#include "tools/rtmp-ingest/connection.hpp"

#include "common/base/log.hpp"
#include "common/net/spawn.hpp"

#include <algorithm>
#include <chrono>
#include <random>
#include <utility>

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <fmt/format.h>

namespace rtmp_ingest {
namespace {

using live::Monotonic;
using live::ingest::Denial;
using live::ingest::Grant;
using live::net::Got;
using namespace std::chrono_literals;

constexpr auto farewell = 2s;        ///< for the peer to read our last words
constexpr auto reconnect_wait = 3s;  ///< for it to leave by itself, once it was asked to
constexpr std::size_t kept_events =
    32;  ///< room for so many; a read may bring thousands of small ones
constexpr unsigned reads_in_turn = 8;  ///< then the others
// By the clock:
constexpr int many_bytes = 16 * 1024;      ///< are read when they have come
constexpr std::size_t read_together = 16;  ///< then what they brought is passed on

Monotonic now() { return std::chrono::steady_clock::now(); }

std::string_view publish_code(Denial::Why why) {
  switch (why) {
    case Denial::Why::unauthorized:
      return "NetStream.Publish.Unauthorized";
    case Denial::Why::bad_name:
      return "NetStream.Publish.BadName";
    case Denial::Why::unavailable:
      break;
  }
  return "NetStream.Publish.Denied";
}

/// Before it may publish nobody needs more than some hundred bytes; but a client that does not wait for the answer sends
/// the beginning of its first picture too.
live::rtmp::ChunkLimits stranger_limits() {
  live::rtmp::ChunkLimits limits;
  limits.unfinished_bytes = 192U << 10U;
  return limits;
}

live::rtmp::ChunkLimits publisher_limits(const Options& options) {
  live::rtmp::ChunkLimits limits;
  limits.unfinished_bytes = options.memory;
  return limits;
}

/// Queries of connect and of publish or play in one.
std::string joined(const std::string& first, const std::string& second) {
  return first.empty() || second.empty() ? first + second : first + "&" + second;
}

bool is_question(const live::rtmp::ServerEvent& event) {
  return std::holds_alternative<live::rtmp::ConnectAsked>(event) ||
         std::holds_alternative<live::rtmp::PublishAsked>(event) ||
         std::holds_alternative<live::rtmp::PlayAsked>(event);
}

live::awaitable<void> let_others() {
  const auto executor = co_await live::asio::this_coro::executor;
  co_await live::asio::post(executor, live::asio::use_awaitable);
}

}  // namespace

Connection::Connection(std::shared_ptr<Shared> shared, live::net::Link link, Arrival arrival)
    : keep_(std::move(shared)),
      link_(std::move(link)),
      arrival_(std::move(arrival)),
      sender_(link_),
      handshake_(std::make_unique<live::rtmp::ServerHandshake>(
          live::rtmp::make_noise(std::random_device{}()))),
      session_(stranger_limits()),
      opened_(now()),
      heard_(opened_),
      pinged_(opened_) {
  shared_.connections.insert(this);
}

Connection::~Connection() {
  if (!shared_.over) let_go();
  shared_.connections.erase(this);
  read_with(nullptr);
  if (shared_.on_end) shared_.on_end();
}

live::awaitable<void> Connection::run() {
  co_await converse();
  const auto at = now();
  let_go();
  if (!over_) co_await linger();
  over_ = true;
  link_.close();
  live::log::debug("{}: closed after {:.1f} s: {}", arrival_.peer,
                   std::chrono::duration<double>(at - opened_).count(), why_);
}

/// Nothing refers to this connection any more.
void Connection::let_go() {
  if (published_ != nullptr)
    shared_.hub.lost(*std::exchange(published_, nullptr), *this, why_, now());
  play_ended();
}

live::awaitable<void> Connection::converse() {
  if (link_.is_tls()) {
    const auto why = co_await link_.handshake(shared_.times.connect);
    if (!why.empty()) {
      ++shared_.counts.not_rtmp;
      drop("TLS: " + why);
      co_return;
    }
  }
  while (!leaving_) {
    const bool readable = co_await link_.while_readable([this] { return hear(); });
    if (!readable && !leaving_ && !question_) drop("it was closed");
    while (question_ && !leaving_) {
      auto question = std::move(*std::exchange(question_, nullptr));
      co_await answer(std::move(question));
      say();
    }
  }
}

/// Reads what is there; false when it is not to go on.
bool Connection::hear() {
  for (unsigned reads = 0; reads < reads_in_turn; ++reads) {
    const auto got = link_.read_some(shared_.received);
    if (got.outcome == Got::Outcome::ended) drop("it has left");
    if (got.outcome == Got::Outcome::gone) drop("the connection broke");
    if (got.outcome != Got::Outcome::some) break;
    it_is_heard();
    take(live::Bytes{shared_.received}.first(got.bytes));
    if (leaving_ || question_) break;
    say();
    if (!link_.is_tls() && got.bytes < shared_.received.size()) break;  // that was all
  }
  return !leaving_ && !question_;
}

void Connection::awaited(Awaited by) {
  const bool at_once = by == Awaited::by_players;
  boost::system::error_code ignored;
  link_.socket().set_option(
      live::asio::socket_base::receive_low_watermark{at_once ? 1 : many_bytes}, ignored);
  auto& clock = by == Awaited::by_pipeline ? shared_.for_pipelines : shared_.for_nobody;
  read_with(at_once ? nullptr : &clock);
}

void Connection::read_with(ReadByClock* clock) {
  if (clock_ != nullptr) clock_->who.erase(this);
  clock_ = clock;
  if (clock == nullptr) return;
  clock->who.insert(this);
  if (!std::exchange(clock->running, true))
    live::net::spawn(shared_.io, "read by clock", read_by_clock(keep_, *clock));
}

/// Until nobody is left.
live::awaitable<void> Connection::read_by_clock(std::shared_ptr<Shared> shared,
                                                ReadByClock& clock) {
  live::asio::steady_timer timer{shared->io};
  std::vector<Connection*> all;
  for (auto next = now(); !clock.who.empty();) {
    next = std::max(next + clock.interval, now());
    timer.expires_at(next);
    co_await timer.async_wait(live::as_result);
    all.assign(clock.who.begin(), clock.who.end());
    for (std::size_t i = 0; i < all.size(); ++i) {
      if (i % read_together == read_together - 1) co_await let_others();
      if (clock.who.contains(all[i])) all[i]->catch_up();
    }
  }
  clock.running = false;
}

void Connection::catch_up() {
  if (leaving_ || question_ || deciding_ || now() - heard_ < clock_->interval / 2 || hear()) return;
  boost::system::error_code ignored;
  link_.socket().cancel(ignored);  // it is converse()'s turn
}

void Connection::it_is_heard() {
  heard_ = now();
  heard_wall_ = std::chrono::system_clock::now();
}

/// What came, up to an event that wants an answer, which may take a while: it is the last one until then.
void Connection::take(live::Bytes in) {
  std::optional<live::Malformed> bad;
  if (handshake_) {
    bad = handshake_->feed(in, session_.out());
    if (handshake_->done()) {
      handshake_.reset();
      phase_ = Phase::connecting;
    }
  }
  auto& events = shared_.events;
  if (!bad && !handshake_) bad = session_.feed(in, events);
  if (bad) {
    ++shared_.counts.not_rtmp;
    drop(fmt::format("it broke the protocol: {}", bad->why));
  }
  for (auto& event : events) {
    if (leaving_) break;
    if (is_question(event)) {
      question_ = std::make_unique<live::rtmp::ServerEvent>(std::move(event));
    } else {
      handle(event);
    }
  }
  events.clear();
  if (events.capacity() > kept_events) events.shrink_to_fit();
}

live::awaitable<void> Connection::answer(live::rtmp::ServerEvent question) {
  if (const auto* connect = std::get_if<live::rtmp::ConnectAsked>(&question)) {
    asked_to_connect(*connect);
  } else if (const auto* publish = std::get_if<live::rtmp::PublishAsked>(&question)) {
    co_await asked_to_publish(*publish);
  } else if (const auto* play = std::get_if<live::rtmp::PlayAsked>(&question)) {
    co_await asked_to_play(*play);
  }
  if (!leaving_) take({});  // what came behind it waits for the answer
}

void Connection::handle(live::rtmp::ServerEvent& event) {
  if (auto* it = std::get_if<live::rtmp::Media>(&event)) {
    media(it->message, true);
  } else if (auto* data = std::get_if<live::rtmp::Data>(&event)) {
    media(data->message, false);
  } else if (std::holds_alternative<live::rtmp::PublishEnded>(event)) {
    publish_ended();
  } else if (std::holds_alternative<live::rtmp::PlayEnded>(event)) {
    play_ended();
  } else if (const auto* paused = std::get_if<live::rtmp::Paused>(&event)) {
    sender_.pause(paused->paused);
  } else if (const auto* receive = std::get_if<live::rtmp::Receive>(&event)) {
    sender_.receive(receive->type, receive->on);
  }
}

void Connection::asked_to_connect(const live::rtmp::ConnectAsked& asked) {
  if (!asked.app.empty() && !live::is_stream_name(asked.app))
    return refuse_to_connect("the app has 1 to 64 letters, digits, '.', '_' and '-'");
  if (shared_.stopping) return refuse_to_connect("this server is being stopped");
  if (!log_in(asked)) return;
  credentials_.app = asked.app;
  engaged_ = heard_;
  credentials_.client = arrival_.peer;
  credentials_.protocol = arrival_.tls ? "rtmps" : "rtmp";
  software_ = asked.flash_version;
  phase_ = Phase::connected;
  session_.accept_connect();
}

void Connection::refuse_to_connect(std::string_view why) {
  session_.refuse_connect(why);
  leave(why);
}

/// Who it says that it is, for the claim to come; false when it is to connect again and say more.
bool Connection::log_in(const live::rtmp::ConnectAsked& asked) {
  if (!shared_.challenges) {
    if (!asked.user.empty()) credentials_.user = asked.user;
    if (!asked.password.empty()) credentials_.password = asked.password;
    credentials_.query = asked.query;
    return true;
  }
  const auto since = std::chrono::floor<std::chrono::seconds>(now().time_since_epoch());
  auto read = shared_.challenges->read(asked.query, arrival_.peer, since);
  if (const auto* more = std::get_if<std::string>(&read)) {
    session_.refuse_connect(*more);
    leave("it was asked to log in");
    return false;
  }
  auto& challenged = std::get<live::ingest::Challenged>(read);
  credentials_.user = std::move(challenged.user);
  credentials_.answer = std::move(challenged.answer);
  credentials_.query = std::move(challenged.query);
  return true;
}

live::ingest::Claim Connection::claim(const std::string& path, const std::string& query) const {
  auto claim = credentials_;
  claim.path = path;
  claim.query = joined(claim.query, query);
  claim.id = live::ingest::new_id();
  return claim;
}

live::awaitable<void> Connection::asked_to_publish(const live::rtmp::PublishAsked& asked) {
  const auto wish = claim(asked.name, asked.query);
  say();
  deciding_ = true;
  auto decided = co_await shared_.authority.publish(wish);
  deciding_ = false;
  it_is_heard();
  media_heard_ = heard_;
  has_media_ = false;
  if (leaving_) co_return;
  if (auto* denied = std::get_if<Denial>(&decided)) {
    refuse(*denied, true);
  } else {
    begin_to_publish(wish, std::get<Grant>(decided));
  }
}

void Connection::begin_to_publish(const live::ingest::Claim& wish, const Grant& grant) {
  auto claimed = shared_.hub.claim(grant, wish, software_, *this, media_heard_);
  if (const auto* denied = std::get_if<Denial>(&claimed)) {
    shared_.authority.ended(wish, grant);
    return refuse(*denied, true);
  }
  published_ = std::get<Stream*>(claimed);
  session_.limit(publisher_limits(shared_.options));
  session_.accept_publish();
}

live::awaitable<void> Connection::asked_to_play(const live::rtmp::PlayAsked& asked) {
  if (shared_.options.play != Play::key) {
    if (shared_.options.play == Play::allow) {
      begin_to_play(asked.name);
    } else {
      refuse({Denial::Why::unauthorized, "nobody may play here"}, false);
    }
    co_return;
  }
  const auto wish = claim(asked.name, asked.query);
  say();
  deciding_ = true;
  auto decided = co_await shared_.authority.play(wish);
  deciding_ = false;
  it_is_heard();
  if (leaving_) co_return;
  if (auto* denied = std::get_if<Denial>(&decided)) {
    refuse(*denied, false);
  } else {
    begin_to_play(std::get<Grant>(decided).name);
  }
}

void Connection::begin_to_play(const std::string& name) {
  if (!live::is_stream_name(name))
    return refuse({Denial::Why::bad_name, "no stream has such a name"}, false);
  auto* const found = shared_.hub.to_play(name);
  if (found == nullptr) return refuse({Denial::Why::unavailable, "too many players"}, false);
  auto& stream = *found;
  played_ = &stream;
  pinged_ = now();
  session_.accept_play();
  say();
  shared_.hub.join(stream, *this, sender_, [this] { attend(); });
  live::log::debug("{}: played by {} (app {}, {})", stream.name(), arrival_.peer, credentials_.app,
                   live::printable(software_));
  attend();
}

void Connection::refuse(const Denial& denial, bool publish) {
  ++shared_.counts.unauthorized;
  if (publish) {
    session_.refuse_publish(publish_code(denial.why), denial.text);
  } else {
    const bool unknown = denial.why == Denial::Why::bad_name;
    session_.refuse_play(unknown ? "NetStream.Play.StreamNotFound" : "NetStream.Play.Failed",
                         denial.text);
  }
  // Without the app: who forgets it puts the key in its place.
  live::log::info("{}: refused to {}: {}{}{}", arrival_.peer, publish ? "publish" : "play",
                  denial.text, denial.hint.empty() ? "" : ": ", denial.hint);
  leave("refused: " + denial.text);
}

void Connection::media(live::rtmp::Message& message, bool is_media) {
  if (published_ == nullptr) return;
  if (is_media) {
    media_heard_ = heard_;
    has_media_ = true;
  }
  const auto refusal = published_->push(std::move(message), heard_, heard_wall_);
  if (!refusal.empty()) refuse_media(refusal);
}

void Connection::refuse_media(const std::string& why) {
  session_.status("error", "NetStream.Publish.Denied", why);
  if (published_ != nullptr)
    shared_.hub.ended(*std::exchange(published_, nullptr), *this, why, heard_);
  leave(why);
}

void Connection::publish_ended() {
  if (published_ == nullptr) return;
  shared_.hub.ended(*std::exchange(published_, nullptr), *this, "the publisher stopped", heard_);
  engaged_ = heard_;
  awaited(Awaited::by_players);  // its commands are answered at once
}

void Connection::play_ended() {
  if (played_ == nullptr) return;
  sender_.stop_playing();
  engaged_ = now();
  shared_.hub.leave(*std::exchange(played_, nullptr), *this, sender_);
}

void Connection::evict(std::string_view code, std::string_view text) {
  published_ = nullptr;
  if (!code.empty()) session_.status("error", code, text);
  leave(text);
}

void Connection::source_came() {
  session_.stream_begin();
  session_.status("status", "NetStream.Play.PublishNotify", "a publisher is there");
  say();
}

void Connection::source_left() {
  session_.status("status", "NetStream.Play.UnpublishNotify", "the publisher has stopped");
  session_.stream_eof();
  say();
}

void Connection::stop(bool comes_back) {
  if (leaving_) return;
  patient_ = comes_back && phase_ == Phase::connected &&
             session_.request_reconnect("this server is being stopped");
  leave("this server is being stopped");
}

/// Why `at` is too late for the peer; "" while it is not.
std::string Connection::overdue(Monotonic at) const {
  const auto& times = shared_.times;
  if (deciding_) return {};
  if (phase_ != Phase::connected && at - opened_ > times.connect)
    return "it did not connect in time";
  if (published_ != nullptr && !has_media_ && at - media_heard_ > times.first_media)
    return "it sent no media";
  const bool engaged = published_ != nullptr || played_ != nullptr;
  if (phase_ == Phase::connected && !engaged && at - engaged_ > times.first_media)
    return "it neither published nor played";
  const auto patience = played_ != nullptr ? times.ping + times.silence : times.silence;
  return at - heard_ > patience ? "it was silent" : "";
}

void Connection::tick(Monotonic at) {
  if (leaving_) {
    if (at >= cut_off_) drop(why_);
    return;
  }
  if (const auto why = overdue(at); !why.empty()) {
    ++shared_.counts.timed_out;
    return drop(why);
  }
  if (played_ != nullptr && at - pinged_ >= shared_.times.ping) {
    pinged_ = at;
    session_.ping(static_cast<std::uint32_t>(at.time_since_epoch() / 1ms));
    say();
  }
  sender_.tick(at);
  attend();
}

void Connection::say() {
  if (session_.out().empty()) return;
  sender_.say(session_.out(), now());
  attend();
}

/// After anything that may have been sent.
void Connection::attend() {
  if (over_) return;
  if (sender_.ending() != Sender::Ending::none) return drop(to_text(sender_.ending()));
  if (!sender_.blocked() || draining_ || leaving_) return;
  draining_ = true;
  live::net::spawn(shared_.io, arrival_.peer, drain(shared_from_this()));
}

live::awaitable<void> Connection::drain(std::shared_ptr<Connection> self) {
  while (!self->leaving_ && self->sender_.blocked()) {
    const bool writable = co_await self->link_.wait_writable();
    if (!writable) break;
    if (!self->leaving_) self->sender_.pump(now());
  }
  self->draining_ = false;
  if (!self->leaving_) self->attend();
}

/// Says what is to be said, then no more.
void Connection::leave(std::string_view why) {
  if (leaving_) return;
  leaving_ = true;
  why_ = why;
  cut_off_ = now() + (patient_ ? reconnect_wait : farewell);
  sender_.stop_playing();
  say();
  boost::system::error_code ignored;
  link_.socket().cancel(ignored);
}

/// The end, now.
void Connection::drop(std::string_view why) {
  if (!leaving_) why_ = why;
  leaving_ = over_ = true;
  boost::system::error_code ignored;
  link_.socket().cancel(ignored);
}

/// An end in order: a close with bytes unread would be a reset, and the peer might lose our last words.
live::awaitable<void> Connection::linger() {
  while (!over_ && !sender_.empty() && sender_.ending() == Sender::Ending::none) {
    sender_.pump(now());
    if (!sender_.blocked()) continue;
    const bool writable = co_await link_.wait_writable();
    if (!writable) break;
  }
  if (!patient_) link_.close();
  for (unsigned in_turn = 0; !over_;) {
    const auto outcome = link_.read_some(shared_.received).outcome;
    if (outcome == Got::Outcome::ended || outcome == Got::Outcome::gone) break;
    if (++in_turn % reads_in_turn == 0) co_await let_others();
    if (over_) break;
    const bool readable = co_await link_.wait_readable();
    if (!readable) break;
  }
}

}  // namespace rtmp_ingest

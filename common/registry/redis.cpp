#include "common/registry/redis.hpp"

#include "common/base/backoff.hpp"
#include "common/base/log.hpp"
#include "common/base/text.hpp"
#include "common/base/units.hpp"
#include "common/net/deadline.hpp"
#include "common/net/spawn.hpp"
#include "common/registry/resp.hpp"

#include <algorithm>
#include <array>
#include <deque>
#include <optional>
#include <span>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>

namespace live::registry {
namespace {

using namespace std::chrono_literals;
using asio::experimental::awaitable_operators::operator||;
using resp::Reply;
using Endpoint = asio::generic::stream_protocol::endpoint;

constexpr auto resolve_limit = 5s, connect_limit = 3s;
constexpr auto answer_limit = 2s;          // a Redis that takes longer is as good as none
constexpr auto longest_pause = 2'500ms;    // the heartbeat of a holder: more would cost a lease
constexpr auto stable = 10s;               // a connection that held so long was a good one
constexpr std::size_t most_calls = 1'000;  // at once
constexpr std::size_t most_unsent = 4U << 20U;  // 4 MiB
constexpr std::size_t names_per_script = 500;

// KEYS; ARGV: address, lifetime in ms.  Who has each key now.
constexpr auto claim_script = R"(local out = {}
for i, key in ipairs(KEYS) do
  local holder = redis.pcall('GET', key)
  if type(holder) == 'table' then
    holder = '(a key of another kind)'
  elseif not holder or holder == ARGV[1] then
    redis.call('SET', key, ARGV[1], 'PX', ARGV[2])
    holder = ARGV[1]
  end
  out[i] = holder
end
return out)";
// KEYS; ARGV: address.
constexpr auto release_script = R"(local gone = 0
for _, key in ipairs(KEYS) do
  if redis.pcall('GET', key) == ARGV[1] then gone = gone + redis.call('DEL', key) end
end
return gone)";

/// A command under way; whoever waits for it has it, too.
struct Call {
  explicit Call(asio::io_context& io) : done(io) {}
  asio::steady_timer done;  ///< cancelled when there is an answer, or never will be
  std::optional<Reply> reply;
};

}  // namespace

struct Redis::State {
  State(asio::io_context& loop, RedisUrl where, std::string with)
      : io(loop),
        url(std::move(where)),
        prefix(std::move(with)),
        socket(loop),
        changed(loop),
        unsent_there(loop) {
    changed.expires_at(std::chrono::steady_clock::time_point::max());
  }

  void fail_calls();
  void hang_up(std::string why);
  void stand(std::string why);
  void recovered();

  asio::io_context& io;
  const RedisUrl url;
  const std::string prefix;
  Socket socket;
  asio::steady_timer changed;       ///< cancelled when `ready` or `trouble` change
  asio::steady_timer unsent_there;  ///< cancelled when `unsent` is not empty any more
  std::string unsent;
  std::deque<std::shared_ptr<Call>> calls;  ///< in the order of their replies
  bool ready = false, stopped = false;
  bool refused =
      false;  ///< it took a connection and not a command: `trouble` stands until it takes one
  std::string trouble;
  std::string why;  ///< we hung up
};

using StatePtr = std::shared_ptr<Redis::State>;

void Redis::State::fail_calls() {
  for (const auto& call : std::exchange(calls, {}))
    call->done.cancel();
  unsent.clear();
}

/// Ends the connection; the loop of serve() makes another one.
void Redis::State::hang_up(std::string because) {
  if (why.empty()) why = std::move(because);
  ready = false;
  boost::system::error_code ignored;
  socket.close(ignored);
}

/// It does not work now; one line at the begin of such a time.
void Redis::State::stand(std::string because) {
  if (trouble.empty() && !stopped)
    log::warn("registry: {}: {}; going on without it until it is back", url.shown(), because);
  trouble = std::move(because);
  changed.cancel();
}

void Redis::State::recovered() {
  if (!trouble.empty()) log::info("registry: {} is back", url.shown());
  trouble.clear();
  refused = false;
  changed.cancel();
}

namespace {

/// A reply that is an error, as one clause.
std::string words_of(const Reply& reply) { return printable(reply.text); }

awaitable<std::vector<Endpoint>> resolve(StatePtr s) {
  std::vector<Endpoint> found;
  const auto& address = s->url.address;
  if (!address.unix_path.empty()) {
    found.emplace_back(asio::local::stream_protocol::endpoint{address.unix_path});
    co_return found;
  }
  asio::ip::tcp::resolver resolver{s->io};
  const auto port = std::to_string(address.port);
  const auto result =
      co_await net::within(resolve_limit, resolver.async_resolve(address.host, port, as_result));
  if (!result) co_return found;
  const auto& [error, entries] = *result;
  if (error) co_return found;
  for (const auto& entry : entries)
    found.emplace_back(entry.endpoint());
  co_return found;
}

/// Empty, or why not.
awaitable<std::string> connect(StatePtr s) {
  const auto endpoints = co_await resolve(s);
  std::string why = "its name does not resolve";
  for (const auto& endpoint : endpoints) {
    if (s->stopped) break;
    s->socket = Socket{s->io};
    const auto result =
        co_await net::within(connect_limit, s->socket.async_connect(endpoint, as_result));
    if (!result) {
      why = "it does not answer";
      continue;
    }
    const auto& [error] = *result;
    if (!error) co_return std::string{};
    why = error.message();
  }
  co_return why;
}

awaitable<bool> receive(StatePtr s, resp::ReplyReader& reader) {
  std::array<std::uint8_t, 16'384> bytes;
  const auto [error, n] = co_await s->socket.async_read_some(asio::buffer(bytes), as_result);
  if (error) co_return false;
  co_return reader.feed(Bytes{bytes.data(), n});
}

/// One command before all others.  Empty, or why it failed.
awaitable<std::string> greet(StatePtr s, resp::ReplyReader& reader,
                             std::vector<std::string> words) {
  const auto command = resp::command(words);
  const auto [error, n] = co_await asio::async_write(s->socket, asio::buffer(command), as_result);
  if (error) co_return error.message();
  for (;;) {
    if (const auto reply = reader.next()) {
      if (reply->kind == Reply::Kind::error) co_return words_of(*reply);
      co_return std::string{};
    }
    const bool more = co_await receive(s, reader);
    if (!more) co_return "it closed the connection";
  }
}

/// AUTH and SELECT; a PING where neither is needed, so that a Redis that wants a password says so now.
awaitable<std::string> introduce(StatePtr s, resp::ReplyReader& reader) {
  std::vector<std::vector<std::string>> commands;
  const auto& url = s->url;
  if (!url.password.empty())
    commands.push_back(url.user.empty() ? std::vector<std::string>{"AUTH", url.password}
                                        : std::vector<std::string>{"AUTH", url.user, url.password});
  if (url.database != 0) commands.push_back({"SELECT", std::to_string(url.database)});
  commands.push_back({"PING"});
  for (auto& words : commands) {
    auto trouble = co_await net::within(answer_limit, greet(s, reader, std::move(words)));
    if (!trouble) co_return "it does not answer";
    if (!trouble->empty()) co_return std::move(*trouble);
  }
  co_return std::string{};
}

void give_replies(Redis::State& s, resp::ReplyReader& reader) {
  while (auto reply = reader.next()) {
    if (s.calls.empty()) return s.hang_up("it answered what nobody asked");
    const auto call = std::move(s.calls.front());
    s.calls.pop_front();
    call->reply = std::move(reply);
    call->done.cancel();
  }
}

awaitable<void> read_all(StatePtr s, resp::ReplyReader& reader) {
  for (;;) {
    give_replies(*s, reader);
    const bool more = co_await receive(s, reader);
    if (!more || reader.broken()) co_return;
  }
}

awaitable<void> write_all(StatePtr s) {
  std::string sending;
  for (;;) {
    if (s->unsent.empty()) {
      s->unsent_there.expires_at(std::chrono::steady_clock::time_point::max());
      co_await s->unsent_there.async_wait(as_result);
    }
    const auto state = co_await asio::this_coro::cancellation_state;
    if (state.cancelled() != asio::cancellation_type::none) co_return;
    sending = std::exchange(s->unsent, {});
    if (sending.empty()) continue;
    const auto [error, n] = co_await asio::async_write(s->socket, asio::buffer(sending), as_result);
    if (error) co_return;
  }
}

/// From the connection's begin to its end; why it ended.
awaitable<std::string> session(StatePtr s) {
  resp::ReplyReader reader;
  auto trouble = co_await connect(s);
  if (trouble.empty()) trouble = co_await introduce(s, reader);
  if (!trouble.empty()) co_return trouble;
  s->ready = true;
  s->why.clear();
  if (!s->refused) s->recovered();
  co_await (read_all(s, reader) || write_all(s));
  s->hang_up("it closed the connection");
  co_return std::exchange(s->why, {});
}

awaitable<void> serve(StatePtr s) {
  const auto seed = std::chrono::steady_clock::now().time_since_epoch().count();
  Backoff backoff{static_cast<std::uint64_t>(seed), stable};
  while (!s->stopped) {
    const auto began = std::chrono::steady_clock::now();
    auto why = co_await session(s);
    s->ready = false;
    s->fail_calls();
    s->stand(std::move(why));
    if (s->stopped) co_return;
    const auto held = std::chrono::duration_cast<Ms>(std::chrono::steady_clock::now() - began);
    co_await net::pause(std::min<Ms>(backoff.next(held), longest_pause));
  }
}

/// Does this error say that another Redis has to be asked?
bool wants_another(std::string_view error) {
  constexpr std::array<std::string_view, 6> words{"READONLY", "LOADING",    "MASTERDOWN",
                                                  "NOAUTH",   "NOREPLICAS", "CLUSTERDOWN"};
  return std::ranges::any_of(words, [&](auto word) { return error.starts_with(word); });
}

awaitable<bool> until(StatePtr s) {
  co_await s->changed.async_wait(as_result);
  co_return true;
}

/// The reply, or nothing.  Before the first connection stands, or the first attempt has failed, it waits for that.
awaitable<std::optional<Reply>> call(StatePtr s, std::vector<std::string> words) {
  if (!s->ready && s->trouble.empty() && !s->stopped) co_await net::within(answer_limit, until(s));
  if (!s->ready || s->calls.size() >= most_calls || s->unsent.size() > most_unsent)
    co_return std::nullopt;
  const auto call = std::make_shared<Call>(s->io);
  call->done.expires_after(answer_limit);
  s->calls.push_back(call);
  s->unsent += resp::command(words);
  s->unsent_there.cancel();
  co_await call->done.async_wait(as_result);
  if (!call->reply) {
    // Its time is over; a call that ended with its connection finds that one gone already.
    if (std::ranges::find(s->calls, call) != s->calls.end()) s->hang_up("it does not answer");
    co_return std::nullopt;
  }
  if (call->reply->kind == Reply::Kind::error) {
    s->refused = true;
    s->stand(words_of(*call->reply));
    if (wants_another(call->reply->text)) s->hang_up(words_of(*call->reply));
    co_return std::nullopt;
  }
  if (s->refused) s->recovered();
  co_return std::move(call->reply);
}

std::vector<std::string> script(const char* text, const std::string& prefix,
                                std::span<const std::string> names,
                                const std::vector<std::string>& arguments) {
  std::vector<std::string> words{"EVAL", text, std::to_string(names.size())};
  for (const auto& name : names)
    words.push_back(prefix + name);
  words.insert(words.end(), arguments.begin(), arguments.end());
  return words;
}

Holder holder(const Reply& reply, const std::string& ours) {
  if (reply.kind != Reply::Kind::text) return {};
  return {reply.text == ours ? Holder::State::ours : Holder::State::other, reply.text};
}

}  // namespace

Redis::Redis(asio::io_context& io, RedisUrl url, std::string prefix)
    : state_(std::make_shared<State>(io, std::move(url), std::move(prefix))) {
  net::spawn(io, "registry", serve(state_));
}

Redis::~Redis() {
  state_->stopped = true;
  state_->hang_up("done");
  state_->fail_calls();
}

std::string Redis::trouble() const {
  if (state_->trouble.empty()) return {};
  return state_->url.shown() + ": " + state_->trouble;
}

awaitable<std::vector<Holder>> Redis::claim(std::vector<std::string> names, Lease lease) {
  const auto s = state_;
  std::vector<Holder> holders(names.size());
  const std::vector<std::string> arguments{lease.address, std::to_string(lease.lifetime.count())};
  for (std::size_t at = 0; at < names.size(); at += names_per_script) {
    const auto some = std::span{names}.subspan(at, std::min(names_per_script, names.size() - at));
    auto words = script(claim_script, s->prefix, some, arguments);
    const auto reply = co_await call(s, std::move(words));
    if (!reply || reply->list.size() != some.size()) co_return holders;
    for (std::size_t i = 0; i < some.size(); ++i)
      holders[at + i] = holder(reply->list[i], lease.address);
  }
  co_return holders;
}

awaitable<bool> Redis::release(std::vector<std::string> names, std::string address) {
  const auto s = state_;
  const std::vector<std::string> arguments{std::move(address)};
  for (std::size_t at = 0; at < names.size(); at += names_per_script) {
    const auto some = std::span{names}.subspan(at, std::min(names_per_script, names.size() - at));
    auto words = script(release_script, s->prefix, some, arguments);
    const auto reply = co_await call(s, std::move(words));
    if (!reply) co_return false;
  }
  co_return true;
}

awaitable<Holder> Redis::find(std::string name) {
  const auto s = state_;
  std::vector<std::string> words{"GET", s->prefix + name};
  const auto reply = co_await call(s, std::move(words));
  if (!reply) co_return Holder{};
  if (reply->kind == Reply::Kind::nothing) co_return Holder{Holder::State::nobody, {}};
  co_return holder(*reply, {});
}

}  // namespace live::registry

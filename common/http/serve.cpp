#include "common/http/serve.hpp"

#include "common/base/ascii.hpp"
#include "common/base/log.hpp"
#include "common/net/send.hpp"
#include "common/net/spawn.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <exception>
#include <iterator>
#include <optional>
#include <unordered_set>
#include <utility>

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <fmt/format.h>
#include <sys/socket.h>

namespace live::http {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr std::string_view end_of_line = "\r\n";
constexpr std::size_t read_bytes = 4096;       // at a time
constexpr std::size_t file_at_once = 524'288;  // by one sendfile(2)
constexpr unsigned sends_in_turn = 4;          // then the others
constexpr std::size_t refused_at_once = 64;    // above Limits::connections, these get a 503
constexpr milliseconds linger_limit{2'000};    // for the peer to read a refusal
constexpr std::size_t linger_bytes = 262'144;  // that it may still send meanwhile

struct Session : std::enable_shared_from_this<Session> {
  explicit Session(Socket s)
      : socket(std::move(s)),
        alarm(socket.get_executor()),
        peer{net::peer_name(socket), net::is_local(socket)} {}

  Socket socket;
  asio::steady_timer alarm;  // ends waits
  Peer peer;
  std::string in;        // received and not yet used
  unsigned waits = 0;    // begun: a callback that comes after its wait sees that
  bool is_first = true;  // no request has been read yet
  bool left = false;     // the peer has, while an answer was waited for
};

}  // namespace

struct Server::State {
  State(asio::any_io_executor e, Handler h, const Limits& l)
      : executor(std::move(e)), handler(std::move(h)), limits(l) {}
  asio::any_io_executor executor;
  Handler handler;
  Limits limits;
  std::function<void(std::string_view, Headers&)> on_refusal;
  Counts counts;
  bool stopping = false;
  std::vector<net::Listener> listeners;
  std::unordered_set<Session*> idle;  // waiting for the first byte of a request
};

namespace {

using State = Server::State;

/// Waits for `what` until `deadline`.  A timer beside the wait instead of a second coroutine: this is what every request of
/// every viewer does.
awaitable<bool> ready_until(Session& session, asio::socket_base::wait_type what,
                            Clock::time_point deadline) {
  if (deadline <= Clock::now()) co_return false;
  session.alarm.expires_at(deadline);
  session.alarm.async_wait(
      [alive = session.shared_from_this(), wait = ++session.waits](const auto& error) {
        if (!error && alive->waits == wait) alive->socket.cancel();
      });
  const auto [error] = co_await session.socket.async_wait(what, as_result);
  ++session.waits;
  session.alarm.cancel();
  co_return !error;
}

/// Appends what has come to session.in; false at the end of the connection.
bool receive(Session& session) {
  std::array<char, read_bytes> part;
  const auto n = ::recv(session.socket.native_handle(), part.data(), part.size(), MSG_DONTWAIT);
  if (n < 0) return errno == EAGAIN || errno == EINTR;
  session.in.append(part.data(), static_cast<std::size_t>(n));
  return n > 0;
}

/// What is still to be sent of an answer.
class Outgoing {
 public:
  Outgoing(std::string_view head, const Body& body)
      : head_(head), bytes_(body.bytes()), file_(body.file()) {}

  [[nodiscard]] bool empty() const { return head_.empty() && bytes_.empty() && file_.length == 0; }
  [[nodiscard]] bool has_file() const { return file_.length > 0; }
  net::Sent send_some(int fd) {
    if (head_.empty() && bytes_.empty()) return send_file(fd);
    const std::array pieces{iovec{const_cast<char*>(head_.data()), head_.size()},
                            iovec{const_cast<std::uint8_t*>(bytes_.data()), bytes_.size()}};
    const auto sent = net::send_some(fd, pieces, file_.length > 0);
    const auto of_head = std::min(sent.bytes, head_.size());
    head_.remove_prefix(of_head);
    bytes_ = bytes_.subspan(sent.bytes - of_head);
    return sent;
  }

 private:
  net::Sent send_file(int fd) {
    const auto some = std::min<std::uint64_t>(file_.length, file_at_once);
    const auto sent = net::send_file(fd, file_.fd->get(), file_.first, some);
    file_.first += sent.bytes;
    file_.length -= sent.bytes;
    return sent;
  }

  std::string_view head_;
  Bytes bytes_;
  FileSpan file_;
};

/// False when the peer is gone or takes nothing for `limit`.
awaitable<bool> send(Session& session, Outgoing& what, milliseconds limit) {
  for (unsigned in_turn = 0; !what.empty();) {
    const auto sent = what.send_some(session.socket.native_handle());
    if (sent.outcome == net::Sent::Outcome::gone) co_return false;
    if (sent.outcome == net::Sent::Outcome::full) {
      const bool writable =
          co_await ready_until(session, asio::socket_base::wait_write, Clock::now() + limit);
      if (!writable) co_return false;
    } else if (++in_turn % sends_in_turn == 0) {
      co_await asio::post(session.socket.get_executor(), asio::use_awaitable);
    }
  }
  co_return true;
}

/// Tells the peer that we are done and lets it read our answer: closing a socket with unread bytes
/// would reset the connection and could take the answer with it.
awaitable<void> linger(Session& session) {
  ::shutdown(session.socket.native_handle(), SHUT_WR);
  const auto deadline = Clock::now() + linger_limit;
  for (std::size_t taken = 0; taken < linger_bytes; taken += session.in.size()) {
    session.in.clear();
    if (!co_await ready_until(session, asio::socket_base::wait_read, deadline)) co_return;
    if (!receive(session)) co_return;
  }
}

/// The head as it goes out: what the handler said, and how the message ends.
std::string head_of(const Response& response, bool keep_alive) {
  auto head = format_head(response.status, response.headers);
  head.resize(head.size() - end_of_line.size());  // the empty line
  const bool has_body = response.status >= 200 && response.status != 204 && response.status != 304;
  if (has_body)
    fmt::format_to(std::back_inserter(head), "Content-Length: {}\r\n", response.body.size());
  return head.append(keep_alive ? "Connection: keep-alive\r\n\r\n" : "Connection: close\r\n\r\n");
}

/// An answer on its way out.
class Reply {
 public:
  Reply(const State& state, const Request& request, Response response)
      : response_(std::move(response)),
        keep_alive_(request.keep_alive && response_.status != 500 && !state.stopping),
        head_(head_of(response_, keep_alive_)),
        left_(head_, request.method == "HEAD" ? Body{} : response_.body) {}
  Reply(const Reply&) = delete;
  Reply& operator=(const Reply&) = delete;

  [[nodiscard]] int status() const { return response_.status; }
  [[nodiscard]] bool keep_alive() const { return keep_alive_; }
  Outgoing& left() { return left_; }

 private:
  Response response_;
  bool keep_alive_;
  std::string head_;
  Outgoing left_;
};

/// The Origin of a head that may be none.
std::string_view origin_in(std::string_view head) {
  constexpr std::string_view name = "origin:";
  for (auto at = head.find('\n'); at != std::string_view::npos; at = head.find('\n', at)) {
    ++at;
    const auto line = head.substr(at, head.find_first_of("\r\n", at) - at);
    if (!is_same_word(name, line.substr(0, name.size()))) continue;
    const auto value = line.find_first_not_of(' ', name.size());
    return value == std::string_view::npos ? std::string_view{} : line.substr(value);
  }
  return {};
}

/// `origin`: of the request, where it was read; else what stands in its place is looked at.
awaitable<void> refuse(State& state, Session& session, int status, std::string_view why,
                       std::optional<std::string> origin = {}) {
  ++state.counts.refused;
  log::debug("http {}: refused status={} why={}", session.peer.name, status, why);
  Headers headers;
  if (status == 503) headers.emplace_back("Retry-After", "5");
  if (state.on_refusal) state.on_refusal(origin ? *origin : origin_in(session.in), headers);
  const auto response = error_response(status, why, std::move(headers));
  const auto head = head_of(response, false);
  Outgoing left{head, response.body};
  const bool sent = co_await send(session, left, state.limits.send);
  if (sent) co_await linger(session);
}

/// Waits for more of a head that began at `begun`.  False when the connection is over; then
/// whatever is to be said has been said.
awaitable<bool> read_more(State& state, Session& session, Clock::time_point begun) {
  const bool idle = session.in.empty() && !session.is_first;
  const auto deadline = begun + (idle ? state.limits.idle : state.limits.head);
  if (session.in.empty()) state.idle.insert(&session);
  const bool readable = co_await ready_until(session, asio::socket_base::wait_read, deadline);
  state.idle.erase(&session);
  if (readable) co_return receive(session);
  if (!session.in.empty())
    co_await refuse(state, session, 408, "the head of the request took too long");
  co_return false;
}

/// The next request of the connection, or nothing when there is none.
awaitable<std::optional<Request>> read_request(State& state, Session& session) {
  auto begun = Clock::now();
  for (;;) {
    const bool nothing_yet = session.in.empty();
    if (!nothing_yet) {
      auto step = parse_request(session.in, state.limits.request);
      if (auto* taken = std::get_if<Taken<Request>>(&step)) {
        session.in.erase(0, taken->used);
        session.is_first = false;
        ++state.counts.requests;
        co_return std::move(taken->value);
      }
      if (const auto* rejected = std::get_if<Rejected>(&step)) {
        co_await refuse(state, session, rejected->status, rejected->why);
        co_return std::nullopt;
      }
    }
    if (state.stopping && nothing_yet) co_return std::nullopt;
    if (!co_await read_more(state, session, begun)) co_return std::nullopt;
    if (nothing_yet && !session.is_first) begun = Clock::now();
  }
}

/// Throws the body of `request` away.  False when the connection is over.
awaitable<bool> skip_body(State& state, Session& session, const Request& request) {
  auto left = request.content_length;
  if (request.chunked) {
    co_await refuse(state, session, 411, "no body is wanted here",
                    std::string{request.header("origin")});
    co_return false;
  }
  if (left > state.limits.body_bytes) {
    co_await refuse(state, session, 413, "no body is wanted here",
                    std::string{request.header("origin")});
    co_return false;
  }
  const auto deadline = Clock::now() + state.limits.head;
  for (;;) {
    const auto part = std::min<std::uint64_t>(left, session.in.size());
    session.in.erase(0, part);
    left -= part;
    if (left == 0) co_return true;
    if (!co_await ready_until(session, asio::socket_base::wait_read, deadline)) {
      co_await refuse(state, session, 408, "the body of the request took too long",
                      std::string{request.header("origin")});
      co_return false;
    }
    if (!receive(session)) co_return false;
  }
}

Answer ask(const State& state, const Session& session, const Request& request) {
  try {
    return state.handler(request, session.peer);
  } catch (const std::exception& e) {
    log::error("http {}: {} {}: {}", session.peer.name, request.method, request.path, e.what());
    Headers headers;
    if (state.on_refusal) state.on_refusal(request.header("origin"), headers);
    return error_response(500, "this is our mistake", std::move(headers));
  }
}

/// Notes when the peer leaves during this wait; bytes that it sends ahead are none of our business now.
void watch_departure(const std::shared_ptr<Session>& session, asio::socket_base::wait_type what,
                     unsigned wait) {
  session->socket.async_wait(what, [session, wait](const auto& error) {
    if (error || session->waits != wait) return;
    char one = 0;
    const auto n = ::recv(session->socket.native_handle(), &one, 1, MSG_PEEK | MSG_DONTWAIT);
    if (n > 0) return watch_departure(session, asio::socket_base::wait_error, wait);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
      return watch_departure(session, asio::socket_base::wait_read, wait);
    session->left = true;
    session->alarm.cancel();
  });
}

/// A request whose answer is not there yet.  What it gets when it is woken goes out at once, before any coroutine goes on:
/// hundreds may wait for the same.
class Waiting : public Waiters::Place {
 public:
  Waiting(const State& state, Session& session, const Request& request, const Later& later,
          std::optional<Reply>& reply)
      : Place(later.waiters),
        state_(state),
        session_(session),
        request_(request),
        later_(later),
        reply_(reply) {}

  void woken() override {
    if (reply_ || session_.left) return;
    auto response = later_.answer(request_);
    if (!response) return;
    auto& reply = reply_.emplace(state_, request_, std::move(*response));
    // Files take longer: they go in turn.
    if (!reply.left().has_file()) reply.left().send_some(session_.socket.native_handle());
    session_.alarm.cancel();
  }

  /// The end of its patience.
  void give_up() {
    auto response = later_.answer(request_);
    reply_.emplace(state_, request_,
                   response ? std::move(*response) : error_response(503, "it took too long"));
  }

 private:
  const State& state_;
  Session& session_;
  const Request& request_;
  const Later& later_;
  std::optional<Reply>& reply_;
};

/// Leaves `reply` empty when the peer has left before there was an answer.
awaitable<void> wait_for(const State& state, Session& session, const Request& request,
                         const Later& later, std::optional<Reply>& reply) {
  Waiting waiting{state, session, request, later, reply};
  watch_departure(session.shared_from_this(), asio::socket_base::wait_read, ++session.waits);
  session.alarm.expires_at(later.until);
  co_await session.alarm.async_wait(as_result);
  if (!reply && !session.left) waiting.give_up();
  ++session.waits;
  session.socket.cancel();
}

/// Sends what is left of it; false when the connection is over.
awaitable<bool> say(State& state, Session& session, const Request& request, Reply& reply) {
  log::debug("http {}: {} {} status={}", session.peer.name, request.method, request.path,
             reply.status());
  const bool sent = co_await send(session, reply.left(), state.limits.send);
  if (!sent) co_return false;
  if (session.in.empty()) session.in.shrink_to_fit();
  if (!reply.keep_alive()) co_await linger(session);
  co_return reply.keep_alive();
}

/// Answers requests until the connection is over (nothing) or is taken over.
awaitable<std::optional<TakeOver>> converse(State& state, Session& session) {
  for (;;) {
    const auto request = co_await read_request(state, session);
    if (!request || !co_await skip_body(state, session, *request)) co_return std::nullopt;
    const bool full = state.counts.connections > state.limits.connections;
    if (state.stopping || full) {
      co_await refuse(state, session, 503, full ? "too many connections" : "the server is stopping",
                      std::string{request->header("origin")});
      co_return std::nullopt;
    }
    auto answer = ask(state, session, *request);
    if (auto* take_over = std::get_if<TakeOver>(&answer)) co_return std::move(*take_over);
    std::optional<Reply> reply;
    if (const auto* later = std::get_if<Later>(&answer)) {
      co_await wait_for(state, session, *request, *later, reply);
      answer = Response{};  // lets go of what it held
      if (!reply) co_return std::nullopt;
    } else {
      reply.emplace(state, *request, std::get<Response>(std::move(answer)));
    }
    const bool goes_on = co_await say(state, session, *request, *reply);
    if (!goes_on) co_return std::nullopt;
  }
}

/// Counts a connection for as long as it lives here.
class Counted {
 public:
  explicit Counted(std::shared_ptr<State> state) : state_(std::move(state)) {
    ++state_->counts.connections;
  }
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;
  ~Counted() { --state_->counts.connections; }

 private:
  std::shared_ptr<State> state_;
};

awaitable<void> run(std::shared_ptr<State> state, Socket socket) {
  const auto session = std::make_shared<Session>(std::move(socket));
  std::optional<TakeOver> taken;
  {
    const Counted counted{state};
    taken = co_await converse(*state, *session);
  }
  if (!taken) co_return;
  taken->take({std::move(session->socket), std::move(session->peer.name), std::move(session->in)});
}

void serve_socket(const std::shared_ptr<State>& state, Socket socket) {
  if (state->stopping || state->counts.connections >= state->limits.connections + refused_at_once)
    return;
  net::spawn(state->executor, "http", run(state, std::move(socket)));
}

}  // namespace

Server::Server(asio::io_context& io, Handler handler, const Limits& limits)
    : state_(std::make_shared<State>(io.get_executor(), std::move(handler), limits)) {}

Server::~Server() {
  stop();
  state_->on_refusal = nullptr;
  state_->handler = nullptr;  // what it refers to may be gone before the last connection
}

void Server::on_refusal(std::function<void(std::string_view, Headers&)> add) {
  state_->on_refusal = std::move(add);
}

void Server::listen(net::Listener listener) {
  // A weak pointer: the listener is part of the state.
  listener.accept([state = std::weak_ptr{state_}](Socket socket) {
    if (const auto alive = state.lock()) serve_socket(alive, std::move(socket));
  });
  state_->listeners.push_back(std::move(listener));
}

void Server::serve(Socket socket) { serve_socket(state_, std::move(socket)); }

void Server::stop() {
  state_->stopping = true;
  state_->listeners.clear();
  for (auto* session : state_->idle)
    session->socket.cancel();
}

const Counts& Server::counts() const { return state_->counts; }

}  // namespace live::http

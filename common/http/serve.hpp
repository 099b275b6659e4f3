// HTTP/1.x connections: heads in, answers out, or the whole socket handed to who streams.
//
// One coroutine per connection reads a head (408 when it takes longer than `head`), asks the
// handler, writes the answer and goes on with the next request (pipelined ones wait their turn).  A
// handler that streams takes the connection over: the coroutine ends and its buffers are freed, so
// that a viewer costs no more than its socket and what the handler keeps.
#pragma once

#include "common/http/request.hpp"
#include "common/http/response.hpp"
#include "common/http/waiters.hpp"
#include "common/net/asio.hpp"
#include "common/net/listen.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>

namespace live::http {

/// A connection that was taken over.
struct Connection {
  Socket socket;      ///< connected, non-blocking
  std::string peer;   ///< "203.0.113.9:4711": for log lines
  std::string ahead;  ///< bytes received behind the request; usually none
};

/// Who asks.
struct Peer {
  std::string name;    ///< as Connection::peer
  bool local = false;  ///< the connection reached us at a loopback address or a unix socket
};

/// Called once, after the coroutine let go of the connection; it owns the connection from then on.
/// Not counted by Limits::connections any more.
struct TakeOver {
  std::function<void(Connection)> take;
};

/// An answer that has to wait for something, as a blocked playlist reload does.  It is forgotten when the peer leaves.
struct Later {
  /// Asked whenever `waiters` are woken, and at `until`; nothing while there is no answer yet, and then it waits on.  What it
  /// holds is kept meanwhile.  Must not throw, nor wake anybody.  The answer goes out while they are being woken.
  std::function<std::optional<Response>(const Request&)> answer;
  Waiters& waiters;  ///< kept by `answer`
  std::chrono::steady_clock::time_point until;
};

using Answer = std::variant<Response, TakeOver, Later>;

/// Answers a request whose body, if any, is thrown away.  HEAD is asked like GET: the body of the
/// Response is left out and its length told.  May throw: that is 500, a line in the log, and the
/// end of the connection.
using Handler = std::function<Answer(const Request&, const Peer&)>;

struct Limits {
  std::size_t connections = 1000;  ///< at once; those above get 503, far above they are closed
  std::chrono::milliseconds head{5'000};   ///< from the first byte of a head to its last
  std::chrono::milliseconds idle{30'000};  ///< before the first byte of a further request
  std::chrono::milliseconds send{10'000};  ///< without progress of an answer
  std::uint64_t body_bytes = 65'536;       ///< of a request, skipped; more is 413
  HeadLimits request;
};

/// What the server counts; read it for /metrics.
struct Counts {
  std::size_t connections = 0;  ///< now
  std::uint64_t requests = 0;   ///< heads that were read
  std::uint64_t refused = 0;    ///< answered 4xx or 503 before any handler saw them
};

class Server {
 public:
  Server(asio::io_context& io, Handler handler, const Limits& limits = {});
  ~Server();

  /// `add`: the headers of refusals before any handler saw the request, for its Origin ("" where none can be read).
  void on_refusal(std::function<void(std::string_view origin, Headers& headers)> add);
  /// Serves what connects to `listener`, which the server keeps.
  void listen(net::Listener listener);
  /// Serves one connection that exists already.
  void serve(Socket socket);
  /// Accepts no more.  Connections that are idle end, the others with their answer.
  void stop();

  [[nodiscard]] const Counts& counts() const;

  struct State;

 private:
  std::shared_ptr<State> state_;
};

}  // namespace live::http

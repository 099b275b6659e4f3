// A connected socket, plain or with TLS: non-blocking reads and writes that say "not now" instead of waiting, so that what
// is above costs the same for both and holds no buffer while nothing happens.
#pragma once

#include "common/base/bytes.hpp"
#include "common/net/asio.hpp"
#include "common/net/send.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <span>
#include <string>

#include <sys/uio.h>

namespace live::net {

class TlsContext;
class TlsTrust;

struct Got {
  enum class Outcome {
    some,   ///< `bytes` > 0
    none,   ///< nothing now: wait_readable()
    ended,  ///< the peer has ended its side in order
    gone,   ///< broken; with TLS also ended without the close_notify that belongs to it
  };
  Outcome outcome;
  std::size_t bytes = 0;
};

/// Must not move while a handshake or a wait is under way.
class Link {
 public:
  explicit Link(Socket socket);
  /// Takes the server's side of TLS: handshake() first.
  Link(Socket socket, const TlsContext& tls);
  /// Takes the client's side of TLS: handshake() first, which fails unless the peer proves to be `host` (a name, which it is
  /// told by SNI, or an IP address).
  Link(Socket socket, const TlsTrust& trust, const std::string& host);
  Link(Link&&) noexcept;
  Link& operator=(Link&&) noexcept;
  ~Link();

  /// TLS's handshake, at most `limit`; nothing for a plain link.  "" or one clause why it failed.  Does not throw.
  awaitable<std::string> handshake(std::chrono::milliseconds limit);

  /// Read until `none`: TLS may hold bytes though the descriptor is not readable.
  Got read_some(std::span<std::uint8_t> into);
  /// At most IOV_MAX pieces, not all empty.  Bytes that were taken may change; the next call must begin with the byte behind
  /// them (so the rest of a message that has begun follows first), whatever comes after that one.
  Sent write_some(std::span<const iovec> pieces);

  /// Until read_some() (write_some()) may do something: true; false when the wait was cancelled.  Does not throw.
  awaitable<bool> wait_readable();
  awaitable<bool> wait_writable();
  /// Calls `read` whenever read_some() may do something, until it says false: true then; false when the wait was cancelled.
  /// What `read` throws comes out of it.  Costs a fraction of as many wait_readable().  `read` is to leave nothing that
  /// read_some() would give at once, or be called again soon.
  awaitable<bool> while_readable(std::function<bool()> read);

  /// Ends our side in order (TLS close_notify, FIN) as far as that goes without waiting, and cancels the waits that are
  /// under way.  The peer may still be read: a descriptor that is closed with bytes unread sends an RST, which can
  /// overtake our last words.
  void close();
  /// Closes the descriptor with an RST instead, for who does not deserve better.
  void reset();

  [[nodiscard]] Socket& socket() { return socket_; }
  [[nodiscard]] bool is_tls() const { return tls_ != nullptr; }

 private:
  struct Tls;
  template <class Done>
  class ReadLoop;
  awaitable<bool> wait(Socket::wait_type what);
  [[nodiscard]] Socket::wait_type what_reading_waits_for() const;
  awaitable<std::string> begin_tls();

  Socket socket_;
  std::unique_ptr<Tls> tls_;
};

}  // namespace live::net

// Listening sockets, TCP and unix.
#pragma once

#include "common/base/fd.hpp"
#include "common/base/text.hpp"
#include "common/net/asio.hpp"

#include <functional>
#include <memory>
#include <string>

namespace live::net {

/// A socket that listens.  Goes with the object, and so does the path of a unix socket.
class Listener {
 public:
  /// Binds `address` with SO_REUSEADDR; an empty host is every interface, IPv6 and IPv4.  A unix
  /// path on which nobody answers any more is replaced.  Throws Failure: try_again when the address
  /// is taken, unavailable when the host has no address, cannot_create otherwise.
  Listener(asio::io_context& io, const Address& address);
  /// Takes a socket that listens already (systemd's socket activation).
  Listener(asio::io_context& io, Fd listening);
  Listener(Listener&&) noexcept;
  Listener& operator=(Listener&&) noexcept;
  ~Listener();

  /// Where it listens, with the port that was chosen for port 0.
  [[nodiscard]] const Address& address() const;
  /// Is it reachable from this machine only (127.0.0.0/8, ::1, unix)?
  [[nodiscard]] bool on_loopback() const;

  /// Hands every connection (non-blocking, TCP_NODELAY) to `on_socket`.  Out of descriptors
  /// (EMFILE) it waits 100 ms and goes on, with one line in the log per burst.  Call once.
  void accept(std::function<void(Socket)> on_socket);

  struct State;

 private:
  std::shared_ptr<State> state_;
};

/// "203.0.113.9:4711", "[2001:db8::1]:4711", "unix" for a peer on a unix socket: an id for log
/// lines.
std::string peer_name(const Socket& socket);

/// Does `socket`'s own end have a loopback address, or is it a unix socket?
bool is_local(const Socket& socket);

/// Raises the soft limit of open files to the hard one; a server for thousands of viewers needs it.
void raise_open_files_limit();

}  // namespace live::net

// SIGTERM, SIGINT and SIGHUP as events of the loop.
#pragma once

#include "common/net/asio.hpp"

#include <functional>

namespace live::net {

/// What a second SIGTERM or SIGINT still does before it ends the process: `wish` is called by the handler, and must be
/// async-signal-safe (signal-safety(7)).
void before_dying(void (*wish)());

/// While it exists: the first SIGTERM or SIGINT calls `on_stop` on the loop; a second one ends the
/// process at once, by that signal, whatever the loop is doing.  (A second within 200 ms is taken
/// for the same wish: timeout(1) and shells signal a process and then its group.)  SIGHUP calls
/// `on_reload`, or `on_stop` when it came because our terminal was closed; it stays ignored if it
/// was (nohup). One per process.
class Signals {
 public:
  Signals(asio::io_context& io, std::function<void()> on_stop, std::function<void()> on_reload);
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;
  ~Signals();
};

}  // namespace live::net

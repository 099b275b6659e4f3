// A child process in a process group of its own, with pipes for its standard input and error, as an object of the loop.
//
// Its signal dispositions and mask are the default ones, its descriptors 0, 1 and 2 and no others, its environment is what
// it is given.  posix_spawn(3): no copy of a large server.  Its end is seen through a pidfd (Linux 5.3; else asked for 20
// times a second), not through SIGCHLD, so that nobody else in the process is disturbed.
//
// A leader that has exited has not ended its group: what it started in the background may live on and hold its standard
// error open.  The end of the leader is told all the same; lines of the others are told until the Child goes.
#pragma once

#include "common/net/asio.hpp"

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

namespace live::process {

/// What to run.
struct Command {
  std::vector<std::string> arguments;    ///< [0] is looked for in our PATH
  std::vector<std::string> environment;  ///< "NAME=value", in place of our own variables; each once
  std::vector<std::string>
      unset;  ///< names taken from our own environment; what systemd told us always is
};

/// How it ended.
struct Ended {
  int code = 0;    ///< exit status, when `signal` is 0
  int signal = 0;  ///< that ended it
  bool operator==(const Ended&) const = default;
};
/// "exit 1", "killed by signal 9 (KILL)".
std::string to_text(const Ended& ended);

/// Throws Failure(no_input) where there is no program `name`, looked for as a Command's is, that we may run.
void check_program(const std::string& name);

class Child {
 public:
  /// Starts it.  Standard output is ours.  Throws Failure(no_input) naming the program when there is none such, or it
  /// cannot be run; Failure(try_again) when descriptors, processes or memory have run out.  Both callbacks come from the
  /// loop, never from a call; in them the Child may be destroyed.
  /// `on_line`: each line of its standard error, without its end, cut at `max_line` bytes (see Lines).
  /// `on_end`: once, after the leader has exited and its standard error has been read as far as it was.
  Child(asio::io_context& io, const Command& command, std::function<void(std::string_view)> on_line,
        std::function<void(Ended)> on_end);
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  /// Kills what is left of the group, as a second SIGTERM to us does (net::Signals).  The leader is waited for by the loop.
  ~Child();

  static constexpr std::size_t max_line = 4096;
  /// A child that writes more than this to its standard error has to wait there: it costs us no more.
  static constexpr std::size_t max_error_bytes_per_second = 1U << 20U;

  [[nodiscard]] pid_t pid() const;
  [[nodiscard]] bool running() const;  ///< the leader; until on_end
  /// The writing end of its standard input, non-blocking; -1 once closed.
  [[nodiscard]] int input() const;
  void close_input();
  /// To the whole group; nothing when it is empty.
  void signal(int number);
  /// Does a process of the group exist?
  [[nodiscard]] bool group_alive() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace live::process

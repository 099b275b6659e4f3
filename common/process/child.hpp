// A child process in a process group of its own, with pipes for its standard input and error, as an object of the loop.
//
// Its signal dispositions and mask are the default ones, its descriptors 0, 1 and 2 and no others, its environment is what
// it is given.  posix_spawn(3) or vfork: no copy of a large server.
#pragma once

#include "common/base/fd.hpp"
#include "common/net/asio.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <sys/types.h>

namespace live::process {

/// What to run.
struct Command {
  std::vector<std::string> arguments;  ///< [0] is looked for in PATH
  std::vector<std::string>
      environment;  ///< "NAME=value", added to (and before) our own; later wins nothing: one each
  std::vector<std::string> unset;  ///< names taken from our own environment
};

/// How it ended.
struct Ended {
  int code = 0;    ///< exit status, when `signal` is 0
  int signal = 0;  ///< that ended it
};
/// "exit 1", "killed by signal 9 (KILL)".
std::string to_text(const Ended& ended);

class Child {
 public:
  /// Starts it.  Standard output is ours.  Throws Failure(no_input) naming the program when there is none such, or it
  /// cannot be run.  `on_line`: each line of its standard error, without its end, cut at `max_line` bytes.
  /// `on_end`: once, after the leader has exited and its standard error has been read as far as it was.
  Child(asio::io_context& io, const Command& command, std::function<void(std::string_view)> on_line,
        std::function<void(Ended)> on_end);
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  /// Kills what is left of the group.
  ~Child();

  static constexpr std::size_t max_line = 4096;

  [[nodiscard]] pid_t pid() const;
  [[nodiscard]] bool running() const;  ///< the leader
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

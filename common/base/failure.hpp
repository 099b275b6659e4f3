// Exit statuses and the one exception type of the project.
#pragma once

#include <cerrno>
#include <stdexcept>
#include <string>
#include <system_error>

#include <fmt/format.h>

namespace live {

/// What a supervisor may do about the end of a run; the values are those of sysexits.h.
enum class Exit : int {
  ok = 0,              ///< done, end of input, asked to stop, or the reader of stdout left
  usage = 64,          ///< the command line is wrong
  bad_data = 65,       ///< the input is not what it claims
  no_input = 66,       ///< the input does not exist
  unavailable = 69,    ///< a peer is not there
  bug = 70,            ///< an exception that nobody expected
  cannot_create = 73,  ///< an output cannot be made
  io = 74,             ///< an output cannot be written
  try_again = 75,      ///< somebody else holds what we need
  denied = 77,         ///< credentials are wrong
  config = 78,         ///< a configuration file is wrong
};

/// The run, or one session of it, cannot go on.  what() is "VERB OBJECT: reason" and holds no secret.
class Failure : public std::runtime_error {
 public:
  Failure(Exit exit, const std::string& what) : std::runtime_error(what), exit_(exit) {}
  [[nodiscard]] Exit exit() const noexcept { return exit_; }

 private:
  Exit exit_;
};

template <class... A>
[[noreturn]] void fail(Exit exit, fmt::format_string<A...> text, A&&... args) {
  throw Failure(exit, fmt::format(text, std::forward<A>(args)...));
}

/// The text of errno, as strerror() gives it but safe with threads.
inline std::string errno_text(int error = errno) { return std::generic_category().message(error); }

}  // namespace live

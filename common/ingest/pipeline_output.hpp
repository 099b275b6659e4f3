// The writing end of a pipeline: a command's standard input, or our own standard output.  Never waits, but for a file.
//
// O_NONBLOCK belongs to the open file, which others may share: in `(rtmp-ingest; date) | reader` the shell and date have
// the same one, and a terminal's is shared by everything on it.  So a standard output is never made non-blocking as it is:
//   - a pipe, FIFO or terminal is opened again (/proc/self/fd/1), which makes an open file of its own;
//   - where that is not allowed (somebody else's pipe), each write waits for poll(2) to say that there is room and is no
//     larger than PIPE_BUF, which such a pipe then takes at once;
//   - a socket is written with MSG_DONTWAIT;
//   - a regular file (or /dev/null) blocks for as long as its disk takes.
#pragma once

#include "common/base/fd.hpp"
#include "common/net/asio.hpp"
#include "common/net/send.hpp"

#include <functional>
#include <memory>
#include <span>

#include <sys/uio.h>

namespace live::ingest {

class PipelineOutput {
 public:
  /// The writing end of a pipe that is ours alone, non-blocking; borrowed.
  static PipelineOutput to_pipe(asio::io_context& io, int fd);
  /// Borrowed; what it is decides how it is written.  `reopen` false: as if that were not allowed, for tests.
  static PipelineOutput to_shared(asio::io_context& io, int fd, bool reopen = true);
  PipelineOutput(PipelineOutput&&) noexcept;
  PipelineOutput& operator=(PipelineOutput&&) noexcept;
  ~PipelineOutput();

  /// As net::send_some().  A pipe that is full is made larger once, as far as the system lets us.
  net::Sent write(std::span<const iovec> pieces);
  /// Why a write said `gone`: 0 or EPIPE, the reader has left; else it failed.
  [[nodiscard]] int error() const;

  /// Calls `then` from the loop when write() may do something again, or this has gone.  One at a time.
  void when_writable(std::function<void()> then);
  /// Returns when the reader has left, even while there is nothing to write; for a file, never.  Does not throw; ends,
  /// false, when the output goes.
  awaitable<bool> reader_left();

 private:
  struct State;
  explicit PipelineOutput(std::shared_ptr<State> state);
  std::shared_ptr<State> state_;
};

}  // namespace live::ingest

// Where the bytes go: standard output, or a file per epoch.
#pragma once

#include "common/base/bytes.hpp"
#include "common/base/fd.hpp"

#include <atomic>
#include <cstdint>
#include <span>
#include <string>

struct iovec;

namespace rtsp2fmp4 {

/// Blocking.  A reader of standard output that leaves is no error: left() turns true and everything after
/// goes nowhere.
class Output {
 public:
  /// `path` empty: `out_fd`, borrowed.
  Output(std::string path, int out_fd) : path_(std::move(path)), fd_(out_fd) {}

  /// A new epoch: with a path, FILE and then FILE-2, FILE-3 (before the extension).  Throws
  /// Failure(cannot_create).
  void begin_epoch(unsigned number);

  /// Writes all of `pieces`, which it changes.  Throws Failure(io).
  void write(std::span<iovec> pieces);

  [[nodiscard]] bool left() const { return left_; }
  /// Asks the kernel whether the reader has left, for times without anything to write.
  bool look_for_reader();
  /// Makes a write that waits for a slow reader give up at the next signal that interrupts it.
  void give_up() { given_up_ = true; }
  [[nodiscard]] std::uint64_t bytes() const { return bytes_; }

 private:
  [[nodiscard]] std::string path_of(unsigned number) const;
  [[nodiscard]] std::string name() const { return path_.empty() ? "standard output" : current_; }

  std::string path_, current_;
  int fd_;
  live::Fd file_;
  bool left_ = false;
  std::atomic<bool> given_up_{false};
  std::uint64_t bytes_ = 0;
};

}  // namespace rtsp2fmp4

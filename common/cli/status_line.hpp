// The live line at the foot of a terminal.
#pragma once

#include "common/base/fd.hpp"

#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

namespace live::cli {

/// While it exists, log lines scroll above the line.  Of the programs of a pipeline that share a terminal
/// one draws: the last, whose standard output is no pipe, or else the first to take its turn.
class StatusLine {
 public:
  /// Nothing when stderr is no terminal, or TERM is dumb or not set.
  static std::unique_ptr<StatusLine> on_stderr();
  StatusLine(const StatusLine&) = delete;
  StatusLine& operator=(const StatusLine&) = delete;
  ~StatusLine();

  /// Replaces the line with `text`, cut to the width of the terminal.  It may be several, as many as there are rows but one.
  void draw(std::string_view text);

 private:
  StatusLine();
  bool has_the_turn();
  [[nodiscard]] std::string cleared() const;
  void print_above(std::string_view log_line);

  std::mutex mutex_;  // log lines come from every thread
  std::string shown_;
  std::size_t rows_ = 0;  // of shown_
  Fd turn_;               // the terminal, opened anew: flock(2) on it is the turn to draw
  bool mine_ = false;
  int draws_ = 0;
};

}  // namespace live::cli

// What a program says on its standard error, as lines fit for a log.  Pure.
#pragma once

#include "common/base/units.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace live::process {

/// Cuts a byte stream into lines as a terminal would leave them: a lone CR begins the line anew, so that of a progress
/// display only its last state is seen; empty lines are left out.
class Lines {
 public:
  using Sink = std::function<void(std::string_view)>;
  /// What stands beyond `longest` bytes in a line is left out.
  explicit Lines(std::size_t longest) : longest_(longest) {}

  void push(std::string_view text, const Sink& on_line);
  /// A last line that has no end.
  void flush(const Sink& on_line);

 private:
  void append(std::string_view text);
  std::size_t longest_;
  std::string line_;
  bool returned_ = false;  ///< a CR came: the next character but LF begins anew
};

/// How many lines of one program reach the log: `burst` at once, `per_second` for long; the others are counted.
class LineBudget {
 public:
  static constexpr double per_second = 10, burst = 50;

  /// May a line that comes at `now` be shown?
  [[nodiscard]] bool take(Monotonic now);
  /// Lines that were not shown since the last call.
  [[nodiscard]] std::uint64_t take_hidden();

 private:
  double left_ = burst;
  Monotonic last_{};
  std::uint64_t hidden_ = 0;
};

}  // namespace live::process

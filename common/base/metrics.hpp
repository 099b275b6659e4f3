// Numbers that a program tells about itself: Prometheus text, and the same for the status line.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace live {

/// A number that only grows, or one that is set; relaxed, safe from any thread, never locked.
class Counter {
 public:
  void add(std::uint64_t n = 1) { value_.fetch_add(n, std::memory_order_relaxed); }
  void set(std::uint64_t n) { value_.store(n, std::memory_order_relaxed); }
  [[nodiscard]] std::uint64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_{0};
};

/// Collects lines of the Prometheus text format (version 0.0.4).  `help` ends up in # HELP once per name.
/// Samples of one name must follow each other.
class MetricsText {
 public:
  /// `labels` is empty or `stream="x",kind="y"` as label() makes it.
  void counter(std::string_view name, std::string_view help, double value,
               std::string_view labels = {});
  void gauge(std::string_view name, std::string_view help, double value,
             std::string_view labels = {});
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  void sample(std::string_view type, std::string_view name, std::string_view help, double value,
              std::string_view labels);
  std::string text_, last_name_;
};

/// `name="value"` with the escapes that the format wants.
std::string label(std::string_view name, std::string_view value);

}  // namespace live

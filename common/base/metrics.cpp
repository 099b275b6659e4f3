#include "common/base/metrics.hpp"

#include <iterator>

#include <fmt/format.h>

namespace live {
namespace {

/// Backslash and line feed, and the quote in label values (Prometheus exposition formats, 0.0.4).
std::string escape(std::string_view text, bool quoted) {
  std::string out;
  for (const char c : text) {
    if (c == '\n') {
      out += "\\n";
      continue;
    }
    if (c == '\\' || (quoted && c == '"')) out += '\\';
    out += c;
  }
  return out;
}

}  // namespace

void MetricsText::counter(std::string_view name, std::string_view help, double value,
                          std::string_view labels) {
  sample("counter", name, help, value, labels);
}

void MetricsText::gauge(std::string_view name, std::string_view help, double value,
                        std::string_view labels) {
  sample("gauge", name, help, value, labels);
}

void MetricsText::sample(std::string_view type, std::string_view name, std::string_view help,
                         double value, std::string_view labels) {
  auto out = std::back_inserter(text_);
  if (last_name_ != name) {
    fmt::format_to(out, "# HELP {0} {1}\n# TYPE {0} {2}\n", name, escape(help, false), type);
    last_name_ = name;
  }
  if (labels.empty()) {
    fmt::format_to(out, "{} {}\n", name, value);
  } else {
    fmt::format_to(out, "{}{{{}}} {}\n", name, labels, value);
  }
}

std::string label(std::string_view name, std::string_view value) {
  return fmt::format("{}=\"{}\"", name, escape(value, true));
}

}  // namespace live

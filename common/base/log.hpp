// Words go to stderr, through here.  "LEVEL subject: event key=value"; every line is redacted.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include <fmt/format.h>

namespace live::log {

enum class Level { debug, info, warn, error };
enum class Format {
  text,  ///< one line; with a journal priority "<4>" in front when systemd reads stderr
  json,  ///< one object per line: time, level, program, message
};

/// Call once in main, before any thread; `program` stands in every line.
void start(std::string_view program, Level level, Format format);

/// Called with the finished line instead of stderr while a status line owns the terminal; empty =
/// stderr.
void set_sink(std::function<void(std::string_view)> sink);

/// Writes `message`, redacted, as one line (control characters are escaped).  Safe from any thread.
void write(Level level, std::string_view message);
bool enabled(Level level);

/// The one line with which a program ends in failure: "PROGRAM: message" at any level, redacted
/// too.
void last_words(std::string_view message);

template <class... A>
void debug(fmt::format_string<A...> text, A&&... args) {
  if (enabled(Level::debug)) write(Level::debug, fmt::format(text, std::forward<A>(args)...));
}
template <class... A>
void info(fmt::format_string<A...> text, A&&... args) {
  if (enabled(Level::info)) write(Level::info, fmt::format(text, std::forward<A>(args)...));
}
template <class... A>
void warn(fmt::format_string<A...> text, A&&... args) {
  if (enabled(Level::warn)) write(Level::warn, fmt::format(text, std::forward<A>(args)...));
}
template <class... A>
void error(fmt::format_string<A...> text, A&&... args) {
  if (enabled(Level::error)) write(Level::error, fmt::format(text, std::forward<A>(args)...));
}

}  // namespace live::log

#include "common/base/log.hpp"

#include "common/base/redact.hpp"
#include "common/base/text.hpp"

#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <ctime>
#include <mutex>

#include <sys/stat.h>
#include <unistd.h>

namespace live::log {
namespace {

constexpr std::size_t longest_message = 2000;  // characters

struct State {
  std::mutex mutex;  // guards all but the level
  std::string program;
  Format format = Format::text;
  bool journal = false;
  std::function<void(std::string_view)> sink;
  std::atomic<Level> level{Level::info};
};

State& state() {
  static State the_one;
  return the_one;
}

std::string_view to_text(Level level) {
  constexpr std::array<std::string_view, 4> names{"debug", "info", "warn", "error"};
  return names.at(static_cast<std::size_t>(level));
}

/// Is stderr the socket that systemd made for the journal?  JOURNAL_STREAM is DEVICE:INODE
/// (systemd.exec(5)).
bool journal_reads_stderr() {
  const char* stream = std::getenv("JOURNAL_STREAM");
  struct stat info {};
  if (stream == nullptr || ::fstat(STDERR_FILENO, &info) != 0) return false;
  return fmt::format("{}:{}", info.st_dev, info.st_ino) == stream;
}

/// The priorities of syslog(3) that sd-daemon(3) reads in front of a line.
std::string_view priority(Level level) {
  constexpr std::array<std::string_view, 4> prefixes{"<7>", "<6>", "<4>", "<3>"};
  return prefixes.at(static_cast<std::size_t>(level));
}

std::string now(const char* pattern, bool utc) {
  const auto time = std::chrono::system_clock::now();
  const auto seconds = std::chrono::system_clock::to_time_t(time);
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch());
  std::tm parts{};
  if (utc) {
    ::gmtime_r(&seconds, &parts);
  } else {
    ::localtime_r(&seconds, &parts);
  }
  std::array<char, 40> text{};
  const auto length = std::strftime(text.data(), text.size(), pattern, &parts);
  return fmt::format("{}.{:03}", std::string_view{text.data(), length}, ms.count() % 1000);
}

/// `message` holds no control characters and is UTF-8 already.
std::string json_escape(std::string_view message) {
  std::string out;
  for (const char c : message) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

std::string clean(std::string_view message) { return printable(redact(message), longest_message); }

std::string json_line(const State& s, Level level, const std::string& message) {
  return fmt::format(R"({{"time":"{}Z","level":"{}","program":"{}","message":"{}"}})",
                     now("%Y-%m-%dT%H:%M:%S", true), to_text(level), s.program,
                     json_escape(message));
}

void write_stderr(std::string_view line) {
  while (!line.empty()) {
    const auto n = ::write(STDERR_FILENO, line.data(), line.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return;  // nobody reads: the work goes on
    line.remove_prefix(static_cast<std::size_t>(n));
  }
}

void emit(const State& s, std::string line) {
  if (s.sink) return s.sink(line);
  line += '\n';
  write_stderr(line);
}

}  // namespace

void start(std::string_view program, Level level, Format format) {
  auto& s = state();
  const std::lock_guard lock{s.mutex};
  s.program = program;
  s.format = format;
  s.level = level;
  s.journal = journal_reads_stderr();
}

void set_sink(std::function<void(std::string_view)> sink) {
  auto& s = state();
  const std::lock_guard lock{s.mutex};
  s.sink = std::move(sink);
}

bool enabled(Level level) { return level >= state().level.load(std::memory_order_relaxed); }

void write(Level level, std::string_view message) {
  auto& s = state();
  const auto text = clean(message);
  const std::lock_guard lock{s.mutex};
  if (s.format == Format::json) return emit(s, json_line(s, level, text));
  if (s.journal)
    return emit(s, fmt::format("{}{}: {} {}", priority(level), s.program, to_text(level), text));
  emit(s, fmt::format("{} {}: {} {}", now("%Y-%m-%d %H:%M:%S", false), s.program, to_text(level),
                      text));
}

void last_words(std::string_view message) {
  auto& s = state();
  const auto text = clean(message);
  const std::lock_guard lock{s.mutex};
  if (s.format == Format::json) return emit(s, json_line(s, Level::error, text));
  emit(s, fmt::format("{}{}: {}", s.journal ? priority(Level::error) : "", s.program, text));
}

}  // namespace live::log

#include "common/cli/status_line.hpp"

#include "common/base/log.hpp"
#include "common/base/redact.hpp"
#include "common/base/text.hpp"

#include <array>
#include <cstdlib>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace live::cli {
namespace {

constexpr std::string_view clear_line = "\r\x1b[K";
constexpr int draws_to_wait = 4;  // that a program before the last of a pipeline leaves to it

bool is_pipe(int fd) {
  struct stat info {};
  return ::fstat(fd, &info) == 0 && S_ISFIFO(info.st_mode);
}

struct Size {
  std::size_t columns = 80, rows = 24;
};

Size terminal_size() {
  winsize size{};
  if (::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col < 8 || size.ws_row < 2)
    return {};
  return {size.ws_col, size.ws_row};
}

Fd open_terminal() {
  std::array<char, 64> name{};
  if (::ttyname_r(STDERR_FILENO, name.data(), name.size()) != 0) return {};
  return Fd{::open(name.data(), O_RDONLY | O_NOCTTY | O_CLOEXEC)};
}

void put(const std::string& text) {
  // What a terminal does not take is not worth waiting for.
  [[maybe_unused]] const auto n = ::write(STDERR_FILENO, text.data(), text.size());
}

}  // namespace

std::unique_ptr<StatusLine> StatusLine::on_stderr() {
  const char* term = std::getenv("TERM");
  if (::isatty(STDERR_FILENO) == 0 || term == nullptr || std::string_view{term} == "dumb")
    return {};
  return std::unique_ptr<StatusLine>{new StatusLine};
}

StatusLine::StatusLine() : turn_(open_terminal()) {
  log::set_sink([this](std::string_view line) { print_above(line); });
}

StatusLine::~StatusLine() {
  log::set_sink({});
  if (!shown_.empty()) put(cleared());
}

bool StatusLine::has_the_turn() {
  if (mine_) return true;
  const bool before_the_last = is_pipe(STDOUT_FILENO);
  if (before_the_last && ++draws_ <= draws_to_wait) return false;
  mine_ = turn_ ? ::flock(turn_.get(), LOCK_EX | LOCK_NB) == 0 : !before_the_last;
  return mine_;
}

void StatusLine::draw(std::string_view text) {
  const std::lock_guard lock{mutex_};
  if (!has_the_turn()) return;
  const auto clear = cleared();
  const auto [columns, rows] = terminal_size();
  shown_.clear();
  rows_ = 0;
  for (bool more = true; more && rows_ + 1 < rows; ++rows_) {
    const auto end = text.find('\n');
    more = end != std::string_view::npos;
    if (rows_ > 0) shown_ += '\n';
    shown_ += printable(redact(text.substr(0, end)), columns - 4);
    if (more) text.remove_prefix(end + 1);
  }
  put(clear + shown_);
}

/// What takes away all that is shown.
std::string StatusLine::cleared() const {
  if (rows_ < 2) return std::string{clear_line};
  return fmt::format("\r\x1b[{}A\x1b[J", rows_ - 1);
}

void StatusLine::print_above(std::string_view log_line) {
  const std::lock_guard lock{mutex_};
  put(cleared().append(log_line).append("\n").append(shown_));
}

}  // namespace live::cli

#include "tools/fmp4-httpd/source.hpp"

#include "common/base/failure.hpp"
#include "common/live/fragment.hpp"
#include "common/net/spawn.hpp"

#include <cerrno>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace fmp4_httpd {
namespace {

using live::Exit;
using live::fail;
using live::mp4::FragmentItem;
using live::mp4::InitItem;
using live::mp4::Item;

constexpr std::size_t read_bytes = std::size_t{256} << 10U;
/// Room in the pipe for a key frame, so that a writer need not wait for us to be scheduled.
constexpr int pipe_bytes = 1024 * 1024;
/// A FIFO stays closed for so long after a writer of something else: writing to it then fails.
constexpr live::Ms after_failure{500};
/// A file whose stamps jump by more is played on at once, not after the jump.
constexpr std::chrono::seconds longest_pause{10};

bool is_fifo(int fd) {
  struct stat info {};
  return ::fstat(fd, &info) == 0 && S_ISFIFO(info.st_mode);
}

bool is_pipe(int fd) {
  struct stat info {};
  return ::fstat(fd, &info) == 0 && (S_ISFIFO(info.st_mode) || S_ISSOCK(info.st_mode));
}

live::Fd open_path(const std::string& path) {
  return live::Fd{::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC)};
}

live::Fd open_stdin() {
  if (::isatty(STDIN_FILENO) != 0) {
    fail(Exit::usage,
         "read stdin: it is a terminal; pipe live fMP4 in: rtsp2fmp4 rtsp://... | fmp4-httpd");
  }
  return live::Fd{::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3)};
}

std::string advice(const std::string& why) {
  if (why.find("rtsp2fmp4") != std::string::npos) return {};
  return "; `... | rtsp2fmp4 - | fmp4-httpd` makes live fMP4 of it";
}

}  // namespace

/// The time line of a file against our clock.
struct Source::Paced {
  live::mp4::Init init;
  std::optional<live::MediaTime> zero;
  live::Monotonic zero_at, last_due;
};

Source::Source(live::asio::io_context& io, const SourceSpec& spec, OnEof on_eof,
               const live::mp4::StreamLimits& limits)
    : io_(io),
      spec_(spec),
      on_eof_(on_eof),
      limits_(limits),
      descriptor_(io),
      timer_(io),
      in_(read_bytes) {
  open();
}

std::string Source::label() const { return spec_.is_stdin() ? "stdin" : spec_.path; }

void Source::open() {
  file_ = spec_.is_stdin() ? open_stdin() : open_path(spec_.path);
  if (!file_) fail(Exit::no_input, "open {}: {}", label(), live::errno_text());
  struct stat info {};
  if (::fstat(file_.get(), &info) == 0 && S_ISDIR(info.st_mode)) {
    fail(Exit::no_input, "open {}: {}", label(), live::errno_text(EISDIR));
  }
  kind_ = Kind::file;
  if (is_pipe(file_.get())) kind_ = Kind::pipe;
  if (!spec_.is_stdin() && is_fifo(file_.get())) kind_ = Kind::fifo;
  if (kind_ != Kind::file) read_from(std::move(file_));
}

void Source::read_from(live::Fd pipe) {
  ::fcntl(pipe.get(), F_SETPIPE_SZ, pipe_bytes);
  boost::system::error_code ignored;
  descriptor_.close(ignored);
  descriptor_.assign(pipe.release());
}

void Source::start(Events events) {
  events_ = std::move(events);
  live::net::spawn(io_, spec_.name, run());
}

void Source::stop() {
  stopped_ = true;
  boost::system::error_code ignored;
  descriptor_.close(ignored);
  timer_.cancel();
}

live::awaitable<void> Source::run() {
  if (kind_ != Kind::file) {
    co_await run_pipe();
    co_return;
  }
  auto end = co_await play_file();
  if (stopped_) co_return;
  end.for_good = true;
  events_.end(end);
}

live::awaitable<void> Source::run_pipe() {
  for (;;) {
    auto end = co_await read_writer();
    if (stopped_) co_return;
    end.for_good = kind_ == Kind::pipe || (on_eof_ == OnEof::exit && end.failure.empty());
    events_.end(end);
    if (end.for_good || stopped_) co_return;
    // What the next writer wrote at once is kept: the FIFO is opened anew before it is closed.  What is
    // of no use is not, and its writer is let know.
    if (!end.failure.empty()) co_await be_closed_a_while();
    auto anew = open_path(spec_.path);
    if (!anew) {
      events_.end({true, fmt::format("open {}: {}", label(), live::errno_text())});
      co_return;
    }
    read_from(std::move(anew));
  }
}

live::awaitable<void> Source::be_closed_a_while() {
  boost::system::error_code ignored;
  descriptor_.close(ignored);
  timer_.expires_after(after_failure);
  co_await timer_.async_wait(live::as_result);
}

live::awaitable<SourceEnd> Source::read_writer() {
  live::mp4::StreamReader reader{limits_};
  std::vector<Item> items;
  // Before its first writer has come a FIFO reads as at its end; poll(2) knows better.
  if (kind_ == Kind::fifo) {
    co_await descriptor_.async_wait(live::asio::posix::descriptor_base::wait_read, live::as_result);
  }
  for (;;) {
    const auto [error, n] =
        co_await descriptor_.async_read_some(live::asio::buffer(in_), live::as_result);
    if (error) co_return end_of_writer(reader);
    const auto why = reader.feed(live::Bytes{in_}.first(n), items);
    for (auto& item : items) {
      events_.item(std::move(item));
    }
    if (!items.empty()) events_.items_done();
    items.clear();
    if (why) co_return failure(*why);
  }
}

live::awaitable<SourceEnd> Source::play_file() {
  live::mp4::StreamReader reader{limits_};
  std::vector<Item> items;
  Paced paced;
  for (;;) {
    const auto n = ::read(file_.get(), in_.data(), in_.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) co_return end_of_writer(reader);
    const auto why = reader.feed(live::Bytes{in_}.first(static_cast<std::size_t>(n)), items);
    for (auto& item : items) {
      co_await pace(item, paced);
      if (stopped_) co_return SourceEnd{};
      events_.item(std::move(item));
      events_.items_done();
    }
    items.clear();
    if (why) co_return failure(*why);
  }
}

/// Waits until it is time for `item`.
live::awaitable<void> Source::pace(const Item& item, Paced& paced) {
  if (const auto* init = std::get_if<InitItem>(&item)) {
    paced.init = init->init;
    co_return;
  }
  const auto begin = live::begin_of(std::get<FragmentItem>(item).parsed, paced.init);
  const auto now = std::chrono::steady_clock::now();
  const auto rebase = [&](live::Monotonic at) {
    paced.zero = begin;
    paced.zero_at = at;
    paced.last_due = at;
  };
  if (!paced.zero) rebase(now);
  constexpr std::uint32_t microseconds = 1'000'000;
  const auto due = paced.zero_at + live::Us{live::ticks_of(begin, microseconds) -
                                            live::ticks_of(*paced.zero, microseconds)};
  if (due < paced.last_due || due > paced.last_due + longest_pause) {
    rebase(std::max(paced.last_due, now));
  } else {
    paced.last_due = due;
  }
  timer_.expires_at(paced.last_due);
  co_await timer_.async_wait(live::as_result);
}

SourceEnd Source::end_of_writer(const live::mp4::StreamReader& reader) const {
  if (reader.at_boundary() || kind_ == Kind::fifo) return {};
  return {false, fmt::format("read {}: it ends in the middle of a {}: it was cut off{}", label(),
                             reader.has_init() ? "fragment" : "box", advice({}))};
}

SourceEnd Source::failure(const live::Malformed& why) const {
  return {false,
          fmt::format("read {}: at byte {}: {}{}", label(), why.at, why.why, advice(why.why))};
}

}  // namespace fmp4_httpd

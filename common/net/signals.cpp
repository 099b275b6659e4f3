#include "common/net/signals.hpp"

#include "common/base/failure.hpp"
#include "common/base/fd.hpp"
#include "common/net/spawn.hpp"

#include <array>
#include <atomic>
#include <cerrno>
#include <cstdint>
#include <ctime>

#include <boost/asio/posix/stream_descriptor.hpp>
#include <fcntl.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <unistd.h>

namespace live::net {
namespace {

// All that the handler touches: lock-free atomics and async-signal-safe calls (signal-safety(7)).
std::atomic<int> wake_up{-1};
std::atomic<bool> hung_up{false};
std::atomic<std::int64_t> stopped_at{0};  // milliseconds on the monotonic clock; 0 = not yet
std::atomic<void (*)()> last_wish{nullptr};
static_assert(std::atomic<std::int64_t>::is_always_lock_free);
static_assert(std::atomic<void (*)()>::is_always_lock_free);

std::int64_t now_ms() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return std::int64_t{now.tv_sec} * 1000 + now.tv_nsec / 1'000'000;
}

void die_by(int signal) {
  if (auto* const wish = last_wish.load()) wish();
  struct sigaction action {};
  action.sa_handler = SIG_DFL;
  ::sigaction(signal, &action, nullptr);
  sigset_t set;
  ::sigemptyset(&set);
  ::sigaddset(&set, signal);
  ::pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
  ::raise(signal);
}

extern "C" void on_signal(int signal) {
  constexpr std::int64_t same_wish_ms = 200;
  const int saved = errno;
  if (signal == SIGHUP) {
    hung_up = true;
  } else {
    std::int64_t first = 0;
    const auto now = now_ms();
    if (!stopped_at.compare_exchange_strong(first, now) && now - first > same_wish_ms)
      die_by(signal);
  }
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto n = ::write(wake_up, &one, sizeof one);
  errno = saved;
}

void handle(int signal) {
  struct sigaction action {};
  action.sa_handler = on_signal;
  action.sa_flags = SA_RESTART;
  ::sigfillset(&action.sa_mask);
  ::sigaction(signal, &action, nullptr);
}

bool is_ignored(int signal) {
  struct sigaction action {};
  return ::sigaction(signal, nullptr, &action) == 0 && action.sa_handler == SIG_IGN;
}

bool has_terminal() {
  return static_cast<bool>(Fd{::open("/dev/tty", O_RDONLY | O_CLOEXEC | O_NOCTTY)});
}

struct Events {
  Events(asio::io_context& io, int fd) : descriptor(io, fd) {}
  asio::posix::stream_descriptor descriptor;
  std::function<void()> on_stop, on_reload;
  bool had_terminal = has_terminal();
};

awaitable<void> watch(Events events) {
  bool stopped = false;
  for (;;) {
    std::uint64_t count = 0;
    const auto [error, n] =
        co_await events.descriptor.async_read_some(asio::buffer(&count, sizeof count), as_result);
    if (error) co_return;
    bool stop = stopped_at != 0;
    if (hung_up.exchange(false)) {
      if (events.had_terminal && !has_terminal()) {
        stop = true;
      } else {
        events.on_reload();
      }
    }
    if (stop && !stopped) {
      stopped = true;
      events.on_stop();
    }
  }
}

}  // namespace

void before_dying(void (*wish)()) { last_wish = wish; }

Signals::Signals(asio::io_context& io, std::function<void()> on_stop,
                 std::function<void()> on_reload) {
  const int fd = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (fd < 0) fail(Exit::bug, "make an event descriptor: {}", errno_text());
  wake_up = fd;
  stopped_at = 0;
  Events events{io, fd};
  events.on_stop = std::move(on_stop);
  events.on_reload = std::move(on_reload);
  spawn(io, "signals", watch(std::move(events)));
  handle(SIGTERM);
  handle(SIGINT);
  if (!is_ignored(SIGHUP)) handle(SIGHUP);
}

Signals::~Signals() {
  for (const int signal : {SIGTERM, SIGINT, SIGHUP})
    if (!is_ignored(signal)) ::signal(signal, SIG_DFL);
  wake_up = -1;
}

}  // namespace live::net

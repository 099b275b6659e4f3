#include "common/process/child.hpp"

#include "common/base/fd.hpp"
#include "common/base/units.hpp"
#include "common/net/deadline.hpp"
#include "common/net/signals.hpp"
#include "common/net/spawn.hpp"
#include "common/process/group.hpp"
#include "common/process/launch.hpp"
#include "common/process/lines.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <optional>
#include <utility>

#include <boost/asio/posix/stream_descriptor.hpp>
#include <fmt/format.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

namespace live::process {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr auto look_interval = 50ms;              // at a leader, where the kernel has no pidfd
constexpr std::size_t most_at_end = 256U << 10U;  // of standard error, once the leader has exited

// Who leaves at once, by a second signal, takes the groups along: one that ignores SIGTERM would be left for ever.  This is
// what the signal's handler looks at.  Groups beyond are left to the end of their input.
constexpr std::size_t most_listed = 4'096;
std::array<std::atomic<pid_t>, most_listed> listed{};
static_assert(std::atomic<pid_t>::is_always_lock_free);

void kill_listed() {
  for (const auto& group : listed)
    if (const auto leader = group.load(); leader > 0) ::kill(-leader, SIGKILL);
}

/// Puts `now` in the place of `before`, once.
void list(pid_t before, pid_t now) {
  const auto place = std::ranges::find_if(listed, [&](const auto& one) { return one == before; });
  if (place != listed.end()) *place = now;
}

}  // namespace

std::string to_text(const Ended& ended) {
  if (ended.signal == 0) return fmt::format("exit {}", ended.code);
  const char* name = ::sigabbrev_np(ended.signal);
  return fmt::format("killed by signal {} ({})", ended.signal, name != nullptr ? name : "?");
}

struct Child::State {
  State(asio::io_context& io, Launched launched)
      : group(launched.pid),
        input(std::move(launched.input)),
        exit(io),
        errors(io, launched.errors.release()) {
    if (group.pidfd() >= 0) exit.assign(group.pidfd());
  }
  ~State() {
    if (exit.is_open()) exit.release();  // `group` owns it
  }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  enum class Read { some, nothing_now, ended };
  Read read_errors();
  void drain_errors();
  /// True once it has exited: then it has been waited for.
  bool look_for_exit();

  /// Reads standard error until it ends or the Child goes, not faster than the limit.
  static awaitable<void> follow_errors(std::shared_ptr<State> state);
  static awaitable<void> follow_exit(std::shared_ptr<State> state);

  Group group;
  Fd input;
  asio::posix::stream_descriptor exit;    ///< the pidfd, borrowed; closed where there is none
  asio::posix::stream_descriptor errors;  ///< closed once it has ended
  Lines lines{max_line};
  std::function<void(std::string_view)> on_line;
  std::function<void(Ended)> on_end;
  std::optional<Ended> ended;
  std::size_t read_bytes = 0;  ///< in all
  bool abandoned = false;      ///< the Child has gone: nothing is told any more
};

Child::State::Read Child::State::read_errors() {
  std::array<char, 16'384> in{};
  for (;;) {
    const auto n = ::read(errors.native_handle(), in.data(), in.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && errno == EAGAIN) return Read::nothing_now;
    if (n <= 0) return Read::ended;
    read_bytes += static_cast<std::size_t>(n);
    lines.push({in.data(), static_cast<std::size_t>(n)}, [this](std::string_view line) {
      if (!abandoned) on_line(line);
    });
    return Read::some;
  }
}

void Child::State::drain_errors() {
  const auto most = read_bytes + most_at_end;
  while (errors.is_open() && read_bytes < most && read_errors() == Read::some) {
  }
}

bool Child::State::look_for_exit() {
  siginfo_t info{};
  const int result = ::waitid(P_PID, static_cast<id_t>(group.leader()), &info, WEXITED | WNOHANG);
  if (result == 0 && info.si_pid == 0) return false;
  if (result != 0 && errno == EINTR) return false;
  // Should somebody else have waited for it (ECHILD), it has ended all the same.
  Ended how;
  if (result != 0 || info.si_code == CLD_EXITED) {
    how.code = result == 0 ? info.si_status : 255;
  } else {
    how.signal = info.si_status;
  }
  group.leader_reaped();
  ended = how;
  return true;
}

// Both wait before they look, so that nothing is told from within the constructor.

awaitable<void> Child::State::follow_errors(std::shared_ptr<State> state) {
  auto second = Clock::now();
  std::size_t before = 0;
  auto read = Read::nothing_now;
  while (state->errors.is_open() && read != Read::ended) {
    if (read == Read::nothing_now) {
      const auto [error] =
          co_await state->errors.async_wait(asio::posix::descriptor_base::wait_read, as_result);
      if (error) break;
    }
    const auto now = Clock::now();
    if (now >= second + 1s) {
      second = now;
      before = state->read_bytes;
    } else if (state->read_bytes - before > max_error_bytes_per_second) {
      co_await net::pause(std::chrono::ceil<Ms>(second + 1s - now));
    }
    if (state->errors.is_open()) read = state->read_errors();
  }
  boost::system::error_code ignored;
  state->errors.close(ignored);
  if (!state->abandoned) state->lines.flush(state->on_line);
}

awaitable<void> Child::State::follow_exit(std::shared_ptr<State> state) {
  do {
    if (!state->exit.is_open()) {
      co_await net::pause(look_interval);
      continue;
    }
    const auto [error] =
        co_await state->exit.async_wait(asio::posix::descriptor_base::wait_read, as_result);
    if (error) co_return;
  } while (!state->look_for_exit());
  state->drain_errors();
  if (!state->abandoned) state->lines.flush(state->on_line);
  if (!state->abandoned) state->on_end(*state->ended);
}

Child::Child(asio::io_context& io, const Command& command,
             std::function<void(std::string_view)> on_line, std::function<void(Ended)> on_end)
    : state_(std::make_shared<State>(io, launch(command))) {
  state_->on_line = std::move(on_line);
  state_->on_end = std::move(on_end);
  list(0, pid());
  net::before_dying(kill_listed);
  net::spawn(io, "standard error of a command", State::follow_errors(state_));
  net::spawn(io, "end of a command", State::follow_exit(state_));
}

Child::~Child() {
  state_->abandoned = true;
  state_->input.reset();
  state_->group.signal(SIGKILL);
  list(pid(), 0);
  boost::system::error_code ignored;
  state_->errors.close(ignored);
}

pid_t Child::pid() const { return state_->group.leader(); }
bool Child::running() const { return !state_->ended; }
int Child::input() const { return state_->input.get(); }
void Child::close_input() { state_->input.reset(); }
void Child::signal(int number) { state_->group.signal(number); }
bool Child::group_alive() const { return state_->group.alive(); }

}  // namespace live::process

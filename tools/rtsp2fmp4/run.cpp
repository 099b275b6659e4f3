#include "tools/rtsp2fmp4/run.hpp"

#include "common/av/error.hpp"
#include "common/base/failure.hpp"
#include "common/cli/runtime.hpp"
#include "common/net/spawn.hpp"
#include "tools/rtsp2fmp4/output.hpp"
#include "tools/rtsp2fmp4/remux.hpp"
#include "tools/rtsp2fmp4/stats.hpp"

#include <atomic>
#include <chrono>
#include <csignal>
#include <exception>
#include <memory>
#include <thread>

#include <boost/asio/steady_timer.hpp>
#include <pthread.h>
#include <unistd.h>

namespace rtsp2fmp4 {
namespace {

using namespace std::chrono_literals;

constexpr auto grace = 2s;       ///< to write what is open, after a signal
constexpr auto nudge = 100ms;    ///< between signals to a write that waits for its reader
constexpr auto stop_limit = 5s;  ///< then nothing is waited for any more

/// A signal that does nothing but end a system call that blocks the media thread.
void prepare_nudge() {
  struct sigaction action {};
  action.sa_handler = [](int) {};
  ::sigaction(SIGURG, &action, nullptr);
}

/// After the wish to stop: waits for the media thread, which may hang in a write that nobody reads or in a
/// DNS query.
live::awaitable<void> press(std::shared_ptr<std::atomic<bool>> done, pthread_t thread,
                            Output& output) {
  live::asio::steady_timer timer{co_await live::asio::this_coro::executor};
  const auto begun = std::chrono::steady_clock::now();
  while (!*done) {
    timer.expires_after(nudge);
    co_await timer.async_wait(live::as_result);
    const auto elapsed = std::chrono::steady_clock::now() - begun;
    if (*done || elapsed < grace) continue;
    if (elapsed > stop_limit) ::_exit(0);
    output.give_up();
    ::pthread_kill(thread, SIGURG);
  }
}

}  // namespace

void run(const Options& options, live::cli::Runtime& runtime) {
  live::av::take_log();
  prepare_nudge();
  Stats stats;
  Output output{options.output, STDOUT_FILENO};
  Remux remux{options, output, stats, [&runtime] { return runtime.stopping(); }};
  std::exception_ptr failure;
  auto done = std::make_shared<std::atomic<bool>>(false);
  std::jthread media{[&remux, &failure, &runtime, done] {
    try {
      remux.run();
    } catch (...) {
      failure = std::current_exception();
    }
    *done = true;
    runtime.stop();
  }};
  const auto thread = media.native_handle();
  runtime.on_stop([&runtime, &output, done, thread] {
    live::net::spawn(runtime.io(), "stop", press(done, thread, output));
  });
  runtime.on_metrics([&stats](live::MetricsText& out) { stats.write(out); });
  runtime.on_health([&stats] { return stats.health(); });
  runtime.status_line([&stats] { return stats.status_line(); });
  runtime.ready("reading");
  runtime.run();
  media.join();
  if (failure) std::rethrow_exception(failure);
}

}  // namespace rtsp2fmp4

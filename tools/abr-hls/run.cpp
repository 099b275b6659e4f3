#include "tools/abr-hls/run.hpp"

#include "common/av/error.hpp"
#include "common/base/failure.hpp"
#include "common/base/log.hpp"
#include "common/cli/runtime.hpp"
#include "common/net/spawn.hpp"
#include "tools/abr-hls/options.hpp"
#include "tools/abr-hls/rung_thread.hpp"
#include "tools/abr-hls/stats.hpp"
#include "tools/abr-hls/transcode.hpp"

#include <atomic>
#include <chrono>
#include <exception>
#include <memory>
#include <thread>

#include <boost/asio/steady_timer.hpp>
#include <unistd.h>

namespace abr_hls {
namespace {

using namespace std::chrono_literals;

constexpr auto stop_limit =
    15s;  ///< to end what is open after a signal; then nothing is waited for

/// A disk that does not answer, or an encoder that is far behind, must not keep a service from its restart.
live::awaitable<void> limit_stop(std::shared_ptr<live::asio::steady_timer> timer) {
  timer->expires_after(stop_limit);
  const auto [error] = co_await timer->async_wait(live::as_result);
  if (error) co_return;
  live::log::error("stop: what is open was not written within {} s", stop_limit.count());
  ::_exit(static_cast<int>(live::Exit::io));
}

/// An encoder that is not there, or refuses its settings, is said before the input is touched.
void try_encoders(const Options& options) {
  for (const auto& wish : options.ladder) {
    if (wish.kind != Wish::Kind::encoded) continue;
    Rung rung;
    rung.wish = wish;
    rung.width = 320;
    rung.height = 180;
    live::av::RenditionEncoder{encoding_of(rung, options, {})};
  }
}

std::vector<std::string> names_of(const Options& options) {
  std::vector<std::string> names;
  for (const auto& wish : options.ladder)
    names.push_back(wish.name);
  return names;
}

}  // namespace

void run(const Options& options, live::cli::Runtime& runtime) {
  live::av::take_log();
  try_encoders(options);
  Stats stats{names_of(options)};
  StopWish stop;
  std::exception_ptr failure;
  const auto timer = std::make_shared<live::asio::steady_timer>(runtime.io());
  std::jthread media{[&] {
    try {
      transcode(options, stats, stop);
    } catch (...) {
      failure = std::current_exception();
    }
    runtime.stop();
  }};
  runtime.on_stop([&] {
    stop.make();
    live::net::spawn(runtime.io(), "stop", limit_stop(timer));
  });
  runtime.on_metrics([&stats](live::MetricsText& out) { stats.write(out); });
  runtime.on_health([&stats] { return stats.health(); });
  runtime.status_line([&stats] { return stats.status_line(); });
  runtime.ready("reading");
  runtime.run();
  media.join();
  if (failure) std::rethrow_exception(failure);
}

}  // namespace abr_hls

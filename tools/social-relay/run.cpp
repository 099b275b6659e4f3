#include "tools/social-relay/run.hpp"

#include "common/av/error.hpp"
#include "common/base/failure.hpp"
#include "common/base/log.hpp"
#include "common/cli/runtime.hpp"
#include "common/net/tls.hpp"
#include "tools/social-relay/options.hpp"
#include "tools/social-relay/station.hpp"
#include "tools/social-relay/status.hpp"

#include <array>
#include <cerrno>
#include <exception>
#include <thread>

#include <boost/asio/post.hpp>
#include <poll.h>
#include <unistd.h>

namespace social_relay {
namespace {

/// With nowhere to send to, what comes is taken all the same, so that a tee(1) before us goes on.
void swallow_input(live::cli::Runtime& runtime) {
  runtime.ready("no destination");
  std::thread reader{[&runtime] {
    std::array<char, 65'536> bytes;
    while (!runtime.stopping()) {
      pollfd poll{STDIN_FILENO, POLLIN, 0};
      constexpr int tick_ms = 200;
      if (::poll(&poll, 1, tick_ms) == 0) continue;
      const auto got = ::read(STDIN_FILENO, bytes.data(), bytes.size());
      if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR)) break;
    }
    runtime.stop();
  }};
  runtime.run();
  reader.join();
}

std::optional<SlatePicture> slate_of(const Options& options) {
  if (options.slate.empty()) return {};
  return options.slate == "black" ? SlatePicture{} : read_slate(options.slate);
}

void reload(const Options& options, Station& station, live::net::TlsTrust& trust) {
  try {
    const auto destinations = destinations_of(options, station.destinations());
    trust = live::net::TlsTrust{options.tls_ca};
    station.adopt(destinations);
    live::log::info("destinations, keys and certificates are read again");
  } catch (const live::Failure& failure) {
    live::log::error("destinations stay as they are: {}", failure.what());
  }
}

}  // namespace

void run(const Options& options, live::cli::Runtime& runtime) {
  live::av::take_log();
  const auto destinations = destinations_of(options);
  const bool reads_stdin = options.input.empty() || options.input == "-";
  if (destinations.empty() && options.destinations.empty() && reads_stdin) {
    live::log::info("no destination: what comes is thrown away");
    return swallow_input(runtime);
  }
  live::net::TlsTrust trust{options.tls_ca};
  auto events = options.events.empty() ? Events{} : Events{options.events};
  Station* drained = nullptr;
  Handoff handoff{[&] { live::asio::post(runtime.io(), [&drained] { drained->drain(); }); }};
  const auto slate = slate_of(options);
  Feed feed{live::media_in::spec_of(options.input, options.input_format), handoff};
  Station station{
      {runtime.io(), options.connect_to, trust, events, feed, handoff, options.hold, slate},
      [&] { runtime.stop(); }};
  drained = &station;
  station.adopt(destinations);
  runtime.on_stop([&] { feed.stop(); });
  runtime.on_reload([&] { reload(options, station, trust); });
  tell_status(runtime, station, handoff, feed);
  feed.start();
  runtime.ready("reading");
  runtime.run();
  if (feed.failure()) std::rethrow_exception(feed.failure());
  const auto& end = station.end();
  if (!end.in_order && !end.interrupted)
    live::log::warn("the input is broken off: {}", end.trouble);
  if (station.any_destination() && !station.any_reached())
    live::fail(live::Exit::unavailable, "send: no destination was ever reached");
}

}  // namespace social_relay

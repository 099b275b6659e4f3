#include "tools/abr-hls/run.hpp"

#include "common/av/error.hpp"
#include "common/base/failure.hpp"
#include "common/base/log.hpp"
#include "common/base/text.hpp"
#include "common/cli/runtime.hpp"
#include "common/net/spawn.hpp"
#include "tools/abr-hls/options.hpp"
#include "tools/abr-hls/rung_thread.hpp"
#include "tools/abr-hls/stats.hpp"
#include "tools/abr-hls/transcode.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <exception>
#include <memory>
#include <span>
#include <string_view>
#include <thread>

#include <boost/asio/steady_timer.hpp>
#include <fmt/format.h>
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

constexpr std::array<std::string_view, 10> x26x_presets{
    "ultrafast", "superfast", "veryfast", "faster",   "fast",
    "medium",    "slow",      "slower",   "veryslow", "placebo"};
constexpr std::array<std::string_view, 6> x264_profiles{"baseline", "main",    "high",
                                                        "high10",   "high422", "high444"};
constexpr std::array<std::string_view, 3> x265_profiles{"main", "main-intra", "mainstillpicture"};

void check_word(const char* option, const std::string& wish, const std::string& encoder,
                std::span<const std::string_view> known) {
  if (wish.empty() || std::ranges::find(known, wish) != known.end()) return;
  live::fail(live::Exit::usage, "{} {}: {} has {}", option, live::printable(wish), encoder,
             fmt::join(known, ", "));
}

/// x264 and x265 would complain for themselves, in words of their own.
void check_words(const live::av::RenditionEncoding& encoding) {
  const bool x264 = encoding.encoder == "libx264", x265 = encoding.encoder == "libx265";
  if (!x264 && !x265) return;
  check_word("--preset", encoding.preset, encoding.encoder, x26x_presets);
  check_word("--profile", encoding.profile, encoding.encoder,
             x264 ? std::span<const std::string_view>{x264_profiles} : x265_profiles);
}

/// What codec= and --segment-type say must be what --encoder makes.
void check_made(const Wish& wish, const Options& options, live::codec::Codec made) {
  using live::codec::Codec;
  const auto wished = wish.codec == "av1"    ? Codec::av1
                      : wish.codec == "hevc" ? Codec::hevc
                                             : Codec::avc;
  if (wish.names_codec && made != wished)
    live::fail(live::Exit::usage, "--encoder {}: it makes {}, and --rendition {} is to be {}",
               live::printable(options.encoder), live::codec::to_text(made), wish.name, wish.codec);
  if (made == Codec::av1 && options.segment_type == SegmentType::ts)
    live::fail(live::Exit::usage, "--segment-type ts: it does not carry AV1, fmp4 does");
}

/// An encoder that is not there, or refuses its settings, is said before the input is touched.
void try_encoders(const Options& options) {
  for (const auto& wish : options.ladder) {
    if (wish.kind != Wish::Kind::encoded) continue;
    Rung rung;
    rung.wish = wish;
    rung.width = 320;
    rung.height = 180;
    const auto encoding = encoding_of(rung, options, {});
    check_words(encoding);
    const live::av::RenditionEncoder encoder{encoding};
    check_made(wish, options, encoder.parameters().codec);
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

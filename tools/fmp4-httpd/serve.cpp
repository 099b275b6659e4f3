#include "tools/fmp4-httpd/serve.hpp"

#include "common/base/failure.hpp"
#include "common/base/log.hpp"
#include "common/net/deadline.hpp"
#include "common/net/listen.hpp"
#include "common/net/spawn.hpp"
#include "tools/fmp4-httpd/site.hpp"

#include <algorithm>

#include <boost/asio/steady_timer.hpp>

namespace fmp4_httpd {
namespace {

using live::http::CloseCode;

constexpr live::Ms tick_interval{1'000};
/// For viewers to get what waits for them once all is over.
constexpr live::Ms grace{3'000};
constexpr live::Ms grace_step{20};
/// Connections that are no viewers yet; hundreds may come at once when a stream begins.
constexpr std::size_t max_connections = 4'096;

std::string url_of(const live::Address& address) {
  if (!address.unix_path.empty()) return live::format_address(address);
  auto shown = address;
  const bool everywhere = shown.host.empty() || shown.host == "0.0.0.0" || shown.host == "::";
  if (everywhere) shown.host = "127.0.0.1";
  return "http://" + live::format_address(shown) + "/" +
         (everywhere ? " and on every address of this machine" : "");
}

class Service {
 public:
  Service(const Options& options, live::cli::Runtime& runtime)
      : options_(options),
        runtime_(runtime),
        tree_(options.root.empty() ? nullptr
                                   : std::make_unique<TreeSite>(runtime.io(), options.root)),
        site_(channels_, tree_.get(), options) {}

  void run();

 private:
  void open_channels();
  void listen();
  void tell();
  void ended(const Channel& channel, const SourceEnd& how);
  void wind_up(CloseCode code);
  live::awaitable<void> tick();
  live::awaitable<void> leave();
  [[nodiscard]] std::size_t viewers() const;

  const Options& options_;
  live::cli::Runtime& runtime_;
  Channels channels_;
  std::unique_ptr<TreeSite> tree_;
  Site site_;
  std::optional<live::http::Server> server_;
  OnEof on_eof_ = OnEof::exit;
  std::optional<live::Failure> failure_;
  bool winding_up_ = false;
};

void Service::run() {
  live::net::raise_open_files_limit();
  open_channels();
  listen();
  tell();
  runtime_.on_stop([this] { wind_up(CloseCode::going_away); });
  live::net::spawn(runtime_.io(), "tick", tick());
  for (const auto& channel : channels_) {
    channel->start(
        [this](Channel& ended_channel, const SourceEnd& how) { ended(ended_channel, how); });
  }
  runtime_.ready("serving");
  runtime_.run();
  if (failure_) throw live::Failure{*failure_};
}

void Service::open_channels() {
  const auto specs = sources(options_);
  on_eof_ = on_eof(options_, specs);
  for (const auto& spec : specs) {
    channels_.push_back(std::make_unique<Channel>(runtime_.io(), spec, options_, on_eof_));
  }
}

void Service::listen() {
  live::http::Limits limits;
  limits.connections = max_connections;
  server_.emplace(
      runtime_.io(),
      [this](const live::http::Request& request, const live::http::Peer& peer) {
        return site_.answer(request, peer);
      },
      limits);
  server_->on_refusal([this](std::string_view origin, live::http::Headers& headers) {
    site_.add_origin(origin, headers);
  });
  auto listener = runtime_.listen(options_.listen);
  const auto url = url_of(listener.address());
  const bool closed = listener.on_loopback() && listener.address().unix_path.empty();
  live::log::info("serving {}{}", url,
                  closed ? " for this machine only; --listen :8080 opens it to the network" : "");
  server_->listen(std::move(listener));
}

void Service::tell() {
  runtime_.on_metrics([this](live::MetricsText& out) {
    add_metrics(channels_, server_->counts(), out);
    if (tree_) {
      out.gauge("fmp4_httpd_hls_streams", "streams of the tree",
                static_cast<double>(tree_->streams().size()));
      out.gauge("fmp4_httpd_hls_waiting", "requests that wait for a playlist's next version",
                static_cast<double>(tree_->waiting()));
    }
  });
  runtime_.on_health([this] { return health(channels_); });
  runtime_.status_line([this] {
    return status_line(channels_, tree_ ? tree_->streams() : TreeStreams{}, server_->counts());
  });
}

void Service::ended(const Channel& channel, const SourceEnd& how) {
  // A FIFO's writer may be followed by a better one, unless there never was a right one.
  const bool hopeless = how.for_good || channel.stream().fragments() == 0;
  if (!how.failure.empty() && channels_.size() == 1 && hopeless) {
    failure_.emplace(live::Exit::bad_data, channel.reason());
    wind_up(CloseCode::going_away);
    return;
  }
  if (!how.failure.empty()) live::log::warn("{}: {}", channel.name(), how.failure);
  const bool all = std::ranges::all_of(channels_, [](const auto& each) { return each->over(); });
  if (all && !tree_ && on_eof_ == OnEof::exit) wind_up(CloseCode::normal);
}

std::size_t Service::viewers() const {
  std::size_t sum = 0;
  for (const auto& channel : channels_)
    sum += channel->hub().viewers();
  return sum;
}

live::awaitable<void> Service::tick() {
  for (;;) {
    co_await live::net::pause(tick_interval);
    for (const auto& channel : channels_)
      channel->hub().tick();
    if (tree_) tree_->tick(std::chrono::steady_clock::now());
  }
}

/// Nobody new; everybody else gets what waits for him and a proper end.
void Service::wind_up(CloseCode code) {
  if (std::exchange(winding_up_, true)) return;
  server_->stop();
  if (tree_) tree_->stop();
  for (const auto& channel : channels_) {
    channel->stop();
    channel->hub().finish(code);
  }
  live::net::spawn(runtime_.io(), "end", leave());
}

live::awaitable<void> Service::leave() {
  const auto deadline = std::chrono::steady_clock::now() + grace;
  while ((viewers() > 0 || (tree_ && server_->counts().connections > 0)) &&
         std::chrono::steady_clock::now() < deadline) {
    co_await live::net::pause(grace_step);
  }
  runtime_.stop();
}

}  // namespace

void serve(const Options& options, live::cli::Runtime& runtime) {
  Service service{options, runtime};
  service.run();
}

}  // namespace fmp4_httpd

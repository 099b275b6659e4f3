// What a running program has from the house: a loop, the wish to stop, and its manners towards
// systemd, Prometheus and a terminal.
#pragma once

#include "common/base/metrics.hpp"
#include "common/base/text.hpp"
#include "common/http/serve.hpp"
#include "common/net/asio.hpp"
#include "common/net/listen.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace live::cli {

/// Made by Program::run.  All on the main thread, unless said otherwise; every callback is called
/// there.
class Runtime {
 public:
  /// `status` is where /healthz and /metrics are served, if anywhere.
  Runtime(std::string_view program, const std::optional<Address>& status);
  Runtime(const Runtime&) = delete;
  Runtime& operator=(const Runtime&) = delete;
  ~Runtime();

  /// One thread runs it: the main thread, in run().
  asio::io_context& io();
  /// Runs the loop until stop().
  void run();
  /// run() returns soon.  Any thread.
  void stop();

  /// Called at the first SIGTERM or SIGINT, instead of stop(); a second signal ends the process at
  /// once.
  void on_stop(std::function<void()> callback);
  /// Has a signal asked us to stop, or stop() been called?  Any thread.
  [[nodiscard]] bool stopping() const;
  /// Called at SIGHUP.
  void on_reload(std::function<void()> callback);

  /// The work has begun: tells systemd READY=1 with `status` as STATUS, and from then on WATCHDOG=1
  /// from the loop at half the interval that it asks for.  Again: only the status.
  void ready(std::string_view status);

  /// Listens at `address`, or takes the next socket that systemd passed (sd_listen_fds(3)).
  net::Listener listen(const Address& address);

  /// Was --status given?
  [[nodiscard]] bool has_status() const;
  /// Adds to /metrics.
  void on_metrics(std::function<void(MetricsText&)> callback);
  /// The body of /healthz: "ok" or "degraded: why".  The answer is always 200: we are here.
  void on_health(std::function<std::string()> callback);
  /// Serves further pages beside them: `handler` is asked for `path` and everything below it.  Who may see them is the
  /// handler's to decide.
  void on_request(std::string path, http::Handler handler);
  /// A line, or several, redrawn twice a second where stderr is a terminal, and never elsewhere.
  void status_line(std::function<std::string()> callback);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace live::cli

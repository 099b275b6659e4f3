#include "common/cli/runtime.hpp"

#include "common/base/fd.hpp"
#include "common/base/log.hpp"
#include "common/cli/status_line.hpp"
#include "common/cli/status_server.hpp"
#include "common/net/deadline.hpp"
#include "common/net/signals.hpp"
#include "common/net/spawn.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <vector>

#include <boost/asio/executor_work_guard.hpp>
#include <systemd/sd-daemon.h>

namespace live::cli {
namespace {

using namespace std::chrono_literals;
constexpr auto status_line_interval = 500ms;

/// The sockets that systemd passed to this process, in its order.
std::vector<Fd> inherited_sockets() {
  std::vector<Fd> sockets;
  const int count = ::sd_listen_fds(1);
  sockets.reserve(static_cast<std::size_t>(std::max(count, 0)));
  for (int i = 0; i < count; ++i)
    sockets.emplace_back(SD_LISTEN_FDS_START + i);
  return sockets;
}

/// sd_notify(3) with one variable; does nothing where no NOTIFY_SOCKET is set.
void notify(std::string text) {
  for (auto& c : text)
    if (c == '\n' && &c != &text.back()) c = ' ';
  ::sd_notify(0, text.c_str());
}

awaitable<void> keep_watchdog(std::chrono::microseconds interval) {
  for (;;) {
    ::sd_notify(0, "WATCHDOG=1");
    co_await net::pause(std::chrono::duration_cast<std::chrono::milliseconds>(interval / 2));
  }
}

}  // namespace

struct Runtime::State {
  explicit State(std::string_view program) { pages.program = program; }

  asio::io_context io{1};
  asio::executor_work_guard<asio::io_context::executor_type> work{io.get_executor()};
  std::atomic<bool> stopping{false};
  std::function<void()> on_stop, on_reload;
  std::vector<Fd> sockets = inherited_sockets();  // from systemd; taken in order
  std::size_t sockets_taken = 0;
  bool is_ready = false;
  StatusPages pages;
  std::unique_ptr<StatusLine> line = StatusLine::on_stderr();
  std::function<std::string()> line_text;
  // After what they call: they end first.
  std::unique_ptr<http::Server> status;
  std::unique_ptr<net::Signals> signals;
};

Runtime::Runtime(std::string_view program, const std::optional<Address>& status)
    : state_(std::make_unique<State>(program)) {
  auto& s = *state_;
  s.signals = std::make_unique<net::Signals>(
      s.io,
      [this] {
        state_->stopping = true;
        ::sd_notify(0, "STOPPING=1");
        if (state_->on_stop) return state_->on_stop();
        stop();
      },
      [&s] {
        if (s.on_reload) s.on_reload();
      });
  if (!status) return;
  http::Limits limits;
  limits.connections = 100;
  s.status = std::make_unique<http::Server>(s.io, status_handler(s.pages), limits);
  net::Listener listener{s.io, *status};
  log::info("status: at http://{}/metrics and /healthz", format_address(listener.address()));
  s.status->listen(std::move(listener));
}

Runtime::~Runtime() = default;

asio::io_context& Runtime::io() { return state_->io; }

void Runtime::run() { state_->io.run(); }

void Runtime::stop() {
  state_->stopping = true;
  state_->io.stop();
}

void Runtime::on_stop(std::function<void()> callback) { state_->on_stop = std::move(callback); }

bool Runtime::stopping() const { return state_->stopping; }

void Runtime::on_reload(std::function<void()> callback) { state_->on_reload = std::move(callback); }

void Runtime::ready(std::string_view status) {
  auto& s = *state_;
  std::string text{"STATUS="};
  text += status;
  notify(std::move(text));
  if (std::exchange(s.is_ready, true)) return;
  ::sd_notify(0, "READY=1");
  std::uint64_t watchdog_us = 0;
  if (::sd_watchdog_enabled(0, &watchdog_us) > 0)
    net::spawn(s.io, "watchdog", keep_watchdog(std::chrono::microseconds{watchdog_us}));
}

net::Listener Runtime::listen(const Address& address) {
  auto& s = *state_;
  if (s.sockets_taken < s.sockets.size()) return {s.io, std::move(s.sockets.at(s.sockets_taken++))};
  return {s.io, address};
}

bool Runtime::has_status() const { return state_->status != nullptr; }

void Runtime::on_metrics(std::function<void(MetricsText&)> callback) {
  state_->pages.collectors.push_back(std::move(callback));
}

void Runtime::on_health(std::function<std::string()> callback) {
  state_->pages.health = std::move(callback);
}

void Runtime::on_request(std::string path, http::Handler handler) {
  state_->pages.further.push_back({std::move(path), std::move(handler)});
}

namespace {

awaitable<void> redraw(StatusLine& line, const std::function<std::string()>& text) {
  for (;;) {
    line.draw(text());
    co_await net::pause(status_line_interval);
  }
}

}  // namespace

void Runtime::status_line(std::function<std::string()> callback) {
  auto& s = *state_;
  const bool drawing = static_cast<bool>(s.line_text);
  s.line_text = std::move(callback);
  if (s.line && !drawing) net::spawn(s.io, "status line", redraw(*s.line, s.line_text));
}

}  // namespace live::cli

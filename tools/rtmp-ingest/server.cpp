#include "tools/rtmp-ingest/server.hpp"

#include "common/base/failure.hpp"
#include "common/base/for_option.hpp"
#include "common/base/log.hpp"
#include "common/base/redact.hpp"
#include "common/ingest/keys.hpp"
#include "common/net/deadline.hpp"
#include "common/net/rounds.hpp"
#include "common/net/spawn.hpp"
#include "common/process/child.hpp"
#include "tools/rtmp-ingest/connection.hpp"
#include "tools/rtmp-ingest/entrance.hpp"
#include "tools/rtmp-ingest/hub.hpp"
#include "tools/rtmp-ingest/status.hpp"

#include <chrono>
#include <cstdio>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include <boost/asio/steady_timer.hpp>
#include <unistd.h>

namespace rtmp_ingest {
namespace {

using namespace std::chrono_literals;
using live::Exit;
using live::fail;

constexpr auto tick_interval = 100ms;
constexpr auto round_interval = 1ms;  ///< delay that a message may have with many publishers
constexpr unsigned ticks_a_second = 10;
/// An end in order takes no longer, whatever commands and peers do: 10 s for a queue, 10 s for a command, 5 s until SIGKILL,
/// and a margin.
constexpr auto longest_end = 27s;
/// Connections that do not publish or play (yet), beside those that do.
constexpr std::size_t strangers = 1'000;

live::Monotonic now() { return std::chrono::steady_clock::now(); }

std::string load_auth_url(const Options& options) {
  return live::for_option("--auth-url", [&] { return live::resolve_secret(options.auth_url); });
}

live::ingest::AuthorityOptions authority_options(const Options& options) {
  live::ingest::AuthorityOptions authority;
  authority.keys_file = options.keys;
  authority.auth_url = load_auth_url(options);
  authority.auth_format =
      options.auth_json ? live::ingest::AuthFormat::json : live::ingest::AuthFormat::form;
  // With neither, only this machine can connect: check_open() has seen to that.
  authority.allow_any = options.allow_any || (options.keys.empty() && options.auth_url.empty());
  return authority;
}

StatusToken load_token(const Options& options) {
  return live::for_option("--status-token-file",
                          [&] { return StatusToken::load(options.status_token_file); });
}

live::net::TlsContext load_tls(const Options& options) {
  return live::for_option("--tls-cert, --tls-key", [&] {
    return live::net::TlsContext{options.tls_cert, options.tls_key};
  });
}

live::ingest::GateLimits gate_limits(const Options& options) {
  live::ingest::GateLimits limits;
  limits.connections = options.max_publishers + options.max_players + strangers;
  limits.per_address = options.max_per_address;
  return limits;
}

/// Does nobody but this machine reach `listener`?
bool is_private(const live::net::Listener& listener, const Options& options) {
  return listener.on_loopback() && !options.proxy_protocol;
}

/// A server that strangers can reach lets them publish only where somebody said so.
void check_open(const live::net::Listener& listener, const Options& options) {
  if (!options.keys.empty() || !options.auth_url.empty() || options.allow_any) return;
  if (is_private(listener, options)) return;
  fail(
      Exit::usage,
      "{} is open to {}, and everybody there could publish: give --keys FILE (--new-key NAME makes "
      "a key) or --auth-url URL, or say --allow-any",
      live::format_address(listener.address()),
      listener.on_loopback() ? "whom the proxy lets in" : "the network");
}

class Server {
 public:
  Server(const Options& options, live::cli::Runtime& runtime,
         std::vector<live::net::Listener> plain, std::vector<live::net::Listener> tls);
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  ~Server();
  void run();

 private:
  void accept();
  void tell();
  void reload();
  void wind_up(Hub::How how);
  void leave_if_done();
  live::awaitable<void> tick();
  live::awaitable<void> leave();
  live::awaitable<void> leave_at_last();

  const Options& options_;
  Times times_;
  live::cli::Runtime& runtime_;
  live::ingest::Authority authority_;
  StatusToken token_;
  std::optional<live::net::TlsContext> tls_;
  Hub hub_;
  std::shared_ptr<Shared> shared_;
  std::vector<live::net::Listener> plain_listeners_, tls_listeners_;
  bool pipelines_gone_ = false, leaving_ = false;
};

HubEvents events(std::function<void(std::string_view)> over, std::function<void()> empty,
                 live::ingest::Authority& authority) {
  HubEvents events;
  events.ended = [&authority](const auto& claim, const auto& grant) {
    authority.ended(claim, grant);
  };
  events.over = std::move(over);
  events.empty = std::move(empty);
  return events;
}

Server::Server(const Options& options, live::cli::Runtime& runtime,
               std::vector<live::net::Listener> plain, std::vector<live::net::Listener> tls)
    : options_(options),
      runtime_(runtime),
      authority_(runtime.io(), authority_options(options)),
      hub_(runtime.io(), options_, times_,
           events(
               [this](std::string_view why) {
                 live::log::info("leaving: {}", why);
                 wind_up(Hub::How::finish);
               },
               [this] {
                 pipelines_gone_ = true;
                 leave_if_done();
               },
               authority_)),
      shared_(new Shared{runtime.io(), options_, times_, hub_, authority_,
                         live::ingest::Gate{gate_limits(options)}}),
      plain_listeners_(std::move(plain)),
      tls_listeners_(std::move(tls)) {
  if (options.challenge) shared_->challenges.emplace();
  if (!options.status_token_file.empty()) token_ = load_token(options);
  if (!tls_listeners_.empty()) tls_.emplace(load_tls(options));
  shared_->on_end = [this] { leave_if_done(); };
}

Server::~Server() {
  shared_->on_end = {};
  shared_->over = true;
}

void Server::run() {
  tell();
  accept();
  runtime_.on_stop([this] { wind_up(Hub::How::terminate); });
  runtime_.on_reload([this] { reload(); });
  live::net::spawn(runtime_.io(), "tick", tick());
  runtime_.ready("listening");
  live::net::run_in_rounds(runtime_.io(), round_interval);
  if (const auto& trouble = hub_.trouble(); !trouble.empty())
    fail(Exit::io, "write standard output: {}", trouble);
}

void Server::accept() {
  const auto take = [this](live::net::Listener& listener, bool tls) {
    const auto name = live::format_address(listener.address());
    live::log::info("listening on {}://{}{}", tls ? "rtmps" : "rtmp", name,
                    is_private(listener, options_)
                        ? " for this machine only; --listen :1935 opens it to the network"
                        : "");
    listener.accept([this, tls, name](live::Socket socket) {
      live::net::spawn(runtime_.io(), name,
                       rtmp_ingest::serve(shared_, std::move(socket), tls ? &*tls_ : nullptr));
    });
  };
  for (auto& listener : plain_listeners_)
    take(listener, false);
  for (auto& listener : tls_listeners_)
    take(listener, true);
  if (options_.keys.empty() && options_.auth_url.empty())
    live::log::info("no --keys: everybody who can connect may publish, under any name");
}

void Server::tell() {
  runtime_.on_metrics([this](live::MetricsText& out) { add_metrics(*shared_, out); });
  runtime_.on_health([this] { return health(hub_); });
  runtime_.status_line([this] { return status_line(hub_, now()); });
  runtime_.on_request(
      "/streams",
      [this](const live::http::Request& request, const live::http::Peer&) -> live::http::Answer {
        return streams_page(hub_, token_, request, now());
      });
}

/// What cannot be read again stays as it was.
void read_again(const std::function<void()>& load) {
  try {
    load();
  } catch (const live::Failure& failure) {
    live::log::error("SIGHUP: {}; the old one stays", failure.what());
  }
}

void Server::reload() {
  live::log::info("reading keys, certificates and token again");
  authority_.reload();
  if (!options_.auth_url.empty()) read_again([this] { authority_.ask(load_auth_url(options_)); });
  if (!options_.status_token_file.empty()) read_again([this] { token_ = load_token(options_); });
  if (tls_) read_again([this] { *tls_ = load_tls(options_); });
}

live::awaitable<void> Server::tick() {
  live::asio::steady_timer timer{runtime_.io()};
  for (unsigned ticks = 1;; ++ticks) {
    timer.expires_after(tick_interval);
    co_await timer.async_wait(live::as_result);
    const auto at = now();
    hub_.tick(at);
    if (ticks % ticks_a_second != 0 && !shared_->stopping) continue;
    const std::vector<Connection*> all{shared_->connections.begin(), shared_->connections.end()};
    for (auto* connection : all)
      connection->tick(at);
  }
}

/// Nobody new; who is there is told, pipelines end as `how` says, and then we leave.
void Server::wind_up(Hub::How how) {
  if (std::exchange(shared_->stopping, true)) return;
  plain_listeners_.clear();
  tls_listeners_.clear();
  const std::vector<Connection*> all{shared_->connections.begin(), shared_->connections.end()};
  for (auto* connection : all)
    connection->stop(how == Hub::How::terminate);
  hub_.stop(how, now());
  live::net::spawn(runtime_.io(), "end", leave_at_last());
}

void Server::leave_if_done() {
  if (!shared_->stopping || !pipelines_gone_ || !shared_->connections.empty()) return;
  if (std::exchange(leaving_, true)) return;
  live::net::spawn(runtime_.io(), "end", leave());
}

live::awaitable<void> Server::leave() {
  co_await authority_.settle();
  runtime_.stop();
}

live::awaitable<void> Server::leave_at_last() {
  co_await live::net::pause(longest_end);
  live::log::warn("leaving though not everything has ended");
  runtime_.stop();
}

std::vector<live::net::Listener> one(live::net::Listener listener) {
  std::vector<live::net::Listener> listeners;
  listeners.push_back(std::move(listener));
  return listeners;
}

}  // namespace

void serve(const Options& given, live::cli::Runtime& runtime) {
  check(given);
  auto options = given;
  if (!options.has_command() && !options.no_output && ::isatty(STDOUT_FILENO) != 0)
    fail(Exit::usage,
         "standard output is a terminal: pipe it into a program, give a command behind --, or say "
         "--no-output for players only");
  if (!options.status_token_file.empty() && !runtime.has_status())
    fail(Exit::usage, "--status-token-file is that of /streams at --status: give the address");
  if (options.has_command()) live::process::check_program(command_of(options).front());
  auto plain = one(runtime.listen(options.listen));
  std::vector<live::net::Listener> tls;
  if (options.tls_listen) tls = one(runtime.listen(*options.tls_listen));
  bool only_this_machine = true;
  for (const auto* listeners : {&plain, &tls}) {
    for (const auto& listener : *listeners) {
      check_open(listener, options);
      only_this_machine = only_this_machine && is_private(listener, options);
    }
  }
  options.play = play_policy(options, only_this_machine);
  Server server{options, runtime, std::move(plain), std::move(tls)};
  server.run();
}

void print_new_key(const Options& options) {
  const auto key = live::ingest::new_key(options.new_key);
  std::fputs((key.line + "\n").c_str(), stdout);
  std::fputs(live::ingest::publish_words(key, options.tls_listen.value_or(options.listen),
                                         options.tls_listen.has_value())
                 .c_str(),
             stderr);
}

}  // namespace rtmp_ingest

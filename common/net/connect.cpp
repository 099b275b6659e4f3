#include "common/net/connect.hpp"

#include "common/net/deadline.hpp"
#include "common/net/spawn.hpp"

#include <algorithm>
#include <memory>
#include <optional>
#include <vector>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

namespace live::net {
namespace {

using asio::ip::tcp;
using Endpoints = std::vector<tcp::endpoint>;

/// Attempts that run beside each other.
struct Race {
  explicit Race(const asio::any_io_executor& executor) : changed(executor) {}

  asio::steady_timer changed;  ///< cancelled whenever an attempt has ended
  std::vector<std::shared_ptr<tcp::socket>> running;
  std::optional<tcp::socket> winner;
  std::string why = "it has no address";
  bool over = false;

  void end() {
    over = true;
    boost::system::error_code ignored;
    for (const auto& socket : running)
      socket->close(ignored);
  }
};
using RacePointer = std::shared_ptr<Race>;

/// Families take turns, beginning with the one that the resolver prefers (RFC 8305 §4).
Endpoints in_turns(const Endpoints& found) {
  Endpoints first, second, out;
  for (const auto& endpoint : found) {
    const bool same = endpoint.protocol() == found.front().protocol();
    (same ? first : second).push_back(endpoint);
  }
  for (std::size_t i = 0; i < std::max(first.size(), second.size()); ++i) {
    if (i < first.size()) out.push_back(first[i]);
    if (i < second.size()) out.push_back(second[i]);
  }
  if (out.size() > most_addresses) out.resize(most_addresses);
  return out;
}

awaitable<Endpoints> resolve(std::string host, std::uint16_t port) {
  tcp::resolver resolver{co_await asio::this_coro::executor};
  const auto [error, entries] = co_await resolver.async_resolve(
      host, std::to_string(port), tcp::resolver::numeric_service, as_result);
  Endpoints found;
  if (error) co_return found;
  for (const auto& entry : entries)
    found.push_back(entry.endpoint());
  co_return found;
}

awaitable<void> attempt(RacePointer race, std::shared_ptr<tcp::socket> socket,
                        tcp::endpoint endpoint) {
  const auto [error] = co_await socket->async_connect(endpoint, as_result);
  std::erase(race->running, socket);
  if (error) {
    race->why = error.message();
  } else if (!race->winner && !race->over) {
    race->winner = std::move(*socket);
  }
  race->changed.cancel();
}

/// Until one has won or none is left.  Does not throw.
awaitable<std::string> run(RacePointer race, std::string host, std::uint16_t port) {
  const auto found = co_await resolve(std::move(host), port);
  if (found.empty()) co_return "its name does not resolve";
  const auto endpoints = in_turns(found);
  std::size_t next = 0;
  while (!race->winner && !race->over && (next < endpoints.size() || !race->running.empty())) {
    if (next < endpoints.size()) {
      auto socket = std::make_shared<tcp::socket>(race->changed.get_executor());
      race->running.push_back(socket);
      spawn(race->changed.get_executor(), "connect", attempt(race, socket, endpoints[next++]));
    }
    if (next < endpoints.size()) {
      race->changed.expires_after(connect_stagger);
    } else {
      race->changed.expires_at(asio::steady_timer::time_point::max());
    }
    const auto [error] = co_await race->changed.async_wait(as_result);
    (void)error;
  }
  co_return race->why;
}

}  // namespace

awaitable<std::variant<Socket, std::string>> connect(std::string host, std::uint16_t port,
                                                     std::chrono::milliseconds limit) {
  const auto race = std::make_shared<Race>(co_await asio::this_coro::executor);
  auto why = co_await within(limit, run(race, std::move(host), port));
  race->end();
  if (!race->winner) co_return why ? std::move(*why) : std::string{"it does not answer"};
  boost::system::error_code ignored;
  race->winner->set_option(tcp::no_delay{true}, ignored);
  race->winner->non_blocking(true, ignored);
  co_return Socket{std::move(*race->winner)};
}

}  // namespace live::net

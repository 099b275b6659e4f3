#include "common/net/connect.hpp"

#include "common/net/spawn.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstring>
#include <memory>
#include <mutex>
#include <optional>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <netdb.h>

namespace live::net {
namespace {

using asio::ip::tcp;
using Endpoints = std::vector<tcp::endpoint>;

/// Through which a thread that has looked up a name gives it; closed when nobody wants it any more.
struct Door {
  std::mutex mutex;
  bool open = true;
};

/// Attempts that run beside each other.
struct Race {
  explicit Race(const asio::any_io_executor& executor) : changed(executor), done(executor) {}
  Race(const Race&) = delete;
  Race& operator=(const Race&) = delete;
  ~Race() {
    const std::lock_guard lock{door->mutex};
    door->open = false;
  }

  asio::steady_timer changed;          ///< cancelled whenever an attempt has ended
  asio::steady_timer done;             ///< cancelled at the end of all
  std::optional<Endpoints> endpoints;  ///< once the name is resolved
  std::vector<std::shared_ptr<tcp::socket>> running;
  std::optional<tcp::socket> winner;
  std::optional<tcp::endpoint> doubtful;
  std::string why = "its name does not resolve";
  bool over = false;
  std::shared_ptr<Door> door = std::make_shared<Door>();

  void end() {
    if (std::exchange(over, true)) return;
    boost::system::error_code ignored;
    for (const auto& socket : running)
      socket->close(ignored);
    changed.cancel();
    done.cancel();
  }
};
using RacePointer = std::shared_ptr<Race>;

/// Families take turns, beginning with the one that the resolver prefers (RFC 8305 §4), or that `doubtful` is not of: what lets
/// small packets of a family through, and no large ones, does so to all its addresses.
Endpoints in_turns(const Endpoints& found, const std::optional<tcp::endpoint>& doubtful) {
  Endpoints first, second, out;
  for (const auto& endpoint : found) {
    const bool same = doubtful ? endpoint.protocol() != doubtful->protocol()
                               : endpoint.protocol() == found.front().protocol();
    (same ? first : second).push_back(endpoint);
  }
  for (std::size_t i = 0; i < std::max(first.size(), second.size()); ++i) {
    if (i < first.size()) out.push_back(first[i]);
    if (i < second.size()) out.push_back(second[i]);
  }
  // not of std::ranges, which clang 14 cannot read with this library
  std::stable_partition(out.begin(), out.end(),
                        [&](const auto& endpoint) { return endpoint != doubtful; });
  if (out.size() > most_addresses) out.resize(most_addresses);
  return out;
}

/// Blocks; a name server that is away keeps it for longer than a caller waits.
Endpoints look_up(const std::string& host, std::uint16_t port) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICSERV;
  addrinfo* all = nullptr;
  if (::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &all) != 0) return {};
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner{all, &::freeaddrinfo};
  Endpoints found;
  for (const auto* one = all; one != nullptr; one = one->ai_next) {
    tcp::endpoint endpoint;
    if (one->ai_addrlen > endpoint.capacity()) continue;
    std::memcpy(endpoint.data(), one->ai_addr, one->ai_addrlen);
    endpoint.resize(one->ai_addrlen);
    found.push_back(endpoint);
  }
  return found;
}

void take(Race& race, const Endpoints& found) {
  race.endpoints = found.empty() ? found : in_turns(found, race.doubtful);
  race.changed.cancel();
}

/// In a thread of its own: getaddrinfo(3) cannot be cancelled, and Asio's resolver has one thread for all names, so that one whose
/// server is away would keep all others waiting.
void resolve(const RacePointer& race, const std::string& host, std::uint16_t port) {
  static std::atomic<unsigned> lookups{0};
  boost::system::error_code none;
  if (const auto address = asio::ip::make_address(host, none); !none)
    return take(*race, {{address, port}});
  const auto executor = race->changed.get_executor();
  const auto work = [door = race->door, race = std::weak_ptr{race}, executor, host, port] {
    auto found = look_up(host, port);
    {
      const std::lock_guard lock{door->mutex};
      if (door->open) {
        asio::post(executor, [race, found = std::move(found)] {
          if (const auto still = race.lock()) take(*still, found);
        });
      }
    }
    --lookups;
  };
  if (++lookups <= most_lookups) {
    try {
      return std::thread{work}.detach();
    } catch (const std::system_error&) {  // no thread is to be had
    }
  }
  --lookups;
  take(*race, {});
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

/// Tries one address after the other until one has won, none is left, or nobody wants it any more.
awaitable<void> run(RacePointer race) {
  const auto executor = race->changed.get_executor();
  std::size_t next = 0;
  while (!race->over && !race->winner) {
    const auto count = race->endpoints ? race->endpoints->size() : 0;
    if (next < count) {
      auto socket = std::make_shared<tcp::socket>(executor);
      race->running.push_back(socket);
      spawn(executor, "connect", attempt(race, socket, race->endpoints->at(next++)));
    } else if (race->endpoints && race->running.empty()) {
      break;
    }
    race->changed.expires_at(next < count ? std::chrono::steady_clock::now() + connect_stagger
                                          : asio::steady_timer::time_point::max());
    const auto [error] = co_await race->changed.async_wait(as_result);
    (void)error;
  }
  race->end();
}

}  // namespace

/// What runs is let go of, not awaited.
awaitable<std::variant<Socket, std::string>> connect(std::string host, std::uint16_t port,
                                                     std::chrono::milliseconds limit,
                                                     std::optional<tcp::endpoint> doubtful) {
  const auto race = std::make_shared<Race>(co_await asio::this_coro::executor);
  race->doubtful = std::move(doubtful);
  race->done.expires_after(limit);
  resolve(race, host, port);
  spawn(race->done.get_executor(), "connect", run(race));
  if (!race->over) {
    const auto [error] = co_await race->done.async_wait(as_result);
    (void)error;
  }
  const bool in_time = race->over;
  race->end();
  if (!race->winner) co_return in_time ? race->why : std::string{"it does not answer"};
  boost::system::error_code ignored;
  race->winner->set_option(tcp::no_delay{true}, ignored);
  race->winner->non_blocking(true, ignored);
  co_return Socket{std::move(*race->winner)};
}

}  // namespace live::net

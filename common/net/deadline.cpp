#include "common/net/deadline.hpp"

namespace live::net {

awaitable<void> pause(std::chrono::milliseconds duration) {
  asio::steady_timer timer{co_await asio::this_coro::executor, duration};
  co_await timer.async_wait(as_result);
}

awaitable<void> silence(const std::chrono::steady_clock::time_point& heard,
                        std::chrono::milliseconds limit) {
  asio::steady_timer timer{co_await asio::this_coro::executor};
  while (std::chrono::steady_clock::now() < heard + limit) {
    timer.expires_at(heard + limit);
    const auto [error] = co_await timer.async_wait(as_result);
    if (error) break;
  }
}

}  // namespace live::net

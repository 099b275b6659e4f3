// Waits that end.
#pragma once

#include "common/net/asio.hpp"

#include <chrono>
#include <optional>
#include <utility>

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/steady_timer.hpp>

namespace live::net {

/// Returns after `duration`, or at once when it is cancelled.  Does not throw.
awaitable<void> pause(std::chrono::milliseconds duration);

/// Returns once nothing has been heard for `limit`: a watchdog to stand beside a loop of reads with
/// ||. `heard` is the time of the last sign of life and belongs to the awaiting caller.  Does not
/// throw.
awaitable<void> silence(const std::chrono::steady_clock::time_point& heard,
                        std::chrono::milliseconds limit);

/// What `work` returns, or nothing when it takes longer than `limit` (then it is cancelled).
/// REQUIRES: `work` does not throw; it uses as_result.
template <class T>
awaitable<std::optional<T>> within(std::chrono::milliseconds limit, awaitable<T> work) {
  using asio::experimental::awaitable_operators::operator||;
  auto first = co_await (std::move(work) || pause(limit));
  if (first.index() == 0) co_return std::move(std::get<0>(first));
  co_return std::nullopt;
}

}  // namespace live::net

// Starting a coroutine that nobody awaits.
#pragma once

#include "common/net/asio.hpp"

#include <string>

namespace live::net {

/// Runs `work` on `executor` by itself.  What escapes from it is logged as "NAME: why" and ends
/// only this coroutine; it is destroyed with the io_context at the latest.
void spawn(const asio::any_io_executor& executor, std::string name, awaitable<void> work);
inline void spawn(asio::io_context& io, std::string name, awaitable<void> work) {
  spawn(io.get_executor(), std::move(name), std::move(work));
}

}  // namespace live::net

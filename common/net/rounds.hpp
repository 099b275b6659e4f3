// A loop that takes what happens in rounds, for programs to which much happens at once.
#pragma once

#include "common/net/asio.hpp"

#include <chrono>

namespace live::net {

/// Runs `io` until it is stopped.  Where events follow each other more quickly than `interval`, it looks for them only
/// every `interval`: each is then handled at most so much later, and costs less, because the thread is woken once for many
/// of them and finds its code in the processor's caches.
void run_in_rounds(asio::io_context& io, std::chrono::microseconds interval);

}  // namespace live::net

#include "common/net/rounds.hpp"

#include <thread>

namespace live::net {

void run_in_rounds(asio::io_context& io, std::chrono::microseconds interval) {
  for (;;) {
    const auto next = std::chrono::steady_clock::now() + interval;
    if (io.run_one() == 0) return;
    io.poll();
    std::this_thread::sleep_until(next);  // gone by where the round had to wait for its first event
  }
}

}  // namespace live::net

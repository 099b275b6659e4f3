#include "common/base/log.hpp"
#include "common/net/deadline.hpp"
#include "common/net/spawn.hpp"

#include <stdexcept>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace live::net {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

awaitable<int> slowly(std::chrono::milliseconds time, int value) {
  co_await pause(time);
  co_return value;
}

awaitable<void> compare(std::chrono::milliseconds limit, std::chrono::milliseconds time,
                        std::optional<int>& result) {
  result = co_await within(limit, slowly(time, 7));
}

awaitable<void> throw_soon() {
  co_await pause(1ms);
  throw std::runtime_error("on purpose");
}

awaitable<void> wait_for_silence(const Clock::time_point& heard, Clock::time_point& ended) {
  co_await silence(heard, 50ms);
  ended = Clock::now();
}

awaitable<void> say_something(Clock::time_point& heard) {
  for (int i = 0; i < 5; ++i) {
    co_await pause(20ms);
    heard = Clock::now();
  }
}

TEST(Within, GivesTheValueOfWorkInTime) {
  asio::io_context io{1};
  std::optional<int> result;
  spawn(io, "test", compare(20s, 1ms, result));
  io.run();
  EXPECT_EQ(result, 7);
}

TEST(Within, CancelsWorkThatIsLate) {
  asio::io_context io{1};
  std::optional<int> result = 0;
  const auto begun = Clock::now();
  spawn(io, "test", compare(1ms, 60s, result));
  io.run();
  EXPECT_EQ(result, std::nullopt);
  EXPECT_LT(Clock::now() - begun, 50s) << "the work has been cancelled, not awaited";
}

TEST(Silence, LastsFromTheLastSignOfLife) {
  asio::io_context io{1};
  auto heard = Clock::now();
  Clock::time_point ended;
  spawn(io, "silence", wait_for_silence(heard, ended));
  spawn(io, "noise", say_something(heard));
  io.run();
  EXPECT_GE(ended - heard, 50ms);
}

TEST(Spawn, LogsWhatEscapes) {
  std::vector<std::string> lines;
  log::set_sink([&](std::string_view line) { lines.emplace_back(line); });
  asio::io_context io{1};
  spawn(io, "worker 3", throw_soon());
  io.run();
  log::set_sink({});
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_THAT(lines[0], ::testing::EndsWith("error worker 3: on purpose"));
}

}  // namespace
}  // namespace live::net

#include "common/net/signals.hpp"

#include <chrono>

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

namespace live::net {
namespace {

using namespace std::chrono_literals;

TEST(Signals, FirstSignalCallsOnStopOnce) {
  asio::io_context io{1};
  int stops = 0;
  const Signals signals{io,
                        [&] {
                          ++stops;
                          io.stop();
                        },
                        [] {}};
  ::raise(SIGTERM);
  ::raise(SIGTERM);  // timeout(1) signals a process and its group
  io.run_for(20s);
  EXPECT_EQ(stops, 1);
}

TEST(Signals, HangUpReloads) {
  asio::io_context io{1};
  int reloads = 0;
  const Signals signals{io, [] { FAIL(); },
                        [&] {
                          ++reloads;
                          io.stop();
                        }};
  ::raise(SIGHUP);
  io.run_for(20s);
  EXPECT_EQ(reloads, 1);
}

/// A program whose loop is stuck when the second signal comes.
[[noreturn]] void get_stuck_and_be_signalled(int signal) {
  asio::io_context io{1};
  const Signals signals{io, [] {}, [] {}};
  const auto deadline = std::chrono::steady_clock::now() + 20s;
  while (std::chrono::steady_clock::now() < deadline)  // until it no longer counts as the same wish
    ::raise(signal);
  ::_exit(1);
}

TEST(SignalsDeathTest, SecondSignalEndsTheProcessWhateverItDoes) {
  ::testing::FLAGS_gtest_death_test_style = "threadsafe";
  EXPECT_EXIT(get_stuck_and_be_signalled(SIGTERM), ::testing::KilledBySignal(SIGTERM), "");
  EXPECT_EXIT(get_stuck_and_be_signalled(SIGINT), ::testing::KilledBySignal(SIGINT), "");
}

}  // namespace
}  // namespace live::net

#include "common/net/rounds.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <gtest/gtest.h>

namespace live::net {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

TEST(Rounds, WhatComesInARoundIsHandledInIt) {
  asio::io_context io{1};
  int handled = 0;
  for (int i = 0; i < 100; ++i)
    asio::post(io, [&] {
      if (++handled == 100) io.stop();
    });
  const auto began = Clock::now();
  run_in_rounds(io, 20ms);
  EXPECT_EQ(handled, 100);
  EXPECT_LT(Clock::now() - began, 100 * 20ms);
}

TEST(Rounds, AreAnIntervalApart) {
  asio::io_context io{1};
  asio::steady_timer timer{io};
  Clock::time_point first, second;
  const auto began = Clock::now();
  timer.expires_after(1ms);
  timer.async_wait([&](auto) {
    first = Clock::now();
    timer.expires_after(1ms);
    timer.async_wait([&](auto) {
      second = Clock::now();
      io.stop();
    });
  });
  run_in_rounds(io, 50ms);
  EXPECT_GE(second - began, 50ms);
  EXPECT_GT(second, first);
}

TEST(Rounds, EndWhenTheLoopIsStopped) {
  asio::io_context io{1};
  asio::post(io, [&] { io.stop(); });
  run_in_rounds(io, 1ms);
  EXPECT_TRUE(io.stopped());
}

}  // namespace
}  // namespace live::net

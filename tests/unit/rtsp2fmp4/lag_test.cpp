#include "tools/rtsp2fmp4/lag.hpp"

#include <gtest/gtest.h>

namespace rtsp2fmp4 {
namespace {

using namespace std::chrono_literals;

TEST(LagMeter, KeepsUpWithAnyConstantDelayAndSomeJitter) {
  LagMeter lag;
  for (int i = 0; i < 100; ++i) {
    EXPECT_FALSE(lag.behind(i * 40ms, live::Monotonic{5s + i * 40ms + (i % 5) * 30ms}));
  }
}

TEST(LagMeter, SeesWorkThatTakesLongerThanTheFrame) {
  LagMeter lag;
  int dropped = 0;
  for (int i = 0; i < 100; ++i)
    dropped += lag.behind(i * 40ms, live::Monotonic{i * 60ms}) ? 1 : 0;
  EXPECT_GT(dropped, 80);
}

TEST(LagMeter, BeginsAnewOnAnotherTimeLine) {
  LagMeter lag;
  EXPECT_FALSE(lag.behind(0ms, live::Monotonic{1s}));
  EXPECT_FALSE(lag.behind(1h, live::Monotonic{2s}));
  EXPECT_FALSE(lag.behind(0ms, live::Monotonic{3s}));
}

}  // namespace
}  // namespace rtsp2fmp4

#include "common/base/backoff.hpp"

#include <gtest/gtest.h>

namespace live {
namespace {

using namespace std::chrono_literals;

TEST(Backoff, DoublesToTenSecondsLessAFifth) {
  Backoff backoff{7, 10s};
  for (const auto whole : {250ms, 500ms, 1000ms, 2000ms, 4000ms, 8000ms, 10'000ms, 10'000ms}) {
    const auto delay = backoff.next(0s);
    EXPECT_LE(delay, whole);
    EXPECT_GE(delay, whole * 4 / 5);
  }
  EXPECT_EQ(backoff.failures(), 8U);
}

TEST(Backoff, BeginsAnewAfterAConnectionThatHeld) {
  Backoff backoff{7, 10s};
  for (int i = 0; i < 5; ++i)
    backoff.next(9s);
  EXPECT_EQ(backoff.failures(), 5U);
  EXPECT_LE(backoff.next(10s), Backoff::first);
  EXPECT_EQ(backoff.failures(), 1U);
}

TEST(Backoff, DiffersBetweenCameras) {
  Backoff one{1, 10s}, other{1'000'003, 10s};
  bool differs = false;
  for (int i = 0; i < 8; ++i)
    differs = one.next(0s) != other.next(0s) || differs;
  EXPECT_TRUE(differs);
}

}  // namespace
}  // namespace live

#include "tools/abr-hls/wall_line.hpp"

#include <gtest/gtest.h>

namespace abr_hls {
namespace {

using namespace std::chrono_literals;

constexpr live::WallClock begin{1'700'000'000s};
constexpr std::int64_t second = 90'000;

TEST(WallLine, WithoutANoteItBeginsNow) {
  WallLine line;
  EXPECT_EQ(line.at(10 * second, false, begin), begin);
  EXPECT_EQ(line.at(14 * second, false, begin + 100s), begin + 4s);
}

TEST(WallLine, JitterOfArrivalsHardlyMovesIt) {
  WallLine line;
  line.note(10 * second, begin);
  EXPECT_EQ(line.at(10 * second, false, {}), begin);
  line.note(14 * second, begin + 4s + 300ms);
  EXPECT_EQ(line.at(14 * second, false, {}), begin + 4s + 20ms);
}

TEST(WallLine, FollowsAClockThatDrifts) {
  WallLine line;
  line.note(10 * second, begin);
  for (int i = 0; i <= 1000; ++i) {
    const auto wall = begin + i * 4s + i * 400us;  // 100 ppm
    line.note((10 + 4 * i) * second, wall);
    const auto off = line.at((10 + 4 * i) * second, false, {}) - wall;
    EXPECT_LE(off, 1ms);
    EXPECT_GE(off, -1ms);
  }
}

TEST(WallLine, GoesOnBehindWhatWasListed) {
  WallLine line;
  line.not_before(begin);
  line.note(10 * second, begin - 60s);
  EXPECT_EQ(line.at(10 * second, true, {}), begin);
}

TEST(WallLine, JumpsAtADiscontinuity) {
  WallLine line;
  line.note(10 * second, begin);
  EXPECT_EQ(line.at(10 * second, false, {}), begin);
  line.note(20 * second, begin + 60s);
  EXPECT_EQ(line.at(20 * second, true, {}), begin + 60s);
  // Never back: a file is read faster than it plays.
  line.note(30 * second, begin + 61s);
  EXPECT_EQ(line.at(30 * second, true, {}), begin + 70s);
}

}  // namespace
}  // namespace abr_hls

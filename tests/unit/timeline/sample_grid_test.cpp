#include "common/timeline/sample_grid.hpp"

#include "common/base/units.hpp"

#include <cmath>
#include <random>

#include <gtest/gtest.h>

namespace live::timeline {
namespace {

/// The stamp of frame `n` in ticks after it was rounded to ms.
std::uint64_t rounded(std::int64_t n, std::int64_t samples, std::int64_t rate,
                      double (*round)(double)) {
  const auto ms = round(static_cast<double>(n * samples) * 1000 / static_cast<double>(rate));
  return static_cast<std::uint64_t>(10 * rate + rescale(static_cast<std::int64_t>(ms), rate, 1000));
}

double floored(double v) { return std::floor(v); }
double nearest(double v) { return std::round(v); }
double raised(double v) { return std::ceil(v); }

struct Kind {
  std::uint32_t rate, samples;
};

class SampleGridOf : public testing::TestWithParam<Kind> {};

TEST_P(SampleGridOf, FramesRoundedToMsFollowEachOtherWithoutAGap) {
  const auto [rate, samples] = GetParam();
  for (const auto round : {floored, nearest, raised}) {
    for (const std::int64_t begin : {0, 1, 2, 7, 500}) {
      SampleGrid grid{rate};
      auto last = grid.place(rounded(begin, samples, rate, round), samples);
      for (std::int64_t n = begin + 1; n < 100'000; ++n) {
        const auto stamp = rounded(n, samples, rate, round);
        const auto at = grid.place(stamp, samples);
        ASSERT_EQ(at - last, samples) << n;
        ASSERT_LE(std::abs(static_cast<std::int64_t>(at - stamp)), rate / 1000 + 2) << n;
        last = at;
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(All, SampleGridOf,
                         testing::Values(Kind{48'000, 1'024}, Kind{44'100, 1'024},
                                         Kind{44'100, 1'152}, Kind{22'050, 576}, Kind{8'000, 1'024},
                                         Kind{48'000, 960}, Kind{48'000, 120},
                                         Kind{96'000, 2'048}));

TEST(SampleGrid, FollowsAClockThatRunsFast) {
  SampleGrid grid{48'000};
  double time = 480'000;
  auto last = grid.place(480'000, 1'024) - 1'024;
  for (int n = 0; n < 200'000; ++n, time += 1'024.1) {
    const auto at = grid.place(static_cast<std::uint64_t>(time), 1'024);
    ASSERT_NEAR(static_cast<double>(at), time, 50.0) << n;
    ASSERT_NEAR(static_cast<double>(at - last), 1'024.0, 2.0) << "no steps: " << n;
    last = at;
  }
}

TEST(SampleGrid, BeginsAnewBehindAGap) {
  SampleGrid grid{48'000};
  EXPECT_EQ(grid.place(480'000, 1'024), 480'000U);
  EXPECT_EQ(grid.place(481'008, 1'024), 481'024U);
  EXPECT_EQ(grid.place(484'080, 1'024), 484'080U);
  EXPECT_EQ(grid.place(485'088, 1'024), 485'104U);
}

TEST(SampleGrid, LeavesStampsThatJitterMoreAsTheyAre) {
  SampleGrid grid{48'000};
  EXPECT_EQ(grid.place(480'000, 1'024), 480'000U);
  EXPECT_EQ(grid.place(481'524, 1'024), 481'524U);
  EXPECT_EQ(grid.place(482'148, 1'024), 482'148U);
}

TEST(SampleGrid, LeavesFramesWhoseLengthIsNotKnown) {
  SampleGrid grid{48'000};
  EXPECT_EQ(grid.place(480'000, 0), 480'000U);
  EXPECT_EQ(grid.place(481'008, 0), 481'008U);
}

TEST(SampleGrid, NeverStandsStillOrGoesBack) {
  SampleGrid grid{8'000};
  std::mt19937 random{1};
  std::uniform_int_distribution<std::uint64_t> any{0, 2'000};
  auto last = grid.place(80'000, 10);
  for (int n = 0; n < 10'000; ++n) {
    const auto at = grid.place(80'000 + any(random), static_cast<std::uint32_t>(any(random) / 40));
    ASSERT_GT(at, last);
    last = at;
  }
}

}  // namespace
}  // namespace live::timeline

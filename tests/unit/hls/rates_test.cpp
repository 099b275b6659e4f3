#include "common/hls/rates.hpp"

#include <gtest/gtest.h>

using namespace live;
using namespace live::hls;
using namespace std::chrono_literals;

TEST(Rates, NothingIsKnownBeforeTheFirstSegment) {
  Rates rates{4s};
  EXPECT_FALSE(rates.peak());
  EXPECT_FALSE(rates.average());
  rates.add(0s, 1000);
  EXPECT_FALSE(rates.peak());
}

TEST(Rates, ThePeakIsTheLargestRunOfHalfToOneAndAHalfTargets) {
  Rates rates{4s};
  rates.add(4s, 400'000);  // 800k
  rates.add(4s, 500'000);  // 1000k; two of them are longer than 6 s
  rates.add(4s, 450'000);
  EXPECT_EQ(rates.peak(), 1'000'000U);
  EXPECT_EQ(rates.average(), 900'000U);
}

TEST(Rates, AShortSegmentCountsWithItsNeighboursOnly) {
  Rates rates{4s};
  rates.add(4s, 500'000);
  rates.add(1s, 250'000);  // alone 2000k, but shorter than 2 s
  EXPECT_EQ(rates.peak(), 1'200'000U) << "750 kB in 5 s";
  rates.add(2s, 350'000);  // 1400k alone, with the short one 600 kB in 3 s
  EXPECT_EQ(rates.peak(), 1'600'000U);
}

TEST(Rates, WhereThereIsNothingElseAShortSegmentLastsHalfATarget) {
  Rates rates{4s};
  rates.add(1s, 250'000);
  EXPECT_EQ(rates.peak(), 1'000'000U);
  EXPECT_EQ(rates.average(), 2'000'000U);
}

TEST(Rates, ASegmentFarTooLongIsMeasuredByItself) {
  Rates rates{4s};
  rates.add(8s, 1'000'000);
  EXPECT_EQ(rates.peak(), 1'000'000U);
}

TEST(Rates, RunsEndAtInterruptions) {
  Rates rates{4s};
  rates.add(3s, 300'000);
  rates.interrupt();
  rates.add(1s, 500'000);
  EXPECT_EQ(rates.peak(), 800'000U) << "4 s of 800 kB would be 1600k";
}

TEST(Rates, AreRoundedUp) {
  Rates rates{4s};
  rates.add(3s, 1);
  EXPECT_EQ(rates.peak(), 3U);
  EXPECT_EQ(rates.average(), 3U);
}

TEST(Rates, RememberAnHour) {
  Rates rates{4s};
  rates.add(4s, 1'000'000);
  for (int i = 0; i < 899; ++i)
    rates.add(4s, 100'000);
  EXPECT_EQ(rates.peak(), 2'000'000U);
  rates.add(4s, 100'000);
  EXPECT_EQ(rates.peak(), 200'000U);
  EXPECT_EQ(rates.average(), 200'000U);
}

TEST(Rates, AbsurdSizesDoNotOverflow) {
  Rates rates{4s};
  for (int i = 0; i < 100; ++i)
    rates.add(1us, ~0ULL);
  EXPECT_GT(*rates.average(), 1'000'000'000U);
  EXPECT_GT(*rates.peak(), 1'000'000'000U);
}

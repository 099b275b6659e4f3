#include "common/av/thinner.hpp"

#include "common/base/units.hpp"

#include <gtest/gtest.h>

namespace live::av {
namespace {

/// Of `count` pictures at `num`/`den` a second, with stamps in milliseconds.
int taken(std::int64_t interval, std::int64_t num, std::int64_t den, int count) {
  Thinner thinner{interval};
  int result = 0;
  for (int i = 0; i < count; ++i)
    result += thinner.take(live::rescale(i * den, 1000, num) * 90, false) ? 1 : 0;
  return result;
}

TEST(Thinner, TakesAllWhenThereIsNoInterval) { EXPECT_EQ(taken(0, 240, 1, 240), 240); }

TEST(Thinner, HalvesAndThirds) {
  EXPECT_EQ(taken(1500, 120, 1, 1200), 600);
  EXPECT_EQ(taken(1800, 100, 1, 1000), 500);
  EXPECT_EQ(taken(3600, 50, 1, 1000), 500);
  EXPECT_EQ(taken(3003, 60000, 1001, 1200), 600);
  EXPECT_EQ(taken(9000, 30, 1, 300), 100);
}

TEST(Thinner, DropsNothingOfASourceOfItsOwnRate) {
  EXPECT_EQ(taken(1500, 60, 1, 6000), 6000);
  EXPECT_EQ(taken(3600, 25, 1, 2500), 2500);
}

TEST(Thinner, NeverDropsAKeyPicture) {
  Thinner thinner{9000};
  EXPECT_TRUE(thinner.take(0, true));
  EXPECT_FALSE(thinner.take(3000, false));
  EXPECT_TRUE(thinner.take(4500, true));
  EXPECT_FALSE(thinner.take(9000, false));
}

TEST(Thinner, CountsFromThePictureThatWasTakenEarly) {
  Thinner thinner{9000};
  EXPECT_TRUE(thinner.take(0, false));
  EXPECT_EQ(thinner.from(), 9000 - 1125);
  EXPECT_TRUE(thinner.take(4500, true));
  EXPECT_EQ(thinner.from(), 13'500 - 1125);
  EXPECT_TRUE(thinner.take(13'000, true));  // in time but for jitter
  EXPECT_EQ(thinner.from(), 22'500 - 1125);
}

}  // namespace
}  // namespace live::av

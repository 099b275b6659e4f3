#include "tools/rtsp2fmp4/silence.hpp"

#include <gtest/gtest.h>

namespace rtsp2fmp4 {
namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t second = 48'000;
constexpr std::uint32_t packet = 1024;
const live::Monotonic start{100s};

class SilencePlanTest : public testing::Test {
 protected:
  /// A picture at `video`, `after` the start; fills what is due and tells how many packets that took.
  unsigned picture(std::uint64_t video, std::chrono::milliseconds after) {
    const auto count = plan.due(video, start + after);
    for (unsigned i = 0; i < count; ++i)
      plan.filled();
    return count;
  }
  SilencePlan plan{packet};
};

TEST_F(SilencePlanTest, WaitsASecondBeforeItFills) {
  plan.begin(10 * second, start);
  EXPECT_EQ(picture(10 * second + second / 2, 500ms), 0U);
  EXPECT_EQ(picture(11 * second, 1000ms), second / packet);
  EXPECT_LE(plan.next(), 11 * second);
  EXPECT_GT(plan.next() + packet, 11 * second);
}

TEST_F(SilencePlanTest, FollowsThePictures) {
  plan.begin(10 * second, start);
  picture(11 * second, 1000ms);
  EXPECT_EQ(picture(11 * second + 1920, 1040ms), 2U);
}

TEST_F(SilencePlanTest, NeverBeginsWhileSoundComesHoweverLate) {
  plan.begin(10 * second, start);
  for (unsigned i = 1; i < 20; ++i) {
    plan.real((8 + i) * second, start + i * 900ms);
    EXPECT_EQ(picture((10 + i) * second, i * 900ms + 10ms), 0U);
  }
}

TEST_F(SilencePlanTest, GoesOnWhereRealSoundStopped) {
  plan.begin(10 * second, start);
  plan.real(14 * second, start + 4s);
  EXPECT_EQ(plan.next(), 14 * second);
  EXPECT_GT(picture(15 * second + second / 2, 5500ms), 0U);
}

TEST_F(SilencePlanTest, GivesUpAfterThirtySecondsUntilSoundComes) {
  plan.begin(10 * second, start);
  picture(40 * second, 30s);
  EXPECT_FALSE(plan.given_up());
  EXPECT_EQ(picture(40 * second + 4000, 30'040ms), 0U);
  EXPECT_TRUE(plan.given_up());
  plan.real(45 * second, start + 35s);
  EXPECT_FALSE(plan.given_up());
}

TEST_F(SilencePlanTest, GivesUpAtOnceWhereNoSilenceCanBeMade) {
  plan = SilencePlan{0};
  plan.begin(10 * second, start);
  EXPECT_EQ(picture(10 * second + second / 2, 500ms), 0U);
  EXPECT_FALSE(plan.given_up());
  EXPECT_EQ(picture(11 * second, 1000ms), 0U);
  EXPECT_TRUE(plan.given_up());
}

}  // namespace
}  // namespace rtsp2fmp4

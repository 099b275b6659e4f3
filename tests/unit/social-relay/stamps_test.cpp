#include "tools/social-relay/stamps.hpp"

#include "tests/unit/social-relay/items.hpp"

#include <gtest/gtest.h>

namespace social_relay {
namespace {

using live::Ms;
using test::item;

class StampsTest : public testing::Test {
 protected:
  std::uint32_t video(int ms) { return stamps_.place(*item(true, false, Ms{ms}, 1, tracks_)); }
  std::uint32_t audio(int ms) { return stamps_.place(*item(false, false, Ms{ms}, 1, tracks_)); }
  void new_epoch() { tracks_ = test::tracks(); }

  Stamps stamps_;
  std::shared_ptr<const Tracks> tracks_ = test::tracks();
};

TEST_F(StampsTest, BeginAtZeroAndKeepSoundAndPicturesTogether) {
  EXPECT_EQ(video(10'000), 0U);
  EXPECT_EQ(audio(9'990), 0U) << "before the first: not before 0";
  EXPECT_EQ(audio(10'011), 11U);
  EXPECT_EQ(video(10'040), 40U);
}

TEST_F(StampsTest, NeverGoBackWithinATrack) {
  video(10'000);
  EXPECT_EQ(video(10'080), 80U);
  EXPECT_EQ(video(10'040), 80U);
  EXPECT_EQ(audio(10'050), 50U) << "the other track has a line of its own";
}

TEST_F(StampsTest, GoOnBehindASlate) {
  video(10'000);
  const auto stream = tracks_;
  auto slate = std::make_shared<Tracks>(*stream);
  slate->slate = true;
  tracks_ = slate;
  EXPECT_EQ(video(12'000), 2'000U);
  EXPECT_EQ(audio(15'000), 5'000U);
  tracks_ = stream;
  EXPECT_EQ(video(14'500), 5'040U) << "by the source's clock only half a second before";
  EXPECT_EQ(video(14'540), 5'080U);
}

TEST_F(StampsTest, GoOnWithinAnEpochWhateverTheGap) {
  video(10'000);
  EXPECT_EQ(video(100'000), 90'000U);
}

TEST_F(StampsTest, AnEpochThatGoesOnKeepsTheTimeLine) {
  video(10'000);
  video(10'960);
  new_epoch();
  EXPECT_EQ(video(11'000), 1'000U);
  EXPECT_EQ(audio(11'010), 1'010U);
}

TEST_F(StampsTest, AnEpochWithAnotherTimeLineFollowsAtOnce) {
  video(50'000);
  EXPECT_EQ(video(55'000), 5'000U);
  new_epoch();
  EXPECT_EQ(video(10'000), 5'040U);
  EXPECT_EQ(audio(10'020), 5'060U) << "in sync as before";
  new_epoch();
  EXPECT_EQ(video(900'000), 5'100U);
}

TEST_F(StampsTest, WrapAround) {
  constexpr auto near_end = 4'294'967'290;
  stamps_.place(*item(true, false, Ms{0}, 1, tracks_));
  EXPECT_EQ(stamps_.place(*item(true, false, Ms{near_end}, 1, tracks_)), 4'294'967'290U);
  EXPECT_EQ(stamps_.place(*item(true, false, Ms{near_end + 40}, 1, tracks_)), 34U);
}

}  // namespace
}  // namespace social_relay

#include "tools/social-relay/intake.hpp"

#include <string>

#include <gtest/gtest.h>

namespace social_relay {
namespace {

using live::Ms;
using live::media_in::Epoch;
using live::media_in::Unit;

SharedUnit unit(bool video, bool key, std::size_t size = 100) {
  auto out = std::make_shared<Unit>();
  out->video = video;
  out->key = key;
  out->packet = live::av::Packet::copy_of(live::Buffer(size));
  return out;
}

class IntakeTest : public testing::Test {
 protected:
  bool picture(bool key = false, std::size_t size = 100) {
    return intake_.push(unit(true, key, size), now_);
  }
  bool sound() { return intake_.push(unit(false, true), now_); }
  /// What waits: E for an epoch, W for wishes, K for a key frame, p for another picture, s for a sound.
  std::string all() {
    std::string out;
    intake_.end();
    while (auto item = intake_.pop()) {
      if (const auto* one = std::get_if<SharedUnit>(&*item)) {
        out += !(*one)->video ? 's' : (*one)->key ? 'K' : 'p';
      } else {
        out += std::holds_alternative<Epoch>(*item) ? 'E' : 'W';
      }
    }
    return out;
  }

  Intake intake_;
  live::Monotonic now_{};
};

TEST_F(IntakeTest, KeepsTheOrderAndBeginsWithAKeyFrame) {
  intake_.want({});
  intake_.begin({});
  picture();
  sound();
  picture(true);
  picture();
  sound();
  EXPECT_EQ(intake_.dropped_pictures(), 0U) << "nobody has missed them";
  EXPECT_EQ(all(), "WEsKps");
}

TEST_F(IntakeTest, GivesWayToTheNextKeyFrameWhenPicturesWaitForTooLong) {
  intake_.begin({});
  picture(true);
  sound();
  picture();
  now_ += Intake::most_wait;
  EXPECT_TRUE(picture());
  now_ += Ms{1};
  EXPECT_FALSE(picture()) << "too much";
  EXPECT_EQ(intake_.dropped_pictures(), 4U);
  sound();
  EXPECT_TRUE(picture());
  EXPECT_EQ(intake_.dropped_pictures(), 5U);
  EXPECT_TRUE(picture(true));
  EXPECT_TRUE(picture());
  EXPECT_EQ(all(), "EssKp");
}

TEST_F(IntakeTest, IsBoundedInBytesAndNumber) {
  intake_.begin({});
  EXPECT_TRUE(picture(true, Intake::most_bytes));
  EXPECT_TRUE(picture(false, 1));
  EXPECT_FALSE(picture(true, 1));
  EXPECT_EQ(intake_.dropped_pictures(), 2U);
  for (std::size_t i = 0; i < 2 * Intake::most_items; ++i)
    sound();
  EXPECT_LE(all().size(), Intake::most_items + 2);
}

TEST_F(IntakeTest, EpochsWithoutEndAreBounded) {
  for (std::size_t i = 0; i < 3 * Intake::most_items; ++i) {
    intake_.want({});
    intake_.begin({});
  }
  EXPECT_LE(all().size(), Intake::most_items + 2);
}

TEST_F(IntakeTest, OnlyTheNewestWishesStand) {
  intake_.want({});
  intake_.want({{}});
  intake_.end();
  const auto item = intake_.pop();
  ASSERT_TRUE(item);
  EXPECT_EQ(std::get<Intake::Wishes>(*item).size(), 1U);
  EXPECT_FALSE(intake_.pop());
}

}  // namespace
}  // namespace social_relay

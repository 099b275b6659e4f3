#include "tools/social-relay/handoff.hpp"

#include "tests/unit/social-relay/items.hpp"

#include <string>

#include <gtest/gtest.h>

namespace social_relay {
namespace {

using live::Ms;
using test::picture;
using test::sound;

class HandoffTest : public testing::Test {
 protected:
  void push(SharedItem item) { handoff_.push(Made{version_, std::move(item)}); }
  /// Times of what is there, in ms.
  std::string taken() {
    std::string out;
    for (const auto& handed : handoff_.take()) {
      const auto* made = std::get_if<Made>(&handed);
      if (made == nullptr) continue;
      const auto ms = std::chrono::duration_cast<Ms>(made->item->at).count();
      out += (out.empty() ? "" : " ") + std::to_string(ms);
    }
    return out;
  }

  int woken_ = 0;
  std::shared_ptr<const Version> version_ = std::make_shared<const Version>();
  Handoff handoff_{[this] { ++woken_; }};
};

TEST_F(HandoffTest, WakesOnceForAllThatGathers) {
  push(picture(Ms{0}, true));
  push(picture(Ms{40}));
  handoff_.push(SourceEnded{});
  EXPECT_EQ(woken_, 1);
  EXPECT_EQ(handoff_.take().size(), 3U);
  push(picture(Ms{80}));
  EXPECT_EQ(woken_, 2);
  EXPECT_EQ(taken(), "80");
  EXPECT_EQ(taken(), "");
}

TEST_F(HandoffTest, GoesOnAtAKeyFrameOnceItWasFull) {
  constexpr auto half = Handoff::most_bytes / 2 - Handoff::item_bytes;
  push(picture(Ms{0}, true, half));
  push(picture(Ms{40}, false, half));
  push(picture(Ms{80}));
  EXPECT_EQ(handoff_.dropped(), 1U);
  EXPECT_EQ(taken(), "0 40");
  push(picture(Ms{120}));
  push(sound(Ms{125}));
  push(picture(Ms{160}, true));
  push(picture(Ms{200}));
  EXPECT_EQ(taken(), "125 160 200");
  EXPECT_EQ(handoff_.dropped(), 2U);
}

TEST_F(HandoffTest, CountsMoreThanTheBytesOfTinyItems) {
  constexpr auto most = Handoff::most_bytes / Handoff::item_bytes;
  push(picture(Ms{0}, true, 0));
  const auto tiny = sound(Ms{1});
  for (std::size_t i = 0; i < most; ++i)
    push(tiny);
  EXPECT_GT(handoff_.dropped(), 0U);
  EXPECT_LE(handoff_.take().size(), most);
}

TEST_F(HandoffTest, TellsTheEndHoweverFullItIs) {
  push(picture(Ms{0}, true, Handoff::most_bytes - Handoff::item_bytes));
  handoff_.push(SourceEnded{});
  EXPECT_EQ(handoff_.take().size(), 2U);
}

}  // namespace
}  // namespace social_relay

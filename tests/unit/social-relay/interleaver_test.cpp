#include "tools/social-relay/interleaver.hpp"

#include "tests/unit/social-relay/items.hpp"

#include <string>
#include <utility>

#include <gtest/gtest.h>

namespace social_relay {
namespace {

using live::Ms;
using test::item;

class InterleaverTest : public testing::Test {
 protected:
  void video(int ms, std::size_t size = 100) {
    interleaver_.push(item(true, false, Ms{ms}, size, tracks_));
  }
  void audio(int ms) { interleaver_.push(item(false, false, Ms{ms}, 100, tracks_)); }
  /// "v0 a10": what was given since the last time.
  std::string given() { return std::exchange(given_, {}); }

  std::string given_;
  Interleaver interleaver_{[this](const SharedItem& item) {
    const auto ms = std::chrono::duration_cast<Ms>(item->at).count();
    given_ +=
        (given_.empty() ? "" : " ") + std::string{item->video ? "v" : "a"} + std::to_string(ms);
  }};
  std::shared_ptr<const Tracks> tracks_ = test::tracks();
};

TEST_F(InterleaverTest, OrdersByStampsPicturesFirst) {
  video(0);
  EXPECT_EQ(given(), "") << "a sound may be as early";
  audio(0);
  audio(21);
  audio(43);
  EXPECT_EQ(given(), "v0");
  video(40);
  EXPECT_EQ(given(), "a0 a21 v40");
  interleaver_.flush();
  EXPECT_EQ(given(), "a43");
}

TEST_F(InterleaverTest, DoesNotWaitForATrackThatStaysAway) {
  for (int ms = 0; ms <= 2'040; ms += 40)
    video(ms);
  EXPECT_EQ(given(), "v0");
  audio(10);
  EXPECT_EQ(given(), "a10") << "late as it is";
}

TEST_F(InterleaverTest, IsBoundedInItemsAndBytes) {
  for (std::size_t i = 0; i <= Interleaver::most_items; ++i)
    video(7);
  EXPECT_EQ(given(), "v7");
  video(8, Interleaver::most_bytes);
  const auto all = given();
  EXPECT_TRUE(all.ends_with("v7 v7")) << "the one that makes it too much goes as the last";
  EXPECT_EQ(all.find("v8"), std::string::npos);
}

TEST_F(InterleaverTest, GivesAllBeforeOtherTracks) {
  video(0);
  audio(5);
  audio(90);
  given();
  tracks_ = test::tracks();
  video(50);
  EXPECT_EQ(given(), "a5 a90");
}

TEST_F(InterleaverTest, OneTrackAloneWaitsForNothing) {
  auto alone = std::make_shared<Tracks>(*tracks_);
  alone->audio.reset();
  tracks_ = alone;
  video(0);
  EXPECT_EQ(given(), "v0");
}

}  // namespace
}  // namespace social_relay

// Every decision of the policy for slow viewers, as a list of fragments and what a viewer gets of
// them.
#include "common/live/cursor.hpp"

#include "tests/unit/live/fragments.hpp"

#include <gtest/gtest.h>

namespace live {
namespace {

using test::at;
using test::bare;

class CursorTest : public testing::Test {
 protected:
  void push(bool start, int ms, std::size_t size = 10) { ring_.push(bare(start, size, ms)); }
  /// A frame every 40 ms from `from_ms` on, a key frame every `gop`.
  void frames(int count, int gop, int from_ms = 0) {
    for (int i = 0; i < count; ++i)
      push(i % gop == 0, from_ms + i * 40);
  }
  std::optional<Sequence> take(int ms) {
    const auto next = cursor_.next(ring_, at(ms), patience_);
    if (next) cursor_.begun(*next);
    return next;
  }
  void take_all(int ms) {
    while (take(ms)) {
    }
  }

  Ring<Fragment> ring_{1U << 20U};
  Patience patience_{Ms{2'000}, 4'000};
  Cursor<Fragment> cursor_;
};

TEST_F(CursorTest, BeginsAtTheNewestKeyFrame) {
  frames(13, 5);
  EXPECT_EQ(take(500), 10u);
  EXPECT_EQ(take(500), 11u);
  EXPECT_EQ(take(500), 12u);
  EXPECT_EQ(take(500), std::nullopt);
  EXPECT_EQ(cursor_.skips(), 0u);
}

TEST_F(CursorTest, WaitsForTheFirstKeyFrameWhenThereIsNone) {
  push(false, 0);
  EXPECT_EQ(take(0), std::nullopt);
  push(false, 40);
  EXPECT_EQ(take(40), std::nullopt);
  push(true, 80);
  EXPECT_EQ(take(80), 2u);
  EXPECT_EQ(cursor_.skips(), 0u);
  EXPECT_EQ(cursor_.skipped(), 0u);
}

TEST_F(CursorTest, GetsEveryFragmentWhileItKeepsUp) {
  for (int i = 0; i < 200; ++i) {
    push(i % 50 == 0, i * 40);
    EXPECT_EQ(take(i * 40), static_cast<Sequence>(i));
  }
}

TEST_F(CursorTest, ASilentSourceMakesNobodyLate) {
  frames(3, 50);
  take_all(100);
  push(false, 60'000);
  EXPECT_EQ(take(60'000), 3u);
  EXPECT_EQ(cursor_.skips(), 0u);
}

TEST_F(CursorTest, TheStartingGopMayBeOldAndLarge) {
  for (int i = 0; i < 100; ++i)
    push(i == 0, i * 100, 1'000);
  for (Sequence i = 0; i < 100; ++i)
    EXPECT_EQ(take(30'000), i);
  EXPECT_EQ(cursor_.skips(), 0u);
}

TEST_F(CursorTest, BehindTheStartingGopLagCounts) {
  frames(50, 25);  // key frames at 0 and 1000 ms; it begins at the second
  EXPECT_EQ(take(2'000), 25u);
  frames(50, 25, 2'000);  // key frames at 2000 and 3000
  EXPECT_EQ(take(3'960), 26u) << "the key frame at 2000 ms has waited for less than 2 s";
  EXPECT_EQ(take(4'001), 75u) << "it has waited for more: skip to the newest, at 3000 ms";
  EXPECT_EQ(cursor_.skips(), 1u);
  EXPECT_EQ(cursor_.skipped(), 75u - 27u);
}

TEST_F(CursorTest, TooManyWaitingBytesSkipToo) {
  push(true, 0);
  EXPECT_EQ(take(0), 0u);
  push(true, 10, 1'500);
  push(false, 20, 1'500);
  EXPECT_EQ(cursor_.next(ring_, at(20), patience_), 1u) << "3000 of 4000 bytes wait";
  push(true, 30, 1'500);
  EXPECT_EQ(take(30), 3u);
  EXPECT_EQ(cursor_.skips(), 1u);
}

TEST_F(CursorTest, OneFragmentLargerThanTheBufferIsNoBacklog) {
  push(true, 0);
  take_all(0);
  push(true, 40, 50'000);
  EXPECT_EQ(take(40), 1u);
  push(true, 80, 50'000);
  EXPECT_EQ(take(80), 2u);
  EXPECT_EQ(cursor_.skips(), 0u);
}

TEST_F(CursorTest, WithoutANewerKeyFrameItWaitsForTheNext) {
  frames(100, 50);  // key frames at 0 and 2000 ms
  EXPECT_EQ(take(4'000), 50u);
  push(true, 4'000);
  take_all(4'000);
  for (int i = 1; i < 60; ++i)
    push(false, 4'000 + i * 40);
  EXPECT_EQ(take(6'100), std::nullopt) << "the fragment of 4040 ms has waited, no key frame since";
  push(false, 6'400);
  EXPECT_EQ(take(6'400), std::nullopt);
  push(true, 6'440);
  EXPECT_EQ(take(6'440), 161u);
  EXPECT_EQ(cursor_.skips(), 1u);
}

TEST_F(CursorTest, AfterASkipWhatWasThereAlreadyDoesNotCount) {
  push(true, 0);
  take_all(0);
  for (int i = 0; i < 100; ++i)
    push(i == 10, 40 + i * 40);  // a key frame at 440 ms, then a long GOP
  EXPECT_EQ(take(4'000), 11u) << "the newest key frame, though it is over 2 s old";
  for (Sequence i = 12; i <= 100; ++i)
    EXPECT_EQ(take(4'000), i);
  EXPECT_EQ(take(4'000), std::nullopt);
  EXPECT_EQ(cursor_.skips(), 1u);
}

TEST_F(CursorTest, WhatComesAfterASkipCountsAgain) {
  push(true, 0);
  take_all(0);
  for (int i = 0; i < 100; ++i)
    push(i == 10, 40 + i * 40);
  EXPECT_EQ(take(4'000), 11u);
  push(false, 4'040);
  EXPECT_EQ(take(6'050), std::nullopt);
  EXPECT_EQ(cursor_.skips(), 2u);
}

TEST_F(CursorTest, ReachingTheNewestKeyFrameLateIsNoSkip) {
  push(true, 0);
  take_all(0);
  push(true, 100);
  push(false, 140);
  push(false, 180);
  EXPECT_EQ(take(2'500), 1u);
  EXPECT_EQ(take(2'500), 2u);
  EXPECT_EQ(take(2'500), 3u);
  EXPECT_EQ(cursor_.skips(), 0u);
}

TEST_F(CursorTest, AViewerThatFellOutOfTheRingSkips) {
  Ring<Fragment> small{1'000};
  small.push(bare(true, 400, 0));
  Cursor<Fragment> cursor;
  cursor.begun(*cursor.next(small, at(0), patience_));
  for (int i = 1; i < 6; ++i)
    small.push(bare(false, 400, i));
  EXPECT_EQ(cursor.next(small, at(6), patience_), std::nullopt);
  small.push(bare(true, 400, 7));
  EXPECT_EQ(cursor.next(small, at(7), patience_), 6u);
  EXPECT_EQ(cursor.skips(), 1u);
}

TEST_F(CursorTest, ReviewLetsTheRingForgetWhatTheViewerWillNotGet) {
  frames(25, 25);
  EXPECT_EQ(take(1'000), 0u);
  frames(50, 25, 1'000);
  cursor_.review(ring_, at(2'900), patience_);
  EXPECT_EQ(cursor_.needs(ring_), 1u);
  cursor_.review(ring_, at(3'100), patience_);
  EXPECT_EQ(cursor_.needs(ring_), ring_.end());
  EXPECT_EQ(take(3'100), 50u);
}

TEST_F(CursorTest, RewindGivesAFragmentOnceMore) {
  frames(3, 50);
  EXPECT_EQ(take(100), 0u);
  EXPECT_EQ(take(100), 1u);
  cursor_.rewind(1);
  EXPECT_TRUE(cursor_.behind(ring_));
  EXPECT_EQ(take(100), 1u);
  EXPECT_EQ(take(100), 2u);
  EXPECT_FALSE(cursor_.behind(ring_));
}

TEST_F(CursorTest, ANewWritersFirstKeyFrameIsWhereWaitingViewersBegin) {
  push(true, 0);
  ring_.forget_starts();
  EXPECT_EQ(take(0), std::nullopt);
  push(true, 40);
  EXPECT_EQ(take(40), 1u);
}

}  // namespace
}  // namespace live

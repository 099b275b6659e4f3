#include "tools/s3-dvr-sync/closed_lists.hpp"

#include "tests/support/folder.hpp"

#include <gtest/gtest.h>

namespace s3_dvr_sync {
namespace {

using namespace std::chrono_literals;

class ClosedListsTest : public live::test::FolderTest {
 protected:
  Journal journal_{folder_};
  live::WallClock now_ = live::WallClock{} + 1'000h;

  [[nodiscard]] ClosedLists lists() { return {journal_, folder_ / state_folder / "closed"}; }
};

TEST_F(ClosedListsTest, AreLookedAtTwiceAndForgotten) {
  auto before = lists();
  before.closed("a/vod-é.m3u8", "text", now_);
  EXPECT_FALSE(before.due(now_ + 59s));
  auto after = lists();  // over a restart
  EXPECT_EQ(after.due(now_ + 1min), "a/vod-é.m3u8");
  EXPECT_EQ(after.text_of("a/vod-é.m3u8"), "text");
  after.looked("a/vod-é.m3u8", true, now_ + 1min);
  EXPECT_FALSE(after.due(now_ + 15min));
  EXPECT_EQ(after.due(now_ + 16min), "a/vod-é.m3u8");
  after.looked("a/vod-é.m3u8", true, now_ + 16min);
  EXPECT_FALSE(after.due(now_ + 100h));
  EXPECT_FALSE(after.text_of("a/vod-é.m3u8"));
  EXPECT_FALSE(lists().due(now_ + 100h));
}

TEST_F(ClosedListsTest, OneThatWasWrongBeginsAgain) {
  auto all = lists();
  all.closed("a", "text", now_);
  all.looked("a", true, now_ + 1min);
  all.looked("a", false, now_ + 16min);
  EXPECT_EQ(all.due(now_ + 17min), "a");
}

TEST_F(ClosedListsTest, AClockThatWasSetBackDelaysNothing) {
  auto all = lists();
  all.closed("a", "text", now_);
  EXPECT_EQ(all.due(now_ - 100h), "a");
}

TEST_F(ClosedListsTest, WithoutSpaceOnlyTheTextIsMissing) {
  write(".s3-dvr-sync/closed", "no folder");
  auto all = lists();
  all.closed("a", "text", now_);
  EXPECT_EQ(all.due(now_ + 1min), "a");
  EXPECT_FALSE(all.text_of("a"));
}

}  // namespace
}  // namespace s3_dvr_sync

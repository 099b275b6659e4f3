#include "tools/s3-dvr-sync/work_list.hpp"

#include "tests/support/folder.hpp"

#include <gtest/gtest.h>

namespace s3_dvr_sync {
namespace {

using namespace std::chrono_literals;

class WorkListTest : public live::test::FolderTest {
 protected:
  Journal journal_{folder_};
  WorkList work_{folder_, TreeRules{}, 0ms, journal_};
  live::Monotonic now_ = live::Monotonic{} + 1h;

  void scan() { work_.scan(now_, std::chrono::system_clock::now()); }
};

TEST_F(WorkListTest, WhatFailedRestsUntilItIsAnotherFile) {
  write("a.mp4", "one");
  scan();
  const auto first = work_.next(now_);
  ASSERT_TRUE(first);
  EXPECT_FALSE(work_.next(now_)) << "it is in hand";
  work_.settle(*first, Outcome::failed, now_);
  scan();
  EXPECT_FALSE(work_.next(now_)) << "it rests";
  EXPECT_TRUE(work_.next(now_ + WorkList::rest));

  work_.settle(*first, Outcome::failed, now_);
  write("a.mp4", "one and more");
  scan();
  const auto second = work_.next(now_);
  ASSERT_TRUE(second) << "its bytes are others now";
  EXPECT_NE(second->mark, first->mark);
}

}  // namespace
}  // namespace s3_dvr_sync

#include "tools/s3-dvr-sync/work_list.hpp"

#include "tests/support/folder.hpp"
#include "tools/s3-dvr-sync/aside_key.hpp"

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
  /// As if it had been uploaded.
  void verified(const Item& item) {
    journal_.done(item.key, item.mark, {"etag of " + item.key, "", item.mark.size});
    work_.settle(item, Outcome::verified, now_);
  }
  /// The key of what is next, and "" where that is nothing.
  std::string next_key(WorkList& work) {
    work.scan(now_, std::chrono::system_clock::now());
    const auto item = work.next(now_);
    return item ? item->key : "";
  }
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

TEST_F(WorkListTest, AnotherRecordingOfAUsedNameGoesAside) {
  write("day/cam.mp4", "one");
  scan();
  verified(work_.next(now_).value());
  write("day/cam.mp4", "another");
  scan();
  const auto second = work_.next(now_).value();
  EXPECT_EQ(second.key, "day/cam.mp4") << "it may be the same bytes";
  EXPECT_TRUE(second.steps_aside);
  work_.settle(second, Outcome::taken, now_);
  const auto aside = work_.next(now_).value();
  EXPECT_EQ(key_before(aside.key), "day/cam.mp4");
  EXPECT_EQ(aside.local, second.local);
  work_.settle(aside, Outcome::taken, now_);
  const auto further = work_.next(now_).value();
  EXPECT_EQ(further.key, aside_key("day/cam.mp4", second.mark, 2)) << "that was used, too";
  verified(further);

  WorkList again{folder_, TreeRules{}, 0ms, journal_};
  EXPECT_EQ(next_key(again), "day/cam.mp4") << "of the second key the journal knows nothing";
  EXPECT_EQ(next_key(work_), "");
  const auto candidates = work_.candidates(now_);
  ASSERT_EQ(candidates.size(), 1U);
  EXPECT_EQ(candidates[0].key, further.key) << "what is deleted here is looked for there";
  EXPECT_TRUE(candidates[0].uploaded);
}

TEST_F(WorkListTest, WhatWentAsideIsFoundThereAgain) {
  write("cam.mp4", "one");
  scan();
  verified(work_.next(now_).value());
  const auto mark = mark_of(write("cam.mp4", "another")).value();
  const auto aside = aside_key("cam.mp4", mark, 1);
  journal_.begun(aside, mark, {"id", 5, false, {}});
  {
    WorkList again{folder_, TreeRules{}, 0ms, journal_};
    EXPECT_EQ(next_key(again), aside) << "it is on its way";
  }
  journal_.done(aside, mark, {"its etag", "", mark.size});
  WorkList again{folder_, TreeRules{}, 0ms, journal_};
  EXPECT_EQ(next_key(again), "");
  EXPECT_EQ(again.backlog().files, 0U);
}

TEST_F(WorkListTest, TwoDoNotGoToOneKeyAtATime) {
  write("cam.mp4", "one");
  scan();
  const auto first = work_.next(now_).value();
  work_.settle(first, Outcome::taken, now_);
  const auto aside = work_.next(now_).value();
  write(aside.key, "a file of that very name");
  EXPECT_EQ(next_key(work_), "");
  verified(aside);
  EXPECT_EQ(next_key(work_), aside.key);
}

}  // namespace
}  // namespace s3_dvr_sync

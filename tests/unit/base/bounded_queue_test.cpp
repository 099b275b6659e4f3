#include "common/base/queue_thread.hpp"

#include <memory>
#include <stdexcept>
#include <vector>

#include <gtest/gtest.h>

namespace live {
namespace {

TEST(BoundedQueue, TryPushDoesNotWaitAndKeepsWhatItCannotTake) {
  BoundedQueue<std::unique_ptr<int>> queue{1};
  auto first = std::make_unique<int>(1), second = std::make_unique<int>(2);
  EXPECT_TRUE(queue.try_push(first));
  EXPECT_FALSE(queue.try_push(second)) << "full";
  ASSERT_TRUE(second);
  EXPECT_EQ(**queue.pop(), 1);
  queue.refuse();
  EXPECT_FALSE(queue.try_push(second)) << "nobody takes it";
  EXPECT_TRUE(second);
}

TEST(QueueThread, GivesAllThenEnds) {
  std::vector<int> got;
  QueueThread<int> thread{2};
  thread.start([&] {
    while (auto item = thread.pop())
      got.push_back(*item);
  });
  for (int i = 0; i < 100; ++i)
    EXPECT_TRUE(thread.push(i));
  thread.finish();
  EXPECT_EQ(got.size(), 100U);
  EXPECT_FALSE(thread.failed());
}

TEST(QueueThread, RefusesWhenItsWorkHasThrownAndTellsWhat) {
  QueueThread<int> thread{1};
  thread.start([&] {
    (void)thread.pop();
    throw std::runtime_error{"no more"};
  });
  EXPECT_TRUE(thread.push(1));
  while (thread.push(2)) {
  }
  EXPECT_THROW(thread.finish(), std::runtime_error);
  EXPECT_TRUE(thread.failed());
}

}  // namespace
}  // namespace live

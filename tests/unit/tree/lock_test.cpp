#include "common/tree/lock.hpp"

#include "common/base/failure.hpp"
#include "tests/support/folder.hpp"

#include <thread>

using namespace live;
using namespace live::tree;
using namespace std::chrono_literals;

using LockTest = test::FolderTest;

/// Until a second descriptor of the lock's file is open: somebody waits for it.
static void until_asked(const std::filesystem::path& folder) {
  const auto deadline = std::chrono::steady_clock::now() + 10s;
  const auto open = [&folder] {
    std::error_code ignored;
    int count = 0;
    for (const auto& entry : std::filesystem::directory_iterator{"/proc/self/fd"})
      count += std::filesystem::read_symlink(entry, ignored) == folder / ".lock" ? 1 : 0;
    return count;
  };
  while (open() < 2 && std::chrono::steady_clock::now() < deadline)
    std::this_thread::yield();
}

TEST_F(LockTest, MakesTheFolderAndHoldsItUntilItGoes) {
  const auto stream = folder_ / "door";
  {
    const auto lock = Lock::take(stream, 0ms);
    ASSERT_TRUE(lock);
    EXPECT_FALSE(Lock::take(stream, 0ms));
    EXPECT_FALSE(Lock::take(stream, 60ms));
    EXPECT_FALSE(Lock::take_existing(stream));
  }
  EXPECT_TRUE(Lock::take_existing(stream));
  EXPECT_TRUE(Lock::take(stream, 0ms));
}

TEST_F(LockTest, TakeExistingMakesNothing) {
  EXPECT_FALSE(Lock::take_existing(folder_ / "door"));
  EXPECT_FALSE(Lock::take_existing(folder_));
  EXPECT_EQ(count(), 0);
}

TEST_F(LockTest, WaitsForTheOtherToGo) {
  auto first = Lock::take(folder_, 0ms);
  std::thread other{[&] {
    until_asked(folder_);
    first.reset();
  }};
  EXPECT_TRUE(Lock::take(folder_, 5s));
  other.join();
}

TEST_F(LockTest, WhatACleanerHasRenamedAwayIsMadeAgain) {
  const auto stream = folder_ / "door";
  auto cleaner = Lock::take(stream, 0ms);
  std::optional<Lock> writer;
  std::thread waits{[&] { writer = Lock::take(stream, 5s); }};
  until_asked(stream);
  std::filesystem::rename(stream, folder_ / ".trash-1");
  cleaner.reset();
  waits.join();
  ASSERT_TRUE(writer);
  EXPECT_TRUE(std::filesystem::exists(stream / ".lock"));
  EXPECT_FALSE(Lock::take(stream, 0ms)) << "held at its place, not in the trash";
  EXPECT_TRUE(Lock::take_existing(folder_ / ".trash-1"));
}

TEST_F(LockTest, ALinkForALockIsRefused) {
  std::filesystem::create_symlink(folder_ / "elsewhere", folder_ / ".lock");
  EXPECT_THROW(Lock::take(folder_, 0ms), Failure);
  EXPECT_EQ(count(), 1);
}

#include "tools/s3-dvr-sync/deletion.hpp"

#include "common/base/fd.hpp"
#include "tests/support/folder.hpp"

#include <cerrno>

#include <fcntl.h>

namespace s3_dvr_sync {
namespace {

using namespace std::chrono_literals;

const live::WallClock now = live::WallClock{} + std::chrono::hours{500'000};

Candidate file(const std::string& key, std::uint64_t size,
               std::optional<std::chrono::hours> uploaded_ago, std::int64_t mtime_ns = 0) {
  Candidate out{key, key, {size, mtime_ns, 1}, {}};
  if (uploaded_ago) {
    out.uploaded = now - *uploaded_ago;
    out.mark.mtime_ns = std::chrono::nanoseconds{out.uploaded->time_since_epoch()}.count();
  }
  return out;
}

std::string keys(const std::vector<Doomed>& doomed) {
  std::string out;
  for (const auto& one : doomed)
    out += one.candidate.key + (one.lost ? "! " : " ");
  return out;
}

const std::vector<Candidate> files{file("new", 10, 1h), file("none", 10, {}, 5),
                                   file("old", 10, 100h), file("older", 10, 200h),
                                   file("none0", 10, {}, 4)};

TEST(Deletion, WithoutARuleNothingGoes) {
  EXPECT_FALSE(DeletionRules{}.any());
  EXPECT_EQ(keys(choose_doomed(files, {}, 0, now)), "");
}

TEST(Deletion, WhatIsUploadedGoes) {
  EXPECT_EQ(keys(choose_doomed(files, {.delete_uploaded = true}, 0, now)), "older old new ");
}

TEST(Deletion, WhatIsUploadedIsKeptForAWhile) {
  EXPECT_EQ(keys(choose_doomed(files, {.keep = 150h}, 0, now)), "older ");
  EXPECT_EQ(keys(choose_doomed(files, {.delete_uploaded = true, .keep = 50h}, 0, now)),
            "older old ");
}

TEST(Deletion, HowOldItIsItsFileSays) {
  auto recorded_before = file("a", 10, 1h);
  recorded_before.mark.mtime_ns -= std::chrono::nanoseconds{150h}.count();
  EXPECT_EQ(keys(choose_doomed({recorded_before}, {.keep = 150h}, 0, now)), "a ");
}

TEST(Deletion, TellsWhatGoesForTheSakeOfSpace) {
  const auto doomed = choose_doomed(files, {.delete_uploaded = true, .min_free = 15}, 0, now);
  ASSERT_EQ(doomed.size(), 3U);
  EXPECT_TRUE(doomed[0].needed && doomed[1].needed);
  EXPECT_FALSE(doomed[2].needed);
}

TEST(Deletion, TheOldestUploadedMakeSpace) {
  EXPECT_EQ(keys(choose_doomed(files, {.keep_size = 35}, 0, now)), "older old ");
  EXPECT_EQ(keys(choose_doomed(files, {.min_free = 15}, 0, now)), "older old ");
  EXPECT_EQ(keys(choose_doomed(files, {.min_free = 15}, 15, now)), "");
}

TEST(Deletion, WhatIsNotUploadedStaysWhateverIsFree) {
  EXPECT_EQ(keys(choose_doomed(files, {.min_free = 1000}, 0, now)), "older old new ");
  EXPECT_EQ(keys(choose_doomed(files, {.keep_size = 0}, 0, now)), "older old new ");
}

TEST(Deletion, UnlessItMayAndThenLast) {
  const DeletionRules rules{.min_free = 45, .delete_unsynced = true};
  EXPECT_EQ(keys(choose_doomed(files, rules, 0, now)), "older old new none0! none! ");
  EXPECT_EQ(keys(choose_doomed(files, {.delete_uploaded = true, .delete_unsynced = true}, 0, now)),
            "older old new ")
      << "only for space";
}

TEST(Deletion, AClockThatWasSetBackDeletesNothing) {
  EXPECT_EQ(keys(choose_doomed({file("future", 1, -10h)}, {.keep = 1h}, 0, now)), "");
}

using DeleteTest = live::test::FolderTest;

TEST_F(DeleteTest, OnlyTheFileThatWasMeantGoes) {
  const auto path = write("a.mp4", "one");
  const auto mark = mark_of(path).value();
  append("a.mp4", "more");
  EXPECT_FALSE(delete_if_same(path, mark));
  EXPECT_TRUE(std::filesystem::exists(path));
  EXPECT_TRUE(delete_if_same(path, mark_of(path).value()));
  EXPECT_FALSE(std::filesystem::exists(path));
  EXPECT_TRUE(delete_if_same(path, mark)) << "it is gone";
}

TEST_F(DeleteTest, WhatSomebodyWritesStays) {
  const auto path = write("a.mp4", "one");
  const auto mark = mark_of(path).value();
  {
    const live::Fd writer{::open(path.c_str(), O_WRONLY | O_CLOEXEC)};
    const live::Fd reader{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
    if (::fcntl(reader.get(), F_SETLEASE, F_RDLCK) == 0 || errno != EAGAIN)
      GTEST_SKIP() << "this file system has no leases";
    EXPECT_FALSE(delete_if_same(path, mark));
    EXPECT_TRUE(std::filesystem::exists(path));
  }
  EXPECT_TRUE(delete_if_same(path, mark));
}

TEST_F(DeleteTest, ALinkStays) {
  const auto path = write("a.mp4", "one");
  std::filesystem::create_symlink(path, folder_ / "link.mp4");
  EXPECT_FALSE(delete_if_same(folder_ / "link.mp4", mark_of(path).value()));
  EXPECT_TRUE(std::filesystem::exists(path));
}

}  // namespace
}  // namespace s3_dvr_sync

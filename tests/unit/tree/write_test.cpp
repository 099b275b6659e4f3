#include "common/tree/write.hpp"

#include "common/base/failure.hpp"
#include "tests/support/folder.hpp"

#include <array>
#include <fstream>

#include <sched.h>
#include <sys/mount.h>
#include <sys/wait.h>

using namespace live;
using namespace live::tree;

using Write = test::FolderTest;

TEST_F(Write, AWholeFileReplacesTheOneBefore) {
  const auto path = folder_ / "a.m4s";
  EXPECT_EQ(write_whole(path, "old and longer"), Written::done);
  const std::array pieces{as_bytes("one "), Bytes{}, as_bytes("two")};
  EXPECT_EQ(write_whole(path, pieces, true), Written::done);
  EXPECT_EQ(text_of("a.m4s"), "one two");
  EXPECT_EQ(count(), 1) << "nothing temporary is left";
}

TEST_F(Write, MorePiecesThanOneCallTakes) {
  const std::string text = "0123456789";
  std::vector<Bytes> pieces;
  std::string whole;
  for (std::size_t i = 0; i < 5000; ++i) {
    pieces.push_back(as_bytes(text).first(i % 11));
    whole += text.substr(0, i % 11);
  }
  write_whole(folder_ / "a", pieces, false);
  EXPECT_EQ(text_of("a"), whole);
}

TEST_F(Write, AFolderThatIsNotThereIsAFailure) {
  EXPECT_THROW(write_whole(folder_ / "no" / "a", "x"), Failure);
  EXPECT_THROW(append_line(folder_ / "no" / "a", "x\n", false), Failure);
  EXPECT_THROW(cut_to(folder_ / "no", 0), Failure);
}

TEST_F(Write, ATemporaryNameThatIsALinkIsNotFollowed) {
  std::filesystem::create_symlink(folder_ / "victim", folder_ / ".a.tmp");
  EXPECT_THROW(write_whole(folder_ / "a", "x"), Failure);
  EXPECT_FALSE(std::filesystem::exists(folder_ / "victim"));
}

TEST_F(Write, LinesAreAppended) {
  EXPECT_EQ(append_line(folder_ / "j", "one\n", false), Written::done);
  EXPECT_EQ(append_line(folder_ / "j", "two\nthree\n", true), Written::done);
  EXPECT_EQ(text_of("j"), "one\ntwo\nthree\n");
}

TEST_F(Write, ALineThatACrashHasCutIsDropped) {
  std::ofstream{folder_ / "j"} << "one\n" << std::string(10'000, 'x');
  append_line(folder_ / "j", "two\n", false);
  EXPECT_EQ(text_of("j"), "one\ntwo\n");
  std::ofstream{folder_ / "k"} << "on";
  append_line(folder_ / "k", "one\n", false);
  EXPECT_EQ(text_of("k"), "one\n");
  cut_to(folder_ / "j", 4);
  EXPECT_EQ(text_of("j"), "one\n");
}

namespace {

/// In a child with a file system of 64 KiB and 8 inodes: 0 when all is as it should be, else the number of what is not.
int in_a_full_folder(const std::filesystem::path& folder) {
  const std::string much(100'000, 'x');
  const std::string little(1000, 'y');
  if (write_whole(folder / "a", little) != Written::done) return 1;
  if (write_whole(folder / "a", much, true) != Written::full) return 2;
  if (read_file(folder / "a", 1U << 20U) != little) return 3;
  if (std::filesystem::exists(folder / ".a.tmp")) return 4;
  if (append_line(folder / "j", little + "\n", false) != Written::done) return 5;
  if (append_line(folder / "j", much + "\n", false) != Written::full) return 6;
  if (read_file(folder / "j", 1U << 20U) != little + "\n") return 7;
  try {
    publish_file(folder / "p", much);
    return 8;
  } catch (const Failure& failure) {
    if (failure.exit() != Exit::io) return 9;
  }
  int made = 0;
  while (made < 20 && write_whole(folder / std::to_string(made), "x") == Written::done)
    ++made;
  if (made == 20) return 10;
  if (append_line(folder / "new", "x\n", false) != Written::full) return 11;
  return 0;
}

}  // namespace

TEST_F(Write, OfAFullDiskItSaysSoAndLeavesWhatWas) {
  constexpr int no_right = 77;
  const auto child = ::fork();
  if (child == 0) {
    if (::unshare(CLONE_NEWNS) != 0 && ::unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0)
      ::_exit(no_right);
    ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr);
    if (::mount("tmpfs", folder_.c_str(), "tmpfs", 0, "size=64k,nr_inodes=8") != 0)
      ::_exit(no_right);
    ::_exit(in_a_full_folder(folder_));
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFEXITED(status));
  if (WEXITSTATUS(status) == no_right) GTEST_SKIP() << "may not mount a small file system";
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

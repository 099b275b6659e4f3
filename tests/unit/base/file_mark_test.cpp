#include "common/base/file_mark.hpp"

#include "tests/support/folder.hpp"

namespace live {
namespace {

using FileMarkTest = test::FolderTest;

TEST_F(FileMarkTest, ChangesWithWhatIsWrittenAndReplaced) {
  const auto path = write("a", "one");
  const auto first = mark_of(path);
  ASSERT_TRUE(first);
  EXPECT_EQ(first->size, 3U);
  EXPECT_EQ(mark_of(path), first);
  std::filesystem::rename(write("b", "two"), path);
  EXPECT_NE(mark_of(path), first);
}

TEST_F(FileMarkTest, KnowsWhenAFileWasWritten) {
  const auto path = write("a", "one");
  make_older(path, std::chrono::hours{1});
  const auto age = std::chrono::system_clock::now() - written_at(mark_of(path).value());
  EXPECT_GE(age, std::chrono::hours{1});
  EXPECT_LT(age, std::chrono::hours{2});
}

TEST_F(FileMarkTest, IsOfRegularFilesOnly) {
  write("a", "one");
  std::filesystem::create_symlink("a", folder_ / "link");
  EXPECT_FALSE(mark_of(folder_ / "link"));
  EXPECT_FALSE(mark_of(folder_));
  EXPECT_FALSE(mark_of(folder_ / "none"));
}

}  // namespace
}  // namespace live

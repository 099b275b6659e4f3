#include "common/base/mapped_file.hpp"

#include "common/base/failure.hpp"
#include "common/base/fd.hpp"
#include "tests/support/folder.hpp"

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <memory>
#include <numeric>
#include <string>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

namespace live {
namespace {

constexpr std::size_t page = 65'536;  // or a part of it

class MappedFiles : public test::FolderTest {
 protected:
  [[nodiscard]] Fd open(const std::string& text) {
    return Fd{::open(write("file", text).c_str(), O_RDWR | O_CLOEXEC)};
  }
};

TEST_F(MappedFiles, HaveTheBytesOfTheirPart) {
  std::string text(3 * page, ' ');
  std::iota(text.begin(), text.end(), '\0');
  const auto file = open(text);
  const MappedFile whole{file.get(), 0, text.size()};
  EXPECT_EQ(as_text(whole.bytes()), text);
  const MappedFile part{file.get(), page + 7, page};
  EXPECT_EQ(as_text(part.bytes()), text.substr(page + 7, page));
  const MappedFile nothing{file.get(), page, 0};
  EXPECT_TRUE(nothing.bytes().empty());
  EXPECT_TRUE(whole.is_whole() && part.is_whole() && nothing.is_whole());
}

TEST_F(MappedFiles, NeedWhatTheyNameToBeThere) {
  const auto file = open("0123456789");
  EXPECT_THROW((MappedFile{file.get(), 1, 10}), Failure);
  EXPECT_THROW((MappedFile{-1, 0, 1}), Failure);
}

TEST_F(MappedFiles, TellThatTheFileWasCut) {
  const auto file = open(std::string(4 * page, 'x'));
  const MappedFile cut{file.get(), 0, 4 * page};
  const MappedFile head{file.get(), 0, page};
  EXPECT_EQ(cut.bytes()[0], 'x');
  ASSERT_EQ(::ftruncate(file.get(), page), 0);
  EXPECT_TRUE(cut.is_whole());  // nobody has looked
  EXPECT_EQ(std::ranges::count(cut.bytes(), 'x'), page);
  EXPECT_FALSE(cut.is_whole());
  EXPECT_EQ(std::ranges::count(head.bytes(), 'x'), page);
  EXPECT_TRUE(head.is_whole());
}

TEST_F(MappedFiles, LeaveNothingBehind) {
  const auto file = open(std::string(page, 'x'));
  for (std::size_t i = 0; i < 2 * MappedFile::most; ++i) {
    const MappedFile one{file.get(), 0, page};
    ASSERT_TRUE(one.is_whole());
  }
}

TEST_F(MappedFiles, AreCopiesWhereNothingCanBeMapped) {
  const Fd file{::open("/sys/kernel/notes", O_RDONLY | O_CLOEXEC)};
  std::error_code none;
  const auto bytes = std::filesystem::file_size("/sys/kernel/notes", none);
  if (!file || none || bytes == 0) GTEST_SKIP() << "there is no such file here";
  const MappedFile copy{file.get(), 0, bytes};
  std::string read(bytes, ' ');
  ASSERT_EQ(::pread(file.get(), read.data(), bytes, 0), static_cast<ssize_t>(bytes));
  EXPECT_EQ(as_text(copy.bytes()), read);
}

TEST(MappedFilesDeathTest, AnotherBusErrorEndsTheProgram) {
  const test::OwnFolder folder;
  const Fd file{::open((folder.path() / "x").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)};
  ASSERT_EQ(::ftruncate(file.get(), 1), 0);
  const MappedFile one{file.get(), 0, 1};
  const auto twice = [] {
    ::raise(SIGBUS);
    ::raise(SIGBUS);
  };
  EXPECT_DEATH(twice(), "");
}

}  // namespace
}  // namespace live

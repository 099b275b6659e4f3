#include "common/base/log.hpp"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace live {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::Not;

class Log : public ::testing::Test {
 protected:
  void start(log::Level level, log::Format format) {
    log::start("prog", level, format);
    log::set_sink([this](std::string_view line) { lines.emplace_back(line); });
  }
  void TearDown() override { log::set_sink({}); }
  std::vector<std::string> lines;
};

TEST_F(Log, WritesTimeProgramLevelAndMessage) {
  start(log::Level::info, log::Format::text);
  log::warn("cam: lost frames={}", 3);
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_THAT(lines[0], MatchesRegex("....-..-.. ..:..:..\\.... prog: warn cam: lost frames=3"));
}

TEST_F(Log, DropsWhatIsBelowItsLevel) {
  start(log::Level::warn, log::Format::text);
  log::info("not this");
  log::debug("nor this");
  log::error("this");
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_THAT(lines[0], EndsWith("error this"));
}

TEST_F(Log, IsOneRedactedLineWhateverTheMessageHolds) {
  start(log::Level::info, log::Format::text);
  log::info("open rtsp://u:secret@cam\nforged line");
  EXPECT_THAT(lines.at(0), EndsWith("open rtsp://***@cam\\x0aforged line"));
  EXPECT_THAT(lines.at(0), Not(HasSubstr("secret")));
}

TEST_F(Log, WritesJson) {
  start(log::Level::info, log::Format::json);
  log::info("say \"hi\" \\ \x01");
  EXPECT_THAT(lines.at(0),
              MatchesRegex("\\{\"time\":\"....-..-..T..:..:..\\....Z\",\"level\":\"info\","
                           "\"program\":\"prog\",\"message\":.*\\}"));
  EXPECT_THAT(lines.at(0), HasSubstr(R"("message":"say \"hi\" \\ \\x01"})"));
}

TEST_F(Log, LastWordsArePlainAndPassEveryLevel) {
  start(log::Level::error, log::Format::text);
  log::last_words("open x: no such file");
  EXPECT_EQ(lines.at(0), "prog: open x: no such file");
}

/// What `body` writes to stderr, a pipe of which JOURNAL_STREAM says that it is the journal's.
std::string written_to_journal(void (*body)()) {
  std::array<int, 2> ends{};
  EXPECT_EQ(::pipe(ends.data()), 0);
  struct stat info {};
  ::fstat(ends[1], &info);
  ::setenv("JOURNAL_STREAM", fmt::format("{}:{}", info.st_dev, info.st_ino).c_str(), 1);
  const int before = ::dup(STDERR_FILENO);
  ::dup2(ends[1], STDERR_FILENO);
  body();
  ::dup2(before, STDERR_FILENO);
  ::unsetenv("JOURNAL_STREAM");
  std::array<char, 1024> text{};
  const auto n = ::read(ends[0], text.data(), text.size());
  for (const int fd : {before, ends[0], ends[1]})
    ::close(fd);
  return {text.data(), n > 0 ? static_cast<std::size_t>(n) : 0};
}

TEST(Journal, GetsAPriorityInFrontOfEachLineAndNoTime) {
  const auto text = written_to_journal([] {
    log::start("prog", log::Level::debug, log::Format::text);
    log::debug("a");
    log::info("b");
    log::warn("c");
    log::error("d");
    log::last_words("e");
  });
  EXPECT_EQ(text,
            "<7>prog: debug a\n<6>prog: info b\n<4>prog: warn c\n<3>prog: error d\n<3>prog: e\n");
}

}  // namespace
}  // namespace live

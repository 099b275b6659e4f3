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

}  // namespace
}  // namespace live

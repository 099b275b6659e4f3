#include "common/cli/status_line.hpp"

#include "common/base/log.hpp"

#include <array>
#include <cstdlib>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <pty.h>
#include <sys/wait.h>
#include <unistd.h>

namespace live::cli {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;

/// What `body` shows on a terminal of 40 columns with TERM=`term`.
std::string shown_on_terminal(const char* term, void (*body)()) {
  int terminal = -1;
  winsize size{};
  size.ws_col = 40;
  size.ws_row = 10;
  const auto child = ::forkpty(&terminal, nullptr, nullptr, &size);
  if (child == 0) {
    ::setenv("TERM", term, 1);
    body();
    ::_exit(0);
  }
  std::string shown;
  std::array<char, 1024> part{};
  for (ssize_t n = 0; (n = ::read(terminal, part.data(), part.size())) > 0;)
    shown.append(part.data(), static_cast<std::size_t>(n));
  ::close(terminal);
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_EQ(status, 0) << shown;
  return shown;
}

void draw_twice_and_log() {
  log::start("prog", log::Level::info, log::Format::text);
  const auto line = StatusLine::on_stderr();
  if (!line) ::_exit(3);
  line->draw("first of rtsp://u:secret@cam");
  log::info("something happened");
  line->draw(std::string(100, 'x'));
}

void draw_several_lines() {
  log::start("prog", log::Level::info, log::Format::text);
  const auto line = StatusLine::on_stderr();
  if (!line) ::_exit(3);
  line->draw("one\n" + std::string(100, 'x') + "\nthree");
  log::info("something happened");
  line->draw("one of rtmp://u:secret@host\ntwo");
  std::string many;
  for (int i = 0; i < 50; ++i)
    many += "line " + std::to_string(i) + "\n";
  line->draw(many);
}

void want_no_line() {
  if (StatusLine::on_stderr()) ::_exit(3);
}

TEST(StatusLine, IsRedrawnBelowLogLinesAndClearedAtTheEnd) {
  const auto shown = shown_on_terminal("xterm", draw_twice_and_log);
  EXPECT_THAT(shown, HasSubstr("\r\x1b[Kfirst of rtsp://***@cam\r\x1b[K20"))
      << "the log takes its place";
  EXPECT_THAT(shown, HasSubstr("something happened\r\nfirst of rtsp://***@cam"));
  EXPECT_THAT(shown, HasSubstr("\x1b[K" + std::string(36, 'x') + "...")) << "cut to the width";
  EXPECT_THAT(shown, Not(HasSubstr(std::string(37, 'x'))));
  EXPECT_THAT(shown, EndsWith("\r\x1b[K"));
}

TEST(StatusLine, MayBeSeveral) {
  const auto shown = shown_on_terminal("xterm", draw_several_lines);
  EXPECT_THAT(shown, HasSubstr("\r\x1b[Kone\r\n" + std::string(36, 'x') + "...\r\nthree"));
  EXPECT_THAT(shown, HasSubstr("three\r\x1b[2A\x1b[J20")) << "the log takes their place";
  EXPECT_THAT(shown, HasSubstr("\x1b[2A\x1b[Jone of rtmp://***@host\r\ntwo\r\x1b[1A\x1b[Jline 0"));
  EXPECT_THAT(shown, EndsWith("line 8\r\x1b[8A\x1b[J"))
      << "as many as the terminal has rows but one";
}

TEST(StatusLine, IsNotDrawnOnADumbTerminal) {
  EXPECT_EQ(shown_on_terminal("dumb", want_no_line), "");
}

TEST(StatusLine, IsNotDrawnWhereStderrIsNoTerminal) {
  const int terminal = ::dup(STDERR_FILENO);
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe(ends.data()), 0);
  ::setenv("TERM", "xterm", 1);
  ::dup2(ends[1], STDERR_FILENO);
  const auto line = StatusLine::on_stderr();
  ::dup2(terminal, STDERR_FILENO);
  for (const int fd : {terminal, ends[0], ends[1]})
    ::close(fd);
  EXPECT_EQ(line, nullptr);
}

}  // namespace
}  // namespace live::cli

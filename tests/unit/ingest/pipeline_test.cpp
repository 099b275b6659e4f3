// Pipelines with real commands: what reaches them, what happens when they lag, die, ignore signals or leave others behind.
#include "common/ingest/pipeline.hpp"

#include "common/base/fd.hpp"
#include "common/base/log.hpp"
#include "tests/support/folder.hpp"
#include "tests/unit/ingest/media.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include <fcntl.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <sys/stat.h>

namespace live::ingest {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;
using test::buffer;
using test::gather;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class PipelineTest : public live::test::FolderTest {
 protected:
  PipelineTest() {
    ::signal(SIGPIPE, SIG_IGN);
    log::set_sink([this](std::string_view line) { log_.emplace_back(line); });
  }
  ~PipelineTest() override {
    pipeline_.reset();
    io_.run_for(20s);
    log::set_sink({});
  }

  /// `script` for sh, in the folder of the test.
  void start(const std::string& script) {
    options_.command =
        process::Command{{"sh", "-c", "cd " + folder_.string() + "; " + script}, {}, {}};
    options_.name = "door";
    pipeline_ = std::make_unique<Pipeline>(io_, options_, [this] { gone_ = true; });
    pipeline_->header(buffer("[H]"));
  }

  template <class Condition>
  [[nodiscard]] bool until(Condition done, std::chrono::milliseconds limit = 20s) {
    const auto end = Clock::now() + limit;
    while (!done() && Clock::now() < end) {
      io_.restart();
      io_.run_one_for(20ms);
    }
    return done();
  }
  [[nodiscard]] bool until_gone() {
    return until([this] { return gone_; });
  }
  [[nodiscard]] bool until_logged(const std::string& text) {
    return until([&] {
      return std::ranges::any_of(
          log_, [&](const auto& line) { return line.find(text) != std::string::npos; });
    });
  }
  [[nodiscard]] std::string file(const std::string& name) const {
    std::ifstream in{folder_ / name};
    return {std::istreambuf_iterator<char>{in}, {}};
  }
  [[nodiscard]] bool until_file(const std::string& name, const std::string& content) {
    return until([&] { return file(name) == content; });
  }
  [[nodiscard]] int logged(const std::string& text) const {
    return static_cast<int>(std::ranges::count_if(
        log_, [&](const auto& line) { return line.find(text) != std::string::npos; }));
  }

  asio::io_context io_{1};
  PipelineOptions options_;
  std::unique_ptr<Pipeline> pipeline_;
  bool gone_ = false;
  std::vector<std::string> log_;
};

TEST_F(PipelineTest, StartsItsCommandWithTheFirstStart) {
  start("exec cat >out");
  EXPECT_EQ(pipeline_->state(), "waiting for media");
  pipeline_->push(gather("lost "), false);
  EXPECT_EQ(pipeline_->counts().starts, 0U);
  pipeline_->push(gather("K1 "), true);
  EXPECT_EQ(pipeline_->counts().starts, 1U);
  EXPECT_THAT(pipeline_->state(), StartsWith("running (pid "));
  pipeline_->push(gather("a "), false);
  pipeline_->finish();
  pipeline_->push(gather("too late "), true);
  EXPECT_FALSE(gone_) << "never from a call";
  ASSERT_TRUE(until_gone());
  EXPECT_EQ(file("out"), "[H]K1 a ");
  EXPECT_EQ(pipeline_->state(), "ended");
  EXPECT_EQ(pipeline_->counts().bytes, 8U);
  EXPECT_EQ(logged("door: started sh (pid "), 1);
  EXPECT_EQ(logged("info door: its command ended after "), 1);
}

TEST_F(PipelineTest, WhatIsPushedTogetherIsWrittenTogether) {
  start("read -r line; : >there; dd bs=64k count=1 of=second 2>/dev/null; exec cat >rest");
  pipeline_->push(gather("K1\n"), true);
  ASSERT_TRUE(until([this] { return std::filesystem::exists(folder_ / "there"); }));
  for (const auto* piece : {"a ", "b ", "c ", "d ", "e "})
    pipeline_->push(gather(piece), false);
  EXPECT_TRUE(until_file("second", "a b c d e "));
  pipeline_->finish();
  EXPECT_TRUE(until_gone());
}

TEST_F(PipelineTest, ThatNeverHadMediaEndsWithoutACommand) {
  start("exec cat >out");
  pipeline_->finish();
  ASSERT_TRUE(until_gone());
  EXPECT_EQ(pipeline_->counts().starts, 0U);
}

TEST_F(PipelineTest, LinesOfTheCommandAreLoggedWithTheName) {
  start("echo hello >&2; exec cat >out");
  pipeline_->push(gather("K1 "), true);
  EXPECT_TRUE(until_logged("door: hello"));
}

TEST_F(PipelineTest, AFloodOfLinesIsCountedInsteadOfLogged) {
  start("for i in $(seq 5000); do echo line $i; done >&2; exec cat >out");
  pipeline_->push(gather("K1 "), true);
  pipeline_->finish();
  ASSERT_TRUE(until_gone());
  const std::string subject = "door: ";
  int hidden = 0;  // told at the end, and in between where the machine is slow
  for (const auto& line : log_)
    if (line.find(" lines of its command are not shown") != std::string::npos)
      hidden += std::stoi(line.substr(line.find(subject) + subject.size()));
  const int shown = logged("door: line ");
  EXPECT_GE(shown, 50);
  EXPECT_GE(hidden, 4'000);
  EXPECT_EQ(shown + hidden, 5'000);
}

TEST_F(PipelineTest, NeverLogsTheEnvironment) {
  options_.command.reset();
  start("exec cat >out");
  pipeline_.reset();
  options_.command->environment = {"LIVE_QUERY=key-that-is-secret"};
  pipeline_ = std::make_unique<Pipeline>(io_, options_, [this] { gone_ = true; });
  pipeline_->push(gather("K1 "), true);
  pipeline_->finish();
  ASSERT_TRUE(until_gone());
  EXPECT_EQ(logged("secret"), 0);
}

TEST_F(PipelineTest, ASlowReaderLosesWholeGopsOnly) {
  options_.queue_bytes = 1 << 20;
  start("while ! test -e go; do sleep 0.02; done; exec cat >out");
  std::string sent;
  constexpr int gops = 40, pieces = 10;
  for (int gop = 0; gop < gops; ++gop)
    for (int i = 0; i < pieces; ++i)
      pipeline_->push(gather(fmt::format("<{:02}.{}{:*>9992}>\n", gop, i, "")), i == 0);
  EXPECT_GT(pipeline_->counts().dropped_gops, 20U);
  EXPECT_LE(pipeline_->counts().queued, options_.queue_bytes);
  std::ofstream{folder_ / "go"};
  pipeline_->finish();
  ASSERT_TRUE(until_gone());
  std::ifstream out{folder_ / "out"};
  std::string line;
  std::vector<int> got;
  for (int number = 0; std::getline(out, line); ++number) {
    if (number == 0) {
      ASSERT_TRUE(line.starts_with("[H]<00.0"));
      line.erase(0, 3);
    }
    ASSERT_EQ(line.size(), 9998U);
    ASSERT_TRUE(line.ends_with(">"));
    ASSERT_EQ(line.substr(4, 1), std::to_string(number % pieces)) << "a hole in a GOP";
    got.push_back(std::stoi(line.substr(1, 2)));
  }
  EXPECT_TRUE(std::ranges::is_sorted(got));
  EXPECT_EQ(got.back(), gops - 1) << "the newest is there";
  std::uint64_t whole = 0;
  for (int gop = 0; gop < gops; ++gop)
    whole += std::ranges::count(got, gop) == pieces ? 1U : 0U;
  EXPECT_EQ(whole + pipeline_->counts().dropped_gops, gops);
  EXPECT_EQ(logged("warn door: GOPs dropped: "), 1);
}

TEST_F(PipelineTest, ACommandThatDiedIsStartedAgainWithHeadersAndAStart) {
  start("n=$(ls | wc -l); exec head -c 9 >out$n");
  pipeline_->push(gather("K1 "), true);
  pipeline_->push(gather("a1 "), false);
  ASSERT_TRUE(until_file("out0", "[H]K1 a1 "));
  ASSERT_TRUE(until_logged("warn door: its command ended after"));
  EXPECT_EQ(logged("exit 0"), 1) << "an end in order is an end too early";
  ASSERT_TRUE(until([&] { return pipeline_->state() == "waiting to start again"; }));
  pipeline_->push(gather("b1 "), false);
  pipeline_->push(gather("K2 "), true);
  pipeline_->push(gather("a2 "), false);
  ASSERT_TRUE(until_file("out1", "[H]K2 a2 "));
  EXPECT_EQ(pipeline_->counts().starts, 2U);
  pipeline_->finish();
  ASSERT_TRUE(until_gone());
}

TEST_F(PipelineTest, WaitsLongerAfterEachDeath) {
  start("exit 1");
  const auto begun = Clock::now();
  pipeline_->push(gather("K1 "), true);
  ASSERT_TRUE(until([&] {
    pipeline_->push(gather("K "), true);
    return pipeline_->counts().starts == 4;
  }));
  EXPECT_GE(Clock::now() - begun, (250ms + 500ms + 1000ms) * 4 / 5);
  EXPECT_GE(logged("exit 1"), 3);
}

TEST_F(PipelineTest, ACommandThatCannotBeStartedIsTriedAgain) {
  options_.command = process::Command{{"no-such-command-here"}, {}, {}};
  options_.name = "door";
  pipeline_ = std::make_unique<Pipeline>(io_, options_, [this] { gone_ = true; });
  pipeline_->push(gather("K1 "), true);
  ASSERT_TRUE(until(
      [&] { return logged("door: start no-such-command-here: No such file or directory") == 2; }));
  EXPECT_EQ(pipeline_->counts().queued, 3U) << "it waits for the command";
  pipeline_->finish();
  ASSERT_TRUE(until_gone());
}

TEST_F(PipelineTest, ACommandThatClosesItsInputGetsNothingUntilItEnds) {
  start("exec 0<&-; echo closed >&2; while ! test -e go; do sleep 0.02; done");
  pipeline_->push(gather("K1 "), true);
  ASSERT_TRUE(until_logged("door: closed"));
  ASSERT_TRUE(until([&] {
    pipeline_->push(gather("K2 "), true);
    return logged("has closed its standard input") > 0;
  }));
  for (int i = 0; i < 100; ++i)
    pipeline_->push(gather("K3 "), true);
  EXPECT_EQ(pipeline_->counts().queued, 0U);
  EXPECT_EQ(pipeline_->counts().starts, 1U);
  std::ofstream{folder_ / "go"};
  ASSERT_TRUE(until([&] {
    pipeline_->push(gather("K4 "), true);
    return pipeline_->counts().starts == 2;
  }));
  EXPECT_EQ(logged("has closed its standard input"), 1);
  EXPECT_EQ(logged("dropped"), 0) << "it was said already";
}

TEST_F(PipelineTest, FinishWritesTheQueueThenEndsTheInput) {
  start("sleep 0.3; cat >out; echo end >>out");
  const std::string piece(100'000, 'x');
  for (int i = 0; i < 20; ++i)
    pipeline_->push(gather(piece), i == 0);
  EXPECT_GT(pipeline_->counts().queued, 0U);
  pipeline_->finish();
  ASSERT_TRUE(until_gone());
  EXPECT_EQ(file("out").size(), 3 + 20 * piece.size() + 4);
  EXPECT_EQ(pipeline_->counts().dropped_bytes, 0U);
}

TEST_F(PipelineTest, FinishTermsWhoStaysAfterTheEndAndKillsWhoStaysAfterThat) {
  options_.leave = 200ms;
  options_.kill = 300ms;
  start(
      "trap 'echo term >>out' TERM; echo ready >&2; cat >/dev/null; echo eof >>out; while :; do "
      "sleep 0.02; done");
  pipeline_->push(gather("K1 "), true);
  ASSERT_TRUE(until_logged("door: ready"));
  const auto begun = Clock::now();
  pipeline_->finish();
  ASSERT_TRUE(until_gone());
  EXPECT_GE(Clock::now() - begun, 500ms);
  EXPECT_EQ(file("out"), "eof\nterm\n");
  EXPECT_EQ(logged("killed by signal 9 (KILL)"), 1);
  EXPECT_EQ(logged("warn door: killed what was there 300ms after SIGTERM"), 1);
}

TEST_F(PipelineTest, FinishDoesNotWaitForAReaderThatReadsNothing) {
  options_.leave = 200ms;
  start("trap '' TERM; exec sleep 0.9");
  const std::string piece(1'000'000, 'x');
  pipeline_->push(gather(piece), true);
  pipeline_->finish();
  ASSERT_TRUE(until_gone());
  EXPECT_EQ(pipeline_->counts().dropped_gops, 1U);
}

TEST_F(PipelineTest, FinishTermsWhatTheLeaderLeftBehind) {
  start(
      "(trap 'echo term >out; exit' TERM; echo ready >&2; while :; do sleep 0.02; done) & exec cat "
      ">/dev/null");
  pipeline_->push(gather("K1 "), true);
  ASSERT_TRUE(until_logged("door: ready"));
  const auto begun = Clock::now();
  pipeline_->finish();
  ASSERT_TRUE(until_gone());
  EXPECT_EQ(file("out"), "term\n");
  EXPECT_LT(Clock::now() - begun, 10s) << "at the leader's exit, not later";
}

TEST_F(PipelineTest, TerminateTermsAtOnceAndKeepsTheInputOpen) {
  options_.leave = 2s;
  // The loop ends with the end of the input, or with the signal, and says which.
  start(
      "trap 'echo term; exit 0' TERM; echo ready >&2; while read -r line; do echo \"$line\"; done "
      ">out; echo eof");
  pipeline_->push(gather("K1\n"), true);
  ASSERT_TRUE(until_logged("door: ready"));
  ASSERT_TRUE(until_file("out", "[H]K1\n"));
  pipeline_->terminate();
  pipeline_->push(gather("too late\n"), true);
  ASSERT_TRUE(until_gone());
  EXPECT_EQ(file("out"), "[H]K1\nterm\n");
}

TEST_F(PipelineTest, TerminateReachesTheWholeGroup) {
  start(
      "for i in 1 2; do (trap \"echo term >out$i; exit\" TERM; echo ready $i >&2; while :; do "
      "sleep 0.02; done) & done; trap 'exit 0' TERM; while :; do sleep 0.02; done");
  pipeline_->push(gather("K1 "), true);
  ASSERT_TRUE(until_logged("door: ready 1"));
  ASSERT_TRUE(until_logged("door: ready 2"));
  pipeline_->terminate();
  ASSERT_TRUE(until_gone());
  EXPECT_EQ(file("out1") + file("out2"), "term\nterm\n");
}

TEST_F(PipelineTest, TerminateKillsWhoIgnoresIt) {
  options_.leave = 100ms;
  options_.kill = 100ms;
  start("trap '' TERM; echo ready >&2; cat >out; echo eof >>out");
  pipeline_->push(gather("K1 "), true);
  ASSERT_TRUE(until_logged("door: ready"));
  pipeline_->terminate();
  ASSERT_TRUE(until_gone());
  EXPECT_EQ(logged("killed by signal 9 (KILL)"), 1);
  EXPECT_EQ(file("out"), "[H]K1 ") << "its input stayed open";
}

TEST_F(PipelineTest, TerminateAfterFinishTermsOnceAndLetsItEnd) {
  start("trap 'echo term >>out' TERM; echo ready >&2; cat >/dev/null; sleep 0.2; echo eof >>out");
  pipeline_->push(gather("K1 "), true);
  ASSERT_TRUE(until_logged("door: ready"));
  pipeline_->finish();
  pipeline_->terminate();
  pipeline_->terminate();
  ASSERT_TRUE(until_gone());
  EXPECT_EQ(file("out"), "term\neof\n");
}

TEST_F(PipelineTest, TerminateBetweenTwoRunsEndsAtOnce) {
  start("exit 1");
  pipeline_->push(gather("K1 "), true);
  ASSERT_TRUE(until_logged("is started again in"));
  pipeline_->terminate();
  ASSERT_TRUE(until_gone());
  EXPECT_EQ(pipeline_->counts().starts, 1U);
}

TEST_F(PipelineTest, WhatADeadLeaderLeftBehindEndsBeforeTheNextStart) {
  options_.kill = 200ms;
  start("echo begin >>out; (trap '' TERM; sleep 0.4; echo left >>out) & sleep 0.1; exit 1");
  pipeline_->push(gather("K1 "), true);
  ASSERT_TRUE(until([&] {
    pipeline_->push(gather("K "), true);
    return file("out") == "begin\nbegin\n";
  })) << file("out");
  pipeline_->terminate();
  ASSERT_TRUE(until_gone());
}

TEST_F(PipelineTest, ThatIsDestroyedTakesItsGroupAlong) {
  const auto held = folder_ / "held";
  ASSERT_EQ(::mkfifo(held.c_str(), 0600), 0);
  const Fd reading{::open(held.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC)};
  start("trap '' TERM; exec 9>held; echo ready >&2; sleep 60");
  pipeline_->push(gather("K1 "), true);
  ASSERT_TRUE(until_logged("ready"));
  pipeline_.reset();
  io_.run_for(20s);
  pollfd end{reading.get(), POLLIN, 0};
  EXPECT_EQ(::poll(&end, 1, 20'000), 1) << "all of it that held the other end";
  EXPECT_FALSE(gone_);
}

TEST_F(PipelineTest, MayBeDestroyedWhenItHasGone) {
  start("exec cat >out");
  pipeline_.reset();
  pipeline_ = std::make_unique<Pipeline>(io_, options_, [this] {
    gone_ = true;
    pipeline_.reset();
  });
  pipeline_->push(gather("K1 "), true);
  pipeline_->finish();
  ASSERT_TRUE(until_gone());
}

TEST_F(PipelineTest, TwoHundredAtOnce) {
  constexpr int number = 200;
  int ended = 0;
  std::vector<std::unique_ptr<Pipeline>> all;
  options_.name = "one of many";
  for (int i = 0; i < number; ++i) {
    options_.command = process::Command{
        {"sh", "-c", fmt::format("exec cat >{}/out{}", folder_.string(), i)}, {}, {}};
    all.push_back(std::make_unique<Pipeline>(io_, options_, [&] { ++ended; }));
    all.back()->header(buffer("[H]"));
  }
  const std::string piece(10'000, 'x');
  for (int round = 0; round < 20; ++round) {
    for (auto& one : all)
      one->push(gather(piece), round == 0);
    io_.poll();
  }
  for (auto& one : all)
    one->finish();
  ASSERT_TRUE(until([&] { return ended == number; }, 60s));
  for (int i = 0; i < number; ++i) {
    EXPECT_EQ(std::filesystem::file_size(folder_ / fmt::format("out{}", i)), 3 + 20 * piece.size());
    EXPECT_EQ(all.at(static_cast<std::size_t>(i))->counts().dropped_bytes, 0U);
  }
}

}  // namespace
}  // namespace live::ingest

// What is written where without waiting, and what others who share the descriptor notice of it: nothing.
#include "common/ingest/pipeline_output.hpp"

#include "common/ingest/pipeline.hpp"
#include "common/net/spawn.hpp"
#include "tests/support/folder.hpp"
#include "tests/unit/ingest/media.hpp"

#include <array>
#include <optional>
#include <string>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

namespace live::ingest {
namespace {

using namespace std::chrono_literals;
using Outcome = net::Sent::Outcome;
using test::gather;

/// A descriptor as a shell gives it, and who reads from it.
struct Ends {
  Fd reading, writing;
};

Ends pipe_ends() {
  std::array<int, 2> ends{};
  EXPECT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
  return {Fd{ends[0]}, Fd{ends[1]}};
}
Ends socket_ends() {
  std::array<int, 2> ends{};
  EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()), 0);
  return {Fd{ends[0]}, Fd{ends[1]}};
}
Ends fifo_ends() {
  const live::test::OwnFolder folder;
  const auto path = folder.path() / "fifo";
  EXPECT_EQ(::mkfifo(path.c_str(), 0600), 0);
  Fd reading{::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC)};
  Fd writing{::open(path.c_str(), O_WRONLY | O_CLOEXEC)};
  ::fcntl(reading.get(), F_SETFL, O_RDONLY);
  return {std::move(reading), std::move(writing)};
}

struct Kind {
  const char* name;
  Ends (*make)();
  bool reopen;
};
class SharedOutput : public ::testing::TestWithParam<Kind> {
 protected:
  SharedOutput() { ::signal(SIGPIPE, SIG_IGN); }
  [[nodiscard]] bool non_blocking() const {
    return (::fcntl(ends_.writing.get(), F_GETFL) & O_NONBLOCK) != 0;
  }
  /// Writes until it says that there is no room, in pieces of an odd size.
  std::size_t fill(PipelineOutput& output) {
    std::string text(30'001, 'x');
    std::array<iovec, 2> pieces{iovec{text.data(), 7}, iovec{text.data() + 7, text.size() - 7}};
    std::size_t written = 0;
    for (;;) {
      const auto sent = output.write(pieces);
      if (sent.outcome != Outcome::some) return written;
      written += sent.bytes;
    }
  }
  std::size_t read(std::size_t most) {
    std::string into(most, 0);
    const auto n = ::read(ends_.reading.get(), into.data(), most);
    return n < 0 ? 0 : static_cast<std::size_t>(n);
  }

  asio::io_context io_{1};
  Ends ends_ = GetParam().make();
};
INSTANTIATE_TEST_SUITE_P(Kinds, SharedOutput,
                         ::testing::Values(Kind{"pipe", pipe_ends, true},
                                           Kind{"pipe_of_others", pipe_ends, false},
                                           Kind{"fifo", fifo_ends, true},
                                           Kind{"socket", socket_ends, true}),
                         [](const auto& kind) { return std::string{kind.param.name}; });

TEST_P(SharedOutput, NeverWaitsAndLeavesTheFlagsAlone) {
  auto output = PipelineOutput::to_shared(io_, ends_.writing.get(), GetParam().reopen);
  EXPECT_GE(fill(output), 60'000U);
  EXPECT_FALSE(non_blocking());
  bool called = false;
  output.when_writable([&] { called = true; });
  io_.run_for(50ms);
  EXPECT_FALSE(called);
  EXPECT_FALSE(non_blocking()) << "while it waits";
  while (!called) {
    ASSERT_GT(read(100'000), 0U);
    io_.restart();
    io_.run_for(20ms);
  }
  EXPECT_GT(fill(output), 0U);
  EXPECT_FALSE(non_blocking());
}

awaitable<void> wait_for_reader_to_leave(PipelineOutput& output, std::optional<bool>& left) {
  left = co_await output.reader_left();
}

TEST_P(SharedOutput, TellsThatTheReaderLeftWhileNothingIsWritten) {
  auto output = PipelineOutput::to_shared(io_, ends_.writing.get(), GetParam().reopen);
  std::optional<bool> left;
  net::spawn(io_, "test", wait_for_reader_to_leave(output, left));
  io_.run_for(50ms);
  EXPECT_FALSE(left.has_value());
  ends_.reading.reset();
  io_.restart();
  io_.run_for(20s);
  EXPECT_EQ(left, true);
  char c = 'x';
  const std::array<iovec, 1> piece{iovec{&c, 1}};
  EXPECT_EQ(output.write(piece).outcome, Outcome::gone);
  EXPECT_TRUE(output.error() == 0 || output.error() == EPIPE);
}

TEST_P(SharedOutput, ThatGoesEndsItsWaits) {
  std::optional<PipelineOutput> output =
      PipelineOutput::to_shared(io_, ends_.writing.get(), GetParam().reopen);
  fill(*output);
  bool called = false;
  std::optional<bool> left;
  output->when_writable([&] { called = true; });
  net::spawn(io_, "test", wait_for_reader_to_leave(*output, left));
  io_.run_for(20ms);
  output.reset();
  io_.restart();
  io_.run_for(20s);
  EXPECT_TRUE(io_.stopped());
  EXPECT_TRUE(called);
  EXPECT_EQ(left, false);
}

/// A pipeline without a command.
struct ToOutput {
  explicit ToOutput(int fd, std::size_t queue_bytes = 8U << 20U) {
    ::signal(SIGPIPE, SIG_IGN);
    PipelineOptions options;
    options.output = fd;
    options.queue_bytes = queue_bytes;
    options.name = "door";
    pipeline.emplace(io, options, [this] { gone = true; });
    pipeline->header(std::make_shared<const Buffer>(Buffer{'[', 'H', ']'}));
  }
  [[nodiscard]] bool until_gone() {
    const auto end = std::chrono::steady_clock::now() + 20s;
    while (!gone && std::chrono::steady_clock::now() < end) {
      io.restart();
      io.run_one_for(20ms);
    }
    return gone;
  }
  asio::io_context io{1};
  bool gone = false;
  std::optional<Pipeline> pipeline;
};

std::string read_all(const Fd& fd) {
  std::string all, some(65'536, 0);
  for (ssize_t n = 0; (n = ::read(fd.get(), some.data(), some.size())) > 0;)
    all.append(some, 0, static_cast<std::size_t>(n));
  return all;
}

TEST(PipelineToOutput, WritesHeadersAndMedia) {
  auto ends = pipe_ends();
  ToOutput to{ends.writing.get()};
  to.pipeline->push(gather("lost "), false);
  to.pipeline->push(gather("K1 "), true);
  to.pipeline->push(gather("a1 "), false);
  EXPECT_EQ(to.pipeline->state(), "running");
  to.pipeline->finish();
  ASSERT_TRUE(to.until_gone());
  to.pipeline.reset();
  ends.writing.reset();
  EXPECT_EQ(read_all(ends.reading), "[H]K1 a1 ");
}

TEST(PipelineToOutput, GoesWhenTheReaderLeaves) {
  auto ends = pipe_ends();
  ToOutput to{ends.writing.get()};
  to.pipeline->push(gather("K1 "), true);
  to.io.run_for(20ms);
  EXPECT_FALSE(to.gone);
  ends.reading.reset();
  ASSERT_TRUE(to.until_gone());
  EXPECT_EQ(to.pipeline->trouble(), "") << "that is no failure";
  EXPECT_EQ(to.pipeline->state(), "ended");
}

TEST(PipelineToOutput, GoesAtAWriteToAReaderThatLeft) {
  auto ends = pipe_ends();
  ToOutput to{ends.writing.get()};
  ends.reading.reset();
  to.pipeline->push(gather("K1 "), true);
  to.pipeline->push(gather("K2 "), true);
  ASSERT_TRUE(to.until_gone());
  EXPECT_EQ(to.pipeline->trouble(), "");
}

TEST(PipelineToOutput, SaysWhyItCannotWrite) {
  const Fd full{::open("/dev/full", O_WRONLY | O_CLOEXEC)};
  ToOutput to{full.get()};
  to.pipeline->push(gather("K1 "), true);
  ASSERT_TRUE(to.until_gone());
  EXPECT_EQ(to.pipeline->trouble(), "No space left on device");
}

TEST(PipelineToOutput, TakesFilesAndNull) {
  std::string path = ::testing::TempDir() + "output-XXXXXX";
  const Fd file{::mkstemp(path.data())};
  const Fd null{::open("/dev/null", O_WRONLY | O_CLOEXEC)};
  for (const int fd : {file.get(), null.get()}) {
    ToOutput to{fd};
    to.pipeline->push(gather(std::string(1'000'000, 'x')), true);
    EXPECT_EQ(to.pipeline->counts().queued, 0U);
    to.pipeline->finish();
    ASSERT_TRUE(to.until_gone());
  }
  EXPECT_EQ(::lseek(file.get(), 0, SEEK_END), 1'000'003);
  ::unlink(path.c_str());
}

TEST(PipelineToOutput, ASlowReaderLosesWholeGops) {
  auto ends = pipe_ends();
  ToOutput to{ends.writing.get(), 1 << 20};
  for (int i = 0; i < 50; ++i)
    to.pipeline->push(gather(std::string(100'000, static_cast<char>('0' + i))), true);
  EXPECT_GT(to.pipeline->counts().dropped_gops, 30U);
  to.pipeline->finish();
  ::fcntl(ends.reading.get(), F_SETFL, O_RDONLY | O_NONBLOCK);
  std::string got;
  while (!to.gone) {
    got += read_all(ends.reading);
    to.io.restart();
    to.io.run_one_for(5ms);
  }
  got += read_all(ends.reading);
  ASSERT_EQ(got.size() % 100'000, 3U);
  for (std::size_t at = 3; at < got.size(); at += 100'000)
    EXPECT_EQ(got[at], got[at + 99'999]);
}

}  // namespace
}  // namespace live::ingest

// Real processes: what they inherit, what they say, how they end, who is left.
#include "common/process/child.hpp"

#include "common/base/failure.hpp"
#include "common/base/fd.hpp"
#include "common/process/group.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace live::process {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

Command shell(std::string script) { return {{"sh", "-c", std::move(script)}, {}, {}}; }

/// A child and what it told.
struct Running {
  explicit Running(const Command& command)
      : child(
            std::in_place, io, command, [this](std::string_view line) { lines.emplace_back(line); },
            [this](Ended how) { ended = how; }) {}

  /// Runs the loop until `done`, at most 20 s.
  template <class Condition>
  [[nodiscard]] bool until(Condition done) {
    const auto limit = Clock::now() + 20s;
    while (!done() && Clock::now() < limit)
      io.run_one_for(20ms);
    return done();
  }
  [[nodiscard]] bool until_ended() {
    return until([this] { return ended.has_value(); });
  }

  asio::io_context io{1};
  std::vector<std::string> lines;
  std::optional<Ended> ended;
  std::optional<Child> child;
};

std::string slurp(const std::string& path) {
  std::ifstream file{path};
  return {std::istreambuf_iterator<char>{file}, {}};
}

bool exists(pid_t pid) { return ::kill(pid, 0) == 0; }

TEST(Child, TellsItsLinesAndItsExitStatus) {
  Running run{shell("echo one >&2; printf two >&2; exit 3")};
  EXPECT_TRUE(run.child->running());
  ASSERT_TRUE(run.until_ended());
  EXPECT_FALSE(run.child->running());
  EXPECT_THAT(run.lines, ElementsAre("one", "two"));
  EXPECT_EQ(to_text(*run.ended), "exit 3");
}

TEST(Child, TellsTheSignalThatKilledIt) {
  Running run{shell("kill -KILL $$")};
  ASSERT_TRUE(run.until_ended());
  EXPECT_EQ(to_text(*run.ended), "killed by signal 9 (KILL)");
}

TEST(Child, ReadsWhatWeWriteUntilWeClose) {
  Running run{shell("cat >&2; echo end >&2")};
  ASSERT_EQ(::write(run.child->input(), "hello\n", 6), 6);
  ASSERT_TRUE(run.until([&] { return run.lines.size() == 1; }));
  run.child->close_input();
  EXPECT_EQ(run.child->input(), -1);
  ASSERT_TRUE(run.until_ended());
  EXPECT_THAT(run.lines, ElementsAre("hello", "end"));
}

TEST(Child, OfNoSuchProgramIsAFailureThatNamesIt) {
  asio::io_context io{1};
  try {
    Child child{io, {{"no-such-program-here"}, {}, {}}, {}, {}};
    FAIL() << "it was started";
  } catch (const Failure& failure) {
    EXPECT_EQ(failure.exit(), Exit::no_input);
    EXPECT_STREQ(failure.what(), "start no-such-program-here: No such file or directory");
  }
}

TEST(CheckProgram, LooksInThePathAsACommandDoes) {
  EXPECT_NO_THROW(check_program("sh"));
  EXPECT_NO_THROW(check_program("/bin/sh"));
  for (const auto* name : {"no-such-program-here", "/bin", "./sh", "", "/etc/passwd"}) {
    try {
      check_program(name);
      ADD_FAILURE() << name;
    } catch (const Failure& failure) {
      EXPECT_EQ(failure.exit(), Exit::no_input);
    }
  }
}

TEST(Child, HasDefaultSignalsWhateverOursAre) {
  ::signal(SIGPIPE, SIG_IGN);
  ::signal(SIGUSR1, SIG_IGN);
  sigset_t blocked, before;
  ::sigemptyset(&blocked);
  ::sigaddset(&blocked, SIGTERM);
  ::pthread_sigmask(SIG_BLOCK, &blocked, &before);
  Running run{shell("grep -E '^Sig(Blk|Ign)' /proc/self/status >&2")};
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  ::signal(SIGUSR1, SIG_DFL);
  ASSERT_TRUE(run.until_ended());
  // glibc ignores its own two, 32 and 33, in what it spawns.
  EXPECT_THAT(run.lines, ElementsAre("SigBlk:\t0000000000000000", "SigIgn:\t0000000180000000"));
}

TEST(Child, InheritsNoOtherDescriptors) {
  const Fd leaked{::open("/dev/null", O_RDONLY)};  // without O_CLOEXEC
  Running run{shell("ls /proc/self/fd >&2")};
  ASSERT_TRUE(run.until_ended());
  EXPECT_THAT(run.lines, ElementsAre("0", "1", "2", "3")) << "3 is the folder that ls reads";
}

TEST(Child, GetsOurEnvironmentWithTheGivenOneInItsPlace) {
  ::setenv("CHILD_KEPT", "kept", 1);
  ::setenv("CHILD_CHANGED", "old", 1);
  ::setenv("CHILD_SECRET", "secret", 1);
  ::setenv("NOTIFY_SOCKET", "/run/ours", 1);
  Running run{{{"sh", "-c", "env | grep -E '^(CHILD_|NOTIFY)' | sort >&2"},
               {"CHILD_CHANGED=new", "CHILD_ADDED=a=b c"},
               {"CHILD_SECRET"}}};
  for (const char* name : {"CHILD_KEPT", "CHILD_CHANGED", "CHILD_SECRET", "NOTIFY_SOCKET"})
    ::unsetenv(name);
  ASSERT_TRUE(run.until_ended());
  EXPECT_THAT(run.lines, ElementsAre("CHILD_ADDED=a=b c", "CHILD_CHANGED=new", "CHILD_KEPT=kept"));
}

TEST(Child, LeadsAGroupOfItsOwn) {
  Running run{shell("ps -o pgid= -p $$ >&2")};
  ASSERT_TRUE(run.until_ended());
  ASSERT_EQ(run.lines.size(), 1U);
  EXPECT_EQ(std::stoi(run.lines[0]), run.child->pid());
}

TEST(Child, LongLinesAreCut) {
  Running run{shell("head -c 100000 /dev/zero | tr '\\0' x >&2; echo >&2; echo next >&2")};
  ASSERT_TRUE(run.until_ended());
  EXPECT_THAT(run.lines, ElementsAre(std::string(Child::max_line, 'x'), "next"));
}

TEST(Child, ThatFloodsItsStandardErrorHasToWait) {
  const auto begin = Clock::now();
  Running run{shell("yes >&2")};
  const auto end = Clock::now() + 1500ms;
  while (Clock::now() < end)
    run.io.run_one_for(20ms);
  // A second's worth at once, at the begin.
  const auto seconds = std::chrono::duration<double>(Clock::now() - begin).count() + 1.5;
  EXPECT_LE(static_cast<double>(run.lines.size() * 2),
            seconds * static_cast<double>(Child::max_error_bytes_per_second));
  EXPECT_GT(run.lines.size(), 1000U);
}

TEST(Child, EndsThoughAGrandchildHoldsItsStandardErrorOpen) {
  Running run{shell("(sleep 0.3; echo later >&2; exec sleep 60) & echo now >&2")};
  const auto begun = Clock::now();
  ASSERT_TRUE(run.until_ended());
  EXPECT_LT(Clock::now() - begun, 10s);
  EXPECT_THAT(run.lines, ElementsAre("now"));
  EXPECT_TRUE(run.child->group_alive());
  ASSERT_TRUE(run.until([&] { return run.lines.size() == 2; })) << "lines of the others are told";
  run.child->signal(SIGTERM);
  EXPECT_TRUE(run.until([&] { return !run.child->group_alive(); }));
}

TEST(Child, SignalsReachTheWholeGroup) {
  Running run{shell("sleep 60 & sleep 60 & echo ready >&2; wait")};
  ASSERT_TRUE(run.until([&] { return !run.lines.empty(); }));
  run.child->signal(SIGTERM);
  ASSERT_TRUE(run.until_ended());
  EXPECT_EQ(run.ended->signal, SIGTERM);
  EXPECT_TRUE(run.until([&] { return !run.child->group_alive(); }));
  run.child->signal(SIGTERM);  // to nobody
}

TEST(Child, ThatGoesTakesItsGroupAlong) {
  Running run{shell("trap '' TERM; sleep 61 & echo $! >&2; wait")};
  ASSERT_TRUE(run.until([&] { return !run.lines.empty(); }));
  const auto leader = run.child->pid();
  const auto grandchild = std::stoi(run.lines[0]);
  run.child.reset();
  run.io.run_for(20s);
  EXPECT_TRUE(run.io.stopped()) << "nothing is left to wait for";
  EXPECT_FALSE(exists(leader)) << "it has been waited for";
  EXPECT_TRUE(run.until([&] {
    return !exists(grandchild) ||
           slurp("/proc/" + run.lines[0] + "/stat").find(" Z ") != std::string::npos;
  }));
  EXPECT_FALSE(run.ended) << "nothing is told any more";
}

TEST(Child, MayBeDestroyedInItsCallbacks) {
  for (const bool at_line : {true, false}) {
    asio::io_context io{1};
    std::unique_ptr<Child> child;
    int told = 0;
    child = std::make_unique<Child>(
        io, shell("echo a >&2; echo b >&2"),
        [&](std::string_view) {
          ++told;
          if (at_line) child.reset();
        },
        [&](Ended) {
          ++told;
          child.reset();
        });
    io.run_for(20s);
    EXPECT_EQ(told, at_line ? 1 : 3);
    EXPECT_TRUE(io.stopped());
  }
}

TEST(Child, IsNotTakenForEndedWhenSigchldIsIgnored) {
  ::signal(SIGCHLD, SIG_IGN);
  Running run{shell("exit 4")};
  ASSERT_TRUE(run.until_ended());
  EXPECT_EQ(run.ended->code, 4);
}

TEST(Child, ThatIsLeftBehindByItsLoopIsKilled) {
  pid_t pid = 0;
  {
    asio::io_context io{1};
    Child child{io, shell("exec sleep 60"), [](std::string_view) {}, [](Ended) {}};
    pid = child.pid();
  }
  int status = 0;
  ASSERT_EQ(::waitpid(pid, &status, 0), pid);
  EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

/// Makes system calls of pidfd fail as they do on a kernel before 5.3, for this process.
void forbid_pidfd() {
  const auto fail_if = [](std::uint32_t number) {
    return std::array<sock_filter, 2>{
        sock_filter{BPF_JMP | BPF_JEQ | BPF_K, 0, 1, number},
        sock_filter{BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ERRNO | ENOSYS}};
  };
  const auto open = fail_if(SYS_pidfd_open);
  const auto send = fail_if(SYS_pidfd_send_signal);
  std::array<sock_filter, 6> program{
      sock_filter{BPF_LD | BPF_W | BPF_ABS, 0, 0, offsetof(seccomp_data, nr)},
      open[0],
      open[1],
      send[0],
      send[1],
      sock_filter{BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW}};
  const sock_fprog filter{program.size(), program.data()};
  ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  if (::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) != 0) ::_exit(2);
}

[[noreturn]] void run_a_child_without_pidfd() {
  forbid_pidfd();
  Running run{shell("sleep 60 & echo one >&2; exit 3")};
  const bool told = run.until_ended() && run.ended->code == 3 && run.lines.size() == 1;
  const bool left = run.child->group_alive();
  run.child->signal(SIGKILL);
  const bool empty = run.until([&] { return !run.child->group_alive(); });
  ::_exit(told && left && empty ? 0 : 1);
}

TEST(ChildDeathTest, IsFollowedWithoutPidfd) {
  ::testing::FLAGS_gtest_death_test_style = "threadsafe";
  EXPECT_EXIT(run_a_child_without_pidfd(), ::testing::ExitedWithCode(0), "");
}

/// As process 1 of a container: what a leader leaves behind becomes our child.
[[noreturn]] void adopt_what_a_child_left_behind() {
  ::prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
  Running run{shell("sleep 60 & echo $! >&2; exit 0")};
  if (!run.until_ended() || !run.child->group_alive()) ::_exit(1);
  run.child->signal(SIGTERM);
  const bool empty = run.until([&] { return !run.child->group_alive(); });
  ::_exit(empty && !exists(std::stoi(run.lines.at(0))) ? 0 : 1);
}

TEST(ChildDeathTest, LeavesNoZombiesWhereWeAreTheirInit) {
  ::testing::FLAGS_gtest_death_test_style = "threadsafe";
  EXPECT_EXIT(adopt_what_a_child_left_behind(), ::testing::ExitedWithCode(0), "");
}

/// As a kernel with and without pidfd sees it.
class GroupWith : public ::testing::TestWithParam<bool> {};
INSTANTIATE_TEST_SUITE_P(Pidfd, GroupWith, ::testing::Bool());

TEST_P(GroupWith, LivesAsLongAsAMember) {
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe(ends.data()), 0);
  ASSERT_EQ(::prctl(PR_SET_CHILD_SUBREAPER, 1), 0) << "so that the member is ours to wait for";
  const pid_t leader = ::fork();
  if (leader == 0) {
    ::setpgid(0, 0);
    const pid_t member = ::fork();
    if (member == 0) {
      ::close(ends[0]);
      ::pause();
    }
    std::ignore = ::write(ends[1], "x", 1);
    ::_exit(0);
  }
  ::close(ends[1]);
  const Fd reading{ends[0]};
  char c = 0;
  ASSERT_EQ(::read(reading.get(), &c, 1), 1);
  Group group{leader, GetParam()};
  EXPECT_EQ(group.pidfd() >= 0, GetParam());
  EXPECT_TRUE(group.alive());
  int status = 0;
  ASSERT_EQ(::waitpid(leader, &status, 0), leader);
  group.leader_reaped();
  EXPECT_TRUE(group.alive()) << "the member";
  EXPECT_TRUE(group.signal(SIGKILL));
  ASSERT_EQ(::read(reading.get(), &c, 1), 0) << "the member has gone";
  ASSERT_GT(::waitpid(-leader, &status, 0), 0);
  ::prctl(PR_SET_CHILD_SUBREAPER, 0);
  EXPECT_FALSE(group.alive());
  EXPECT_FALSE(group.signal(SIGTERM));
}

}  // namespace
}  // namespace live::process

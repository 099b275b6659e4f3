#include "common/cli/program.hpp"

#include "common/base/failure.hpp"
#include "common/base/fd.hpp"
#include "common/base/log.hpp"
#include "common/cli/runtime.hpp"
#include "common/cli/status_server.hpp"

#include <array>
#include <filesystem>
#include <stdexcept>

#include <CLI/CLI.hpp>
#include <boost/asio/post.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

namespace live::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

class ProgramRun : public ::testing::Test {
 protected:
  ProgramRun() {
    log::set_sink([this](std::string_view line) { lines.emplace_back(line); });
    program.app().add_option("INPUT", input, "an input");
  }
  ~ProgramRun() override { log::set_sink({}); }

  int run(std::vector<std::string> arguments, const std::function<void(Runtime&)>& body) {
    arguments.insert(arguments.begin(), "prog");
    std::vector<char*> argv;
    for (auto& argument : arguments)
      argv.push_back(argument.data());
    const int status = program.run(static_cast<int>(argv.size()), argv.data(), body);
    shown = arguments;
    return status;
  }

  std::vector<std::string> lines, shown;
  std::string input;
  Program program{"prog", "Does little.", "Examples:\n  prog x"};
};

TEST_F(ProgramRun, LeavesWithZero) {
  EXPECT_EQ(run({"in"}, [&](Runtime&) { EXPECT_EQ(input, "in"); }), 0);
  EXPECT_TRUE(lines.empty());
}

TEST_F(ProgramRun, LeavesACommandAsItStands) {
  std::vector<std::string> command;
  program.takes_command(command);
  EXPECT_EQ(run({"in", "--", "sh", "-c", "[a,b]", "--", "--help"}, [](Runtime&) {}), 0);
  EXPECT_THAT(command, ElementsAre("sh", "-c", "[a,b]", "--", "--help"));
  EXPECT_EQ(input, "in");
}

TEST_F(ProgramRun, TurnsAFailureIntoItsStatusAndOneRedactedLine) {
  EXPECT_EQ(run({}, [](Runtime&) { fail(Exit::denied, "open {}: 401", "rtsp://u:p@cam"); }), 77);
  EXPECT_THAT(lines, ElementsAre("prog: open rtsp://***@cam: 401"));
}

TEST_F(ProgramRun, TurnsAnUnexpectedExceptionInto70) {
  EXPECT_EQ(run({}, [](Runtime&) { throw std::logic_error("oops"); }), 70);
  EXPECT_THAT(lines, ElementsAre("prog: bug: oops"));
}

TEST_F(ProgramRun, RefusesAWrongCommandLineWith64) {
  EXPECT_EQ(run({"--nonsense"}, [](Runtime&) { FAIL(); }), 64);
  EXPECT_THAT(lines, ElementsAre(EndsWith("see prog --help")));
}

TEST_F(ProgramRun, RefusesAWrongValueWith64) {
  EXPECT_EQ(run({"--log-level", "loud"}, [](Runtime&) { FAIL(); }), 64);
  EXPECT_THAT(lines, ElementsAre(StartsWith("prog: --log-level: loud")));
}

TEST_F(ProgramRun, RefusesAWrongConfigurationFileWith78) {
  EXPECT_EQ(run({"--config=/nonexistent"}, [](Runtime&) { FAIL(); }), 78);
  EXPECT_THAT(lines, ElementsAre("prog: open /nonexistent: No such file or directory"));
}

TEST_F(ProgramRun, HidesCredentialsButKeepsThem) {
  EXPECT_EQ(
      run({"rtsp://u:p@ss@cam/1"}, [&](Runtime&) { EXPECT_EQ(input, "rtsp://u:p@ss@cam/1"); }), 0);
  EXPECT_STREQ(shown.at(1).c_str(), "rtsp://***@cam/1");
}

TEST_F(ProgramRun, PrintsItsVersion) {
  ::testing::internal::CaptureStdout();
  EXPECT_EQ(run({"--version"}, [](Runtime&) { FAIL(); }), 0);
  EXPECT_EQ(::testing::internal::GetCapturedStdout(), "prog " LIVE_VERSION "\n");
}

TEST_F(ProgramRun, PrintsHelpWithTheCommonOptionsAndExamples) {
  ::testing::internal::CaptureStdout();
  EXPECT_EQ(run({"--help"}, [](Runtime&) { FAIL(); }), 0);
  const auto help = ::testing::internal::GetCapturedStdout();
  EXPECT_THAT(help, StartsWith("Does little."));
  for (const auto* option : {"--config", "--log-level", "--log-format", "--status", "--version"})
    EXPECT_THAT(help, HasSubstr(option));
  EXPECT_THAT(help, EndsWith("Examples:\n  prog x\n"));
}

TEST_F(ProgramRun, StopsAtASignal) {
  const auto body = [](Runtime& runtime) {
    asio::post(runtime.io(), [] { ::raise(SIGTERM); });
    runtime.run();
    EXPECT_TRUE(runtime.stopping());
  };
  EXPECT_EQ(run({}, body), 0);
}

TEST_F(ProgramRun, LetsTheBodySayHowItStops) {
  bool asked = false;
  const auto body = [&](Runtime& runtime) {
    runtime.on_stop([&] {
      asked = true;
      runtime.stop();
    });
    asio::post(runtime.io(), [] { ::raise(SIGINT); });
    runtime.run();
  };
  EXPECT_EQ(run({}, body), 0);
  EXPECT_TRUE(asked);
}

/// The supervisor's end of sd_notify(3).
class NotifySocket {
 public:
  NotifySocket() {
    sockaddr_un un{};
    un.sun_family = AF_UNIX;
    path_.copy(un.sun_path, sizeof un.sun_path - 1);
    EXPECT_EQ(::bind(fd_.get(), reinterpret_cast<sockaddr*>(&un), sizeof un), 0);
    ::setenv("NOTIFY_SOCKET", path_.c_str(), 1);
  }
  NotifySocket(const NotifySocket&) = delete;
  NotifySocket& operator=(const NotifySocket&) = delete;
  ~NotifySocket() {
    ::unsetenv("NOTIFY_SOCKET");
    std::filesystem::remove(path_);
  }
  std::string next() const {
    std::array<char, 1024> text{};
    const auto n = ::recv(fd_.get(), text.data(), text.size(), MSG_DONTWAIT);
    return n > 0 ? std::string{text.data(), static_cast<std::size_t>(n)} : "nothing";
  }

 private:
  std::string path_ = ::testing::TempDir() + "live_notify_" + std::to_string(::getpid());
  Fd fd_{::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
};

TEST_F(ProgramRun, TellsSystemdWhatItDoes) {
  const NotifySocket systemd;
  ::setenv("WATCHDOG_USEC", "2000000", 1);
  const auto body = [](Runtime& runtime) {
    runtime.ready("serving\nlive");
    runtime.ready("serving more");
    asio::post(runtime.io(), [] { ::raise(SIGTERM); });
    runtime.run();
  };
  EXPECT_EQ(run({}, body), 0);
  ::unsetenv("WATCHDOG_USEC");
  EXPECT_EQ(systemd.next(), "STATUS=serving live");
  EXPECT_EQ(systemd.next(), "READY=1");
  EXPECT_EQ(systemd.next(), "STATUS=serving more");
  EXPECT_EQ(systemd.next(), "WATCHDOG=1");
  EXPECT_EQ(systemd.next(), "STOPPING=1");
}

http::Response status_page(const StatusPages& pages, const std::string& path,
                           const std::string& method = "GET") {
  http::Request request;
  request.method = method;
  request.path = path;
  return std::get<http::Response>(status_handler(pages)(request, {}));
}

TEST(StatusPages, ServesMetricsInPrometheusText) {
  StatusPages pages;
  pages.program = "prog";
  pages.collectors.emplace_back([](MetricsText& m) { m.gauge("live_x", "An x.", 1); });
  const auto response = status_page(pages, "/metrics");
  EXPECT_EQ(response.headers.at(0).second, "text/plain; version=0.0.4; charset=utf-8");
  const std::string text{as_text(response.body.bytes())};
  EXPECT_THAT(text, HasSubstr("# TYPE live_x gauge\nlive_x 1\n"));
  EXPECT_THAT(text,
              HasSubstr("live_build_info{program=\"prog\",version=\"" LIVE_VERSION "\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("\nprocess_resident_memory_bytes "));
}

TEST(StatusPages, AnswersHealthAlwaysWith200) {
  StatusPages pages;
  EXPECT_EQ(as_text(status_page(pages, "/healthz").body.bytes()), "ok\n");
  pages.health = [] { return "degraded: no source"; };
  EXPECT_EQ(as_text(status_page(pages, "/healthz").body.bytes()), "degraded: no source\n");
  EXPECT_EQ(status_page(pages, "/healthz").status, 200);
}

TEST(StatusPages, AsksAFurtherPageForItsPathAndWhatLiesBelow) {
  StatusPages pages;
  const auto answer = [](const http::Request& request, const http::Peer&) -> http::Answer {
    return http::Response{200, {}, request.method + " " + request.path};
  };
  pages.further.push_back({"/streams", answer});
  EXPECT_EQ(as_text(status_page(pages, "/streams").body.bytes()), "GET /streams");
  EXPECT_EQ(as_text(status_page(pages, "/streams/a", "DELETE").body.bytes()), "DELETE /streams/a");
  EXPECT_EQ(status_page(pages, "/streamsa").status, 404);
}

TEST(StatusPages, RefusesTheRest) {
  const StatusPages pages;
  EXPECT_EQ(status_page(pages, "/").status, 404);
  EXPECT_EQ(status_page(pages, "/metrics", "POST").status, 405);
}

}  // namespace
}  // namespace live::cli

#include "common/cli/options.hpp"

#include <CLI/CLI.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace live::cli {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

TEST(Options, ReadTheFormsOfTheManual) {
  CLI::App app;
  std::chrono::milliseconds timeout{};
  std::optional<std::chrono::milliseconds> maybe;
  std::uint64_t size = 0;
  std::uint64_t rate = 0;
  Address address;
  std::optional<Address> status;
  add_duration(app, "--timeout", timeout, "");
  add_duration(app, "--maybe", maybe, "");
  add_size(app, "--size", size, "");
  add_bit_rate(app, "--rate", rate, "");
  add_address(app, "--listen", address, "");
  add_address(app, "--status", status, "");
  app.parse("--timeout 1.5s --size 4M --rate 2800k --listen :80 --status unix:/x");
  EXPECT_EQ(timeout, 1500ms);
  EXPECT_EQ(maybe, std::nullopt);
  EXPECT_EQ(size, 4U << 20U);
  EXPECT_EQ(rate, 2'800'000U);
  EXPECT_EQ(address, (Address{"", 80, {}}));
  EXPECT_EQ(status, (Address{"", 0, "/x"}));
}

TEST(Options, ShowTheirDefaultsInHelp) {
  CLI::App app;
  std::chrono::milliseconds timeout{2500};
  std::uint64_t size = 64U << 20U;
  Address address{"127.0.0.1", 8080, {}};
  add_duration(app, "--timeout", timeout, "");
  add_size(app, "--memory", size, "");
  add_address(app, "--listen", address, "");
  EXPECT_THAT(app.help(), HasSubstr("--timeout DURATION=2.5s"));
  EXPECT_THAT(app.help(), HasSubstr("--memory SIZE=64M"));
  EXPECT_THAT(app.help(), HasSubstr("--listen ADDRESS=127.0.0.1:8080"));
}

TEST(Options, SayWhatTheyWant) {
  CLI::App app;
  std::chrono::milliseconds timeout{};
  add_duration(app, "--timeout", timeout, "");
  try {
    app.parse("--timeout 5");
    FAIL();
  } catch (const CLI::ParseError& error) {
    EXPECT_STREQ(error.what(), "--timeout: 5 is no duration like 500ms, 4s or 2m");
  }
}

}  // namespace
}  // namespace live::cli

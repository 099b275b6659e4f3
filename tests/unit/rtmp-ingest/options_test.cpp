#include "tools/rtmp-ingest/options.hpp"

#include "common/base/failure.hpp"

#include <CLI/CLI.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rtmp_ingest {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

Options parsed(std::vector<std::string> arguments) {
  Options options;
  CLI::App app;
  declare(app, options);
  std::reverse(arguments.begin(), arguments.end());
  app.parse(arguments);
  return options;
}

std::string refusal(const Options& options) {
  try {
    check(options);
  } catch (const live::Failure& failure) {
    EXPECT_EQ(failure.exit(), live::Exit::usage);
    return failure.what();
  }
  return {};
}

TEST(IngestOptions, LetNoStrangerInByDefault) {
  const auto options = parsed({});
  EXPECT_EQ(options.listen.host, "127.0.0.1");
  EXPECT_EQ(options.listen.port, 1935);
  EXPECT_FALSE(options.allow_any);
  EXPECT_EQ(play_policy(options, true), Play::allow);
  EXPECT_EQ(play_policy(options, false), Play::deny);
  EXPECT_EQ(refusal(options), "");
}

TEST(IngestOptions, ReadTheirWords) {
  const auto options = parsed({"--proxy-protocol", "v2", "--auth-format", "json", "--play", "key",
                               "--takeover", "never", "--format", "fmp4", "--fragment", "2s",
                               "--tracks", "all", "--max-bitrate", "8M", "--grace", "0"});
  EXPECT_EQ(options.proxy_protocol, 2);
  EXPECT_TRUE(options.auth_json);
  EXPECT_EQ(play_policy(options, true), Play::key);
  EXPECT_EQ(options.takeover, Takeover::never);
  EXPECT_EQ(options.format, Format::fmp4);
  EXPECT_EQ(parsed({"--format", "flv"}).format, Format::flv);
  EXPECT_EQ(options.cut.duration, std::chrono::seconds{2});
  EXPECT_TRUE(options.all_tracks);
  EXPECT_EQ(options.max_bit_rate, 8'000'000U);
  EXPECT_EQ(options.grace.count(), 0);
  EXPECT_THROW(parsed({"--play", "maybe"}), CLI::ParseError);
  EXPECT_THROW(parsed({"--fragment", "0"}), CLI::ParseError);
}

TEST(IngestOptions, WantACommandBehindTheDashes) {
  EXPECT_THAT(refusal(parsed({"keys.txt"})), HasSubstr("behind --"));
}

TEST(IngestOptions, RefuseWhatCannotBeMeant) {
  EXPECT_THAT(refusal(parsed({"--max-bitrate", "0"})), HasSubstr("--max-bitrate"));
  EXPECT_THAT(refusal(parsed({"--max-lag", "0"})), HasSubstr("--max-lag"));
  EXPECT_THAT(refusal(parsed({"--auth-format", "json"})), HasSubstr("--auth-url"));
  EXPECT_THAT(refusal(parsed({"--format", "flv", "--fragment", "gop"})), HasSubstr("--fragment"));
  EXPECT_EQ(refusal(parsed({"--format", "flv"})), "");
}

TEST(IngestOptions, MakeAShellOnlyOfExec) {
  Options options;
  EXPECT_TRUE(command_of(options).empty());
  options.command = {"cat", "-"};
  EXPECT_THAT(command_of(options), ElementsAre("cat", "-"));
  options.command.clear();
  options.exec = "cat >x";
  EXPECT_THAT(command_of(options), ElementsAre("sh", "-c", "cat >x"));
}

TEST(IngestOptions, RefuseWhatContradictsItself) {
  Options options;
  options.exec = "cat";
  options.command = {"cat"};
  EXPECT_THAT(refusal(options), HasSubstr("exclude each other"));
  options = {};
  options.no_output = true;
  options.command = {"cat"};
  EXPECT_THAT(refusal(options), HasSubstr("--no-output"));
  options = {};
  options.tls_listen = live::Address{"", 1936, {}};
  EXPECT_THAT(refusal(options), HasSubstr("--tls-cert"));
  options = {};
  options.tls_cert = options.tls_key = "x.pem";
  EXPECT_THAT(refusal(options), HasSubstr("--tls-listen"));
  options = {};
  options.allow_any = true;
  options.keys = "keys.txt";
  EXPECT_THAT(refusal(options), HasSubstr("--allow-any"));
  options = {};
  options.challenge = true;
  EXPECT_THAT(refusal(options), HasSubstr("--challenge"));
  options = {};
  options.memory = 1000;
  EXPECT_THAT(refusal(options), HasSubstr("--memory"));
  options = {};
  options.queue = 1000;
  EXPECT_THAT(refusal(options), HasSubstr("--queue"));
}

}  // namespace
}  // namespace rtmp_ingest

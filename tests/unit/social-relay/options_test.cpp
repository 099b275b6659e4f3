// The command line: --transcode with and without a name, beside INPUT.
#include "tools/social-relay/options.hpp"

#include "common/base/failure.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <CLI/CLI.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

namespace social_relay {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

Options parsed(std::vector<std::string> words) {
  Options out;
  CLI::App app;
  declare(app, out);
  std::ranges::reverse(words);
  app.parse(std::move(words));
  return out;
}

std::string complaint(const Options& options) {
  try {
    std::ignore = destinations_of(options);
  } catch (const live::Failure& failure) {
    EXPECT_EQ(failure.exit(), live::Exit::usage);
    return failure.what();
  }
  return "none";
}

TEST(TranscodeOption, WithoutANameMeansAll) {
  for (const auto& words : {std::vector<std::string>{"film.mp4", "--transcode"},
                            {"film.mp4", "--transcode", "--hold", "20s"},
                            {"--transcode=all", "film.mp4"},
                            {"--transcode", "--", "film.mp4"}}) {
    const auto options = parsed(words);
    EXPECT_THAT(options.transcode, ElementsAre("all")) << testing::PrintToString(words);
    EXPECT_EQ(options.input, "film.mp4") << testing::PrintToString(words);
  }
}

TEST(TranscodeOption, TakesAWordThatFollowsForTheName) {
  const auto options =
      parsed({"--transcode", "twitch", "--transcode", "custom#1=x", "film.mp4", "--transcode"});
  EXPECT_THAT(options.transcode, ElementsAre("twitch", "custom#1=x", "all"));
  EXPECT_EQ(options.input, "film.mp4");
}

TEST(TranscodeOption, SaysHowInputIsWrittenThatWasTakenForAName) {
  const std::string to = "rtmp://127.0.0.1/live/cam";
  EXPECT_THAT(complaint(parsed({"--to", to, "--transcode", "clip/film.mp4"})),
              AllOf(HasSubstr("--transcode clip/film.mp4: no destination is called that"),
                    HasSubstr("--transcode=all INPUT")));
  EXPECT_THAT(complaint(parsed({"--to", to, "--transcode", "rtmp://host/app/s3cret"})),
              AllOf(HasSubstr("--transcode=all INPUT"), Not(HasSubstr("s3cret"))));
  EXPECT_THAT(complaint(parsed({"--to", to, "--transcode", "-"})), HasSubstr("INPUT first"));
  EXPECT_EQ(complaint(parsed({"--to", to, "--transcode", "twitch", "film.mp4"})),
            "--transcode twitch: no destination is called that");
  EXPECT_THAT(complaint(parsed({"--to", to, "--transcode"})),
              HasSubstr("no destination has a preset of its own"));
}

/// What a query or a file names may be away; a film is no such name.
TEST(TranscodeOption, KnowsAFilmFromADestinationThatIsAway) {
  const auto film = testing::TempDir() + "film" + std::to_string(::getpid());
  std::ofstream{film} << "it";
  ::unsetenv("LIVE_TEST_NO_QUERY");
  EXPECT_EQ(complaint(parsed({"--query-env", "LIVE_TEST_NO_QUERY", "--transcode", "twitch"})),
            "none");
  EXPECT_EQ(complaint(parsed({"--query-env", "LIVE_TEST_NO_QUERY", "--transcode"})), "none");
  EXPECT_THAT(complaint(parsed({"--query-env", "LIVE_TEST_NO_QUERY", "--transcode", film})),
              HasSubstr("--transcode=all INPUT"));
  std::filesystem::remove(film);
}

}  // namespace
}  // namespace social_relay

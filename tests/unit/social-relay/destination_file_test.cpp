#include "tools/social-relay/destination_file.hpp"

#include "common/base/failure.hpp"

#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

namespace social_relay {
namespace {

namespace fs = std::filesystem;
using live::Exit;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class DestinationFileTest : public testing::Test {
 protected:
  void SetUp() override { fs::create_directories(folder_); }
  void TearDown() override { fs::remove_all(folder_); }
  std::vector<Destination> read(const std::string& text) const {
    std::ofstream{folder_ / "d.toml"} << text;
    return read_destinations(folder_ / "d.toml");
  }
  /// Status and words of the refusal.
  std::pair<Exit, std::string> refusal(const std::string& text) const {
    try {
      read(text);
    } catch (const live::Failure& failure) {
      return {failure.exit(), failure.what()};
    }
    return {Exit::ok, "it is taken"};
  }
  std::string why(const std::string& text) const {
    const auto [exit, words] = refusal(text);
    EXPECT_EQ(exit, Exit::config) << words;
    EXPECT_THAT(words, Not(HasSubstr("s3cret")));
    return words;
  }

  fs::path folder_ = fs::path{testing::TempDir()} / ("destinations" + std::to_string(::getpid()));
};

TEST_F(DestinationFileTest, ReadsWhatThereIsToSay) {
  std::ofstream{folder_ / "key"} << "from-a-file\n";
  const auto all = read(
      "[[destination]]\n"
      "name = \"main\"\n"
      "service = \"youtube\"\n"
      "key = \"literal\"\n"
      "video-limit = \"8000k\"\n"
      "audio-limit = \"128k\"\n"
      "key-interval = \"3s\"\n"
      "[[destination]]\n"
      "service = \"twitch\"  # the nearest\n"
      "server = \"fra05\"\n"
      "key-file = \"" +
      (folder_ / "key").string() +
      "\"\n"
      "transcode = true\n"
      "[[destination]]\n"
      "url = \"rtmps://host.example/app/name\"\n"
      "transcode = \"youtube\"\n"
      "on = false\n");
  ASSERT_EQ(all.size(), 3U);
  EXPECT_EQ(all[0].label, "main");
  EXPECT_EQ(all[0].url.name, "literal");
  EXPECT_EQ(all[0].limits.video_bit_rate, 8'000'000U);
  EXPECT_EQ(all[0].limits.audio_bit_rate, 128'000U);
  EXPECT_EQ(all[0].limits.key_interval, std::chrono::seconds{3});
  EXPECT_TRUE(all[0].on);
  EXPECT_FALSE(all[0].transcode);
  EXPECT_EQ(all[1].label, "twitch");
  EXPECT_EQ(all[1].url.host, "fra05.contribute.live-video.net");
  EXPECT_EQ(all[1].url.name, "from-a-file");
  EXPECT_EQ(all[1].transcode->name, "twitch");
  EXPECT_EQ(all[2].label, "custom");
  EXPECT_EQ(all[2].transcode->name, "youtube");
  EXPECT_FALSE(all[2].on);
}

TEST_F(DestinationFileTest, TakesAnOwnServerWithTheKeyApart) {
  const auto all = read(
      "[[destination]]\n"
      "url = \"rtmps://host.example/app/inst\"\n"
      "key = \"s3cret?a=b\"\n"
      "backup-url = \"rtmps://backup.example/app/inst\"\n"
      "service = \"twitch\"\n"
      "size-limit = \"1080x1920\"\n"
      "frame-rate-limit = \"30\"\n"
      "codecs = \"h265 h264\"\n");
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0].url.tc_url(), "rtmps://host.example/app/inst");
  EXPECT_EQ(all[0].url.name, "s3cret?a=b");
  ASSERT_TRUE(all[0].backup);
  EXPECT_EQ(all[0].backup->host, "backup.example");
  EXPECT_EQ(all[0].backup->name, "s3cret?a=b");
  EXPECT_EQ(all[0].service, "twitch");
  EXPECT_EQ(all[0].limits.video_bit_rate, find_service("twitch")->limits.video_bit_rate);
  EXPECT_EQ(all[0].limits.width, 1920U);
  EXPECT_EQ(all[0].limits.height, 1080U);
  EXPECT_EQ(all[0].limits.frame_rate, 30);
  using live::codec::Codec;
  EXPECT_THAT(all[0].limits.video, testing::ElementsAre(Codec::hevc, Codec::avc));
  EXPECT_THAT(all[0].limits.audio, testing::ElementsAre(Codec::aac));
}

TEST_F(DestinationFileTest, MayBeEmpty) { EXPECT_TRUE(read("# nothing yet\n").empty()); }

TEST_F(DestinationFileTest, EqualTextsAreEqualDestinations) {
  const std::string text = "[[destination]]\nservice = \"x\"\nkey = \"k\"\n";
  EXPECT_EQ(read(text), read(text));
  EXPECT_NE(read(text), read(text + "on = false\n"));
}

TEST_F(DestinationFileTest, NamesTheLineOfAnErrorAndNoSecret) {
  const std::string good = "[[destination]]\nservice = \"x\"\nkey = \"s3cret\"\n";
  EXPECT_THAT(why(good + "[[destination]]\nservice = \"vimeo\"\nkey = \"s3cret\"\n"),
              AllOf(HasSubstr("d.toml:4"), HasSubstr("youtube, facebook, twitch, x")));
  EXPECT_THAT(why(good + "key = s3cret\n"), AllOf(HasSubstr("d.toml:4"), HasSubstr("not TOML")));
  EXPECT_THAT(why(good + "kex = \"1\"\n"), HasSubstr("no such setting: kex"));
  EXPECT_THAT(why(good + "video-limit = 6000\n"), HasSubstr("a text in quotes"));
  EXPECT_THAT(why(good + "video-limit = \"lots\"\n"), HasSubstr("6000k"));
  EXPECT_THAT(why(good + "key-interval = \"2\"\n"), HasSubstr("2s"));
  EXPECT_THAT(why(good + "transcode = \"8k\"\n"), HasSubstr("transcode: one of"));
  EXPECT_THAT(why(good + "name = \"../etc\"\n"), HasSubstr("name:"));
  EXPECT_THAT(why(good + "key-file = \"/s3cret\"\n"), HasSubstr("one of both"));
  EXPECT_THAT(why("[destination]\nservice = \"x\"\n"), HasSubstr("[[destination]]"));
  EXPECT_THAT(why("key = \"s3cret\"\n"), HasSubstr("d.toml:1"));
  EXPECT_THAT(why("[[destination]]\nservice = \"x\"\n"), HasSubstr("the key for X"));
  EXPECT_THAT(why("[[destination]]\nurl = \"rtmp://host/s3cret\"\n"), HasSubstr("stream name"));
  const std::string own = "[[destination]]\nurl = \"rtmp://host/a/b\"\n";
  EXPECT_THAT(why(own + "server = \"fra05\"\n"), HasSubstr("one of both"));
  EXPECT_THAT(why(own + "service = \"vimeo\"\n"), HasSubstr("service: one of"));
  EXPECT_THAT(why(own + "key = \"s3cret/\"\n"), HasSubstr("the key is empty"));
  EXPECT_THAT(why(own + "size-limit = \"big\"\n"), HasSubstr("1920x1080"));
  EXPECT_THAT(why(own + "frame-rate-limit = \"-1\"\n"), HasSubstr("60"));
  EXPECT_THAT(why(own + "codecs = \"h264 divx\"\n"), HasSubstr("codecs: some of"));
  EXPECT_THAT(why("[[destination]]\nurl = \"rtmp://host/a/b\"\ntranscode = true\n"),
              HasSubstr("transcode: one of"));
}

TEST_F(DestinationFileTest, RefusesANameThatStandsTwice) {
  EXPECT_THAT(why("[[destination]]\nname = \"a\"\nservice = \"x\"\nkey = \"k\"\n"
                  "[[destination]]\nname = \"a\"\nservice = \"x\"\nkey = \"k\"\n"),
              HasSubstr("the name a stands twice"));
}

TEST_F(DestinationFileTest, IsMissingOrTooLarge) {
  EXPECT_THROW(read_destinations(folder_ / "none.toml"), live::Failure);
  std::string many;
  for (std::size_t i = 0; i <= most_destinations; ++i)
    many += "[[destination]]\nservice = \"x\"\nkey = \"k\"\n";
  EXPECT_THAT(why(many), HasSubstr("more than 64"));
}

}  // namespace
}  // namespace social_relay

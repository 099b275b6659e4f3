#include "tools/social-relay/destination.hpp"

#include "common/base/failure.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

namespace social_relay {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

Destination good(const std::string& text) {
  auto made = parse_to(text);
  if (const auto* why = std::get_if<std::string>(&made)) {
    ADD_FAILURE() << *why;
    return {};
  }
  return std::get<Destination>(std::move(made));
}
std::string why(const std::string& text) {
  try {
    const auto made = parse_to(text);
    const auto* why = std::get_if<std::string>(&made);
    return why == nullptr ? "it is taken" : *why;
  } catch (const live::Failure& failure) {
    return failure.what();
  }
}
live::rtmp::Url url(std::string_view text) {
  return std::get<live::rtmp::Url>(live::rtmp::parse_url(text));
}

class DestinationTest : public testing::Test {
 protected:
  DestinationTest() { ::setenv("RELAY_TEST_KEY", "abcd-efgh", 1); }
};

TEST_F(DestinationTest, KnowsTheServices) {
  const auto youtube = good("youtube:env:RELAY_TEST_KEY");
  EXPECT_EQ(youtube.label, "youtube");
  EXPECT_EQ(youtube.title, "YouTube");
  EXPECT_EQ(youtube.url.tc_url(), "rtmps://a.rtmps.youtube.com/live2");
  EXPECT_EQ(youtube.url.port, 443);
  EXPECT_EQ(youtube.url.name, "abcd-efgh");
  ASSERT_TRUE(youtube.backup);
  EXPECT_EQ(youtube.backup->host, "b.rtmps.youtube.com");
  EXPECT_EQ(youtube.backup->app, "live2?backup=1");
  EXPECT_EQ(youtube.backup->name, "abcd-efgh");
  EXPECT_TRUE(youtube.enhanced);
  const auto facebook = good("facebook:env:RELAY_TEST_KEY");
  EXPECT_EQ(facebook.url.tc_url(), "rtmps://rtmp-api.facebook.com/rtmp");
  EXPECT_FALSE(facebook.backup);
  EXPECT_FALSE(facebook.enhanced);
  for (const auto& service : services()) {
    const auto made = good(service.name + ":env:RELAY_TEST_KEY");
    EXPECT_TRUE(made.url.tls) << service.name << ": keys go encrypted";
    EXPECT_EQ(made.limits, service.limits);
  }
}

TEST_F(DestinationTest, TakesAServerWhereThereIsAChoice) {
  EXPECT_EQ(good("twitch@jfk50:env:RELAY_TEST_KEY").url.host, "jfk50.contribute.live-video.net");
  EXPECT_EQ(good("x@de:env:RELAY_TEST_KEY").url.host, "de.pscp.tv");
  EXPECT_THAT(why("youtube@a:env:RELAY_TEST_KEY"), HasSubstr("no choice of server"));
  EXPECT_THAT(why("twitch@evil.example/:env:RELAY_TEST_KEY"), HasSubstr("is none"));
  EXPECT_THAT(why("twitch@a b:env:RELAY_TEST_KEY"), HasSubstr("is none"));
}

TEST_F(DestinationTest, ReadsAKeyFromAFile) {
  const auto path =
      std::filesystem::path{testing::TempDir()} / ("key" + std::to_string(::getpid()));
  std::ofstream{path} << "the-key\nanother line\n";
  EXPECT_EQ(good("facebook:file:" + path.string()).url.name, "the-key");
  std::filesystem::remove(path);
  EXPECT_THAT(why("facebook:file:" + path.string()), HasSubstr("No such file"));
  try {
    parse_to("facebook:file:" + path.string());
  } catch (const live::Failure& failure) {
    EXPECT_EQ(failure.exit(), live::Exit::no_input);
  }
}

TEST_F(DestinationTest, RefusesAKeyOnTheCommandLineAndDoesNotRepeatIt) {
  EXPECT_THAT(why("youtube:s3cret"),
              AllOf(HasSubstr("youtube:env:NAME"), HasSubstr("youtube:file:PATH"),
                    Not(HasSubstr("s3cret"))));
  EXPECT_THAT(why("youtube"), HasSubstr("youtube:env:NAME"));
  EXPECT_THAT(why("vimeo:s3cret"),
              AllOf(HasSubstr("youtube, facebook, twitch, x"), Not(HasSubstr("s3cret"))));
}

TEST_F(DestinationTest, RefusesWhatIsNoKey) {
  for (const auto* key : {"", "a b", "a/b", "a#b", "a\"b", "a\\b", "a\nb", "\xc3\xa9"}) {
    ::setenv("RELAY_TEST_ODD", key, 1);
    EXPECT_THAT(why("youtube:env:RELAY_TEST_ODD"), HasSubstr("the key for YouTube")) << key;
  }
  ::setenv("RELAY_TEST_ODD", std::string(513, 'a').c_str(), 1);
  EXPECT_THAT(why("youtube:env:RELAY_TEST_ODD"), HasSubstr("the key for YouTube"));
  ::unsetenv("RELAY_TEST_ODD");
  EXPECT_THAT(why("youtube:env:RELAY_TEST_ODD"), HasSubstr("is not set"));
}

TEST_F(DestinationTest, TakesServersOfTheOperatorsOwn) {
  const auto own = good("rtmp://host.example:1936/live/inst/cam?sign=1");
  EXPECT_EQ(own.label, "custom");
  EXPECT_EQ(own.service, "");
  EXPECT_EQ(own.title, "host.example");
  EXPECT_EQ(own.url.app, "live/inst");
  EXPECT_EQ(own.url.name, "cam?sign=1");
  EXPECT_EQ(own.limits, Limits{});
  EXPECT_THAT(why("rtmp://host/live"), HasSubstr("no stream name"));
  EXPECT_THAT(why("rtmp://host/live/"), HasSubstr("no stream name"));
  EXPECT_THAT(why("http://host/live/s3cret"), Not(HasSubstr("s3cret")));
  EXPECT_THAT(why("rtmp://host/live/s3'cret"), AllOf(HasSubstr("quotes"), Not(HasSubstr("s3"))));
}

TEST_F(DestinationTest, KnowsAServiceByItsHost) {
  const auto made = good("rtmps://b.rtmps.youtube.com/live2/s3cret");
  EXPECT_EQ(made.service, "youtube");
  EXPECT_EQ(made.limits, find_service("youtube")->limits);
  for (const auto& [host, service] : std::vector<std::pair<std::string, std::string>>{
           {"a.rtmp.youtube.com", "youtube"},
           {"A.RTMPS.YouTube.com", "youtube"},
           {"live-api-s.facebook.com:443", "facebook"},
           {"live-jfk.twitch.tv", "twitch"},
           {"fra05.contribute.live-video.net", "twitch"},
           {"de.pscp.tv", "x"},
           {"1234.global-contribute.live-video.net", ""},
           {"notyoutube.com", ""}})
    EXPECT_EQ(good("rtmp://" + host + "/app/key").service, service) << host;
}

TEST_F(DestinationTest, NumbersWhatHasNoName) {
  std::vector<Destination> all{good("youtube:env:RELAY_TEST_KEY"), good("rtmp://a/live/x"),
                               good("youtube:env:RELAY_TEST_KEY"),
                               good("twitch:env:RELAY_TEST_KEY")};
  number_labels(all);
  EXPECT_EQ(all[0].label, "youtube#1");
  EXPECT_EQ(all[1].label, "custom#1");
  EXPECT_EQ(all[2].label, "youtube#2");
  EXPECT_EQ(all[3].label, "twitch#1");
}

TEST_F(DestinationTest, KeepsTheLabelsOfThoseThatRun) {
  const auto one = good("rtmp://a/live/1"), two = good("rtmp://a/live/2"),
             three = good("rtmp://a/live/3");
  std::vector<Destination> running{one, two, three};
  number_labels(running);
  std::vector<Destination> all{three, good("rtmp://a/live/4"), good("rtmp://a/live/5"), two};
  number_labels(all, running);
  std::vector<std::string> labels;
  for (const auto& it : all)
    labels.push_back(it.label);
  EXPECT_THAT(labels, testing::ElementsAre("custom#3", "custom#1", "custom#4", "custom#2"));
  EXPECT_EQ(all[3], running[1]) << "it goes on";
}

TEST_F(DestinationTest, LeavesNamesOfTheOperatorsAlone) {
  std::vector<Destination> all{good("youtube:env:RELAY_TEST_KEY"),
                               good("youtube:env:RELAY_TEST_KEY")};
  all[0].named = true;
  number_labels(all);
  EXPECT_EQ(all[0].label, "youtube");
  EXPECT_EQ(all[1].label, "youtube#1");
}

class TranscodeTest : public DestinationTest {
 protected:
  TranscodeTest() { number_labels(all_); }
  std::vector<Destination> all_{good("youtube:env:RELAY_TEST_KEY"), good("rtmp://a/live/x"),
                                good("twitch:env:RELAY_TEST_KEY"),
                                good("twitch:env:RELAY_TEST_KEY")};
};

TEST_F(TranscodeTest, OfAllThatHaveAPreset) {
  EXPECT_EQ(apply_transcode("all", all_), "");
  EXPECT_EQ(all_[0].transcode->name, "youtube");
  EXPECT_FALSE(all_[1].transcode);
  EXPECT_EQ(all_[2].transcode, all_[3].transcode);
}

TEST_F(TranscodeTest, OfAServiceOrOfOne) {
  EXPECT_EQ(apply_transcode("twitch", all_), "");
  EXPECT_FALSE(all_[0].transcode);
  EXPECT_TRUE(all_[2].transcode && all_[3].transcode);
  EXPECT_EQ(apply_transcode("custom#1=twitch", all_), "");
  EXPECT_EQ(all_[1].transcode, all_[2].transcode) << "shared";
}

TEST_F(TranscodeTest, SaysWhatIsWrong) {
  EXPECT_THAT(apply_transcode("custom#1", all_), HasSubstr("no preset of its own"));
  EXPECT_THAT(apply_transcode("facebook", all_), HasSubstr("no destination"));
  EXPECT_THAT(apply_transcode("twitch=4k", all_), HasSubstr("no such preset"));
}

TEST(Moved, KeepsNameAndCredentialsAndTls) {
  const auto here =
      std::get<live::rtmp::Url>(live::rtmp::parse_url("rtmps://me:pw@host/app/key?a=b"));
  const auto there = moved(here, "rtmps://other:444/app2?token=1");
  ASSERT_TRUE(there);
  EXPECT_EQ(there->host, "other");
  EXPECT_EQ(there->port, 444);
  EXPECT_EQ(there->app, "app2?token=1");
  EXPECT_EQ(there->name, "key?a=b");
  EXPECT_EQ(there->user + ":" + there->password, "me:pw");
  EXPECT_FALSE(moved(here, "rtmp://other/app2")) << "the key would go in the clear";
  EXPECT_FALSE(moved(here, ""));
  EXPECT_FALSE(moved(here, "https://other/app2"));
  auto plain = here;
  plain.tls = false;
  EXPECT_TRUE(moved(plain, "rtmps://other/app2"));
}

TEST(Secrets, AreFoundInWhatAServerSays) {
  const auto at = url("rtmp://user:pass%23word@host/app/the-key?s_bl=1&a=Ab%2BC");
  for (const auto* text :
       {"no key the-key here", "user may not", "pass#word", "token Ab%2BC", "token Ab+C"})
    EXPECT_TRUE(tells_secret(text, at)) << text;
  for (const auto* text : {"", "s_bl=1", "Stream already publishing"})
    EXPECT_FALSE(tells_secret(text, at)) << text;
}

TEST(Shown, IsWithoutWhatMayBeASecret) {
  auto at = url("rtmps://user:word@host:444/app/inst/key?a=b");
  EXPECT_EQ(shown(at), "rtmps://host:444/app/inst");
  at.app = "app?token=1";
  EXPECT_EQ(shown(at), "rtmps://host:444/app");
  at.app = "app/key";
  EXPECT_EQ(shown(at), "rtmps://host:444");
}

TEST(Presets, HaveTheValuesOfThePredecessor) {
  const auto* twitch = find_preset("twitch");
  ASSERT_NE(twitch, nullptr);
  EXPECT_EQ(twitch->width, 1280U);
  EXPECT_EQ(twitch->height, 720U);
  EXPECT_EQ(twitch->frame_rate, 30U);
  EXPECT_EQ(twitch->video_bit_rate, 3'500'000U);
  EXPECT_EQ(twitch->max_rate, 3'750'000U);
  EXPECT_EQ(twitch->buffer_bits, 4'200'000U);
  EXPECT_EQ(twitch->key_interval, std::chrono::seconds{2});
}

TEST(Presets, AreWithinTheLimitsOfTheirServices) {
  for (const auto& preset : presets()) {
    const auto* service = find_service(preset.name);
    ASSERT_NE(service, nullptr);
    EXPECT_LE(preset.max_rate, service->limits.video_bit_rate) << preset.name;
    EXPECT_LE(preset.audio_bit_rate, service->limits.audio_bit_rate) << preset.name;
    EXPECT_LE(preset.key_interval, service->limits.key_interval) << preset.name;
    EXPECT_LE(preset.width, service->limits.width) << preset.name;
    EXPECT_LE(preset.frame_rate, service->limits.frame_rate) << preset.name;
  }
}

}  // namespace
}  // namespace social_relay

#include "tools/social-relay/limits.hpp"

#include "tools/social-relay/service.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace social_relay {
namespace {

using live::Us;
using live::codec::Codec;
using live::codec::Parameters;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

Parameters video_of(Codec codec, std::uint32_t width, std::uint32_t height) {
  Parameters out;
  out.codec = codec;
  out.width = width;
  out.height = height;
  return out;
}
Parameters audio_of(Codec codec) {
  Parameters out;
  out.codec = codec;
  out.sample_rate = 48'000;
  out.channels = 2;
  return out;
}

class JudgeTest : public testing::Test {
 protected:
  void begin(const Parameters& video = video_of(Codec::avc, 1280, 720), Codec audio = Codec::aac) {
    const auto sound = audio_of(audio);
    judge_.begin(&video, &sound, breaches_);
  }
  /// Pictures of `bytes`, a key frame every `gop` of them, `rate` a second.
  void pictures(double seconds, int gop, std::size_t bytes, int rate = 25) {
    for (int i = 0; i < static_cast<int>(seconds * rate);
         ++i, ++count_, at_ += Us{1'000'000 / rate})
      judge_.push(true, count_ % gop == 0, bytes, at_, breaches_);
  }
  void sounds(double seconds, std::size_t bytes) {
    for (auto at = Us{}; at < Us{static_cast<std::int64_t>(seconds * 1e6)}; at += Us{21'333})
      judge_.push(false, false, bytes, at, breaches_);
  }

  Judge judge_{find_service("twitch")->limits, "Twitch", "add --transcode twitch"};
  std::vector<std::string> breaches_;
  Us at_{};
  int count_ = 0;
};

TEST_F(JudgeTest, FindsNothingInAStreamWithinTheLimits) {
  begin();
  pictures(30, 50, 25'000);  // 5 Mbit/s
  sounds(30, 400);
  EXPECT_THAT(breaches_, IsEmpty());
}

TEST_F(JudgeTest, SaysOnceThatKeyFramesAreTooFar) {
  begin();
  pictures(40, 200, 1'000);
  EXPECT_THAT(
      breaches_,
      ElementsAre("a key frame every 8.0 s, Twitch wants one every 2s: add --transcode twitch"));
}

TEST_F(JudgeTest, DoesNotWaitForEverForAKeyFrame) {
  begin();
  pictures(12, 100'000, 1'000);
  EXPECT_THAT(breaches_, ElementsAre(HasSubstr("a key frame not even every 9.")));
}

TEST_F(JudgeTest, SaysOnceThatTheVideoIsTooMuch) {
  begin();
  pictures(30, 50, 35'000);  // 7 Mbit/s
  EXPECT_THAT(breaches_, ElementsAre(AllOf(HasSubstr("video of 7000 kbit/s"),
                                           HasSubstr("Twitch wants 6000 at most"))));
}

TEST_F(JudgeTest, LetsASingleLargeKeyFramePass) {
  begin();
  for (int i = 0; i < 10; ++i) {
    judge_.push(true, true, 300'000, at_, breaches_);
    at_ += Us{40'000};
    for (int n = 1; n < 50; ++n, at_ += Us{40'000})
      judge_.push(true, false, 10'000, at_, breaches_);
  }
  EXPECT_THAT(breaches_, IsEmpty());
}

TEST_F(JudgeTest, SaysThatTheAudioIsTooMuch) {
  begin();
  sounds(15, 1'200);  // 450 kbit/s
  EXPECT_THAT(breaches_, ElementsAre(HasSubstr("audio of 450 kbit/s, Twitch wants 320 at most")));
}

TEST_F(JudgeTest, SaysThatTherAreTooManyPictures) {
  begin();
  pictures(15, 200, 500, 100);
  EXPECT_THAT(breaches_, ElementsAre(HasSubstr("100.00 pictures a second, Twitch wants 60")));
}

TEST_F(JudgeTest, JudgesTheTracksThemselves) {
  begin(video_of(Codec::hevc, 3840, 2160), Codec::opus);
  EXPECT_THAT(breaches_,
              ElementsAre(HasSubstr("the video is H.265, Twitch takes H.264"),
                          HasSubstr("the audio is Opus, Twitch takes AAC"),
                          HasSubstr("the picture is 3840x2160, Twitch wants 1920x1080")));
}

TEST_F(JudgeTest, TakesAPictureThatStandsUpright) {
  begin(video_of(Codec::avc, 1080, 1920));
  EXPECT_THAT(breaches_, IsEmpty());
}

TEST_F(JudgeTest, MissesSound) {
  const auto video = video_of(Codec::avc, 1280, 720);
  judge_.begin(&video, nullptr, breaches_);
  EXPECT_THAT(breaches_, ElementsAre(HasSubstr("there is no audio")));
}

TEST_F(JudgeTest, MissesPictures) {
  const auto sound = audio_of(Codec::aac);
  judge_.begin(nullptr, &sound, breaches_);
  EXPECT_THAT(breaches_, ElementsAre("there is no video, and Twitch wants some"));
}

TEST_F(JudgeTest, MeasuresEachTrackByItself) {
  begin();
  for (int i = 0; i < 12 * 25; ++i, at_ += Us{40'000}) {  // the sound is 3 s late
    judge_.push(true, i % 200 == 0, 1'000, at_, breaches_);
    judge_.push(false, false, 100, at_ - Us{3'000'000}, breaches_);
  }
  EXPECT_THAT(breaches_, ElementsAre(HasSubstr("a key frame every 8.0 s")));
}

TEST_F(JudgeTest, SaysABreachAgainInANewEpoch) {
  begin();
  pictures(20, 200, 1'000);
  begin();
  pictures(20, 200, 1'000);
  EXPECT_EQ(breaches_.size(), 2U);
}

TEST_F(JudgeTest, AGapInTheInputIsNoBreach) {
  begin();
  pictures(10, 50, 10'000);
  at_ += std::chrono::seconds{40};
  count_ = 0;
  pictures(10, 50, 10'000);
  EXPECT_THAT(breaches_, IsEmpty());
}

TEST(Judge, WithoutLimitsSaysNothing) {
  Judge judge{{}, "server", ""};
  std::vector<std::string> breaches;
  const auto video = video_of(Codec::vp9, 9'999, 9'999);
  judge.begin(&video, nullptr, breaches);
  for (int i = 0; i < 1000; ++i)
    judge.push(true, i == 0, 1'000'000, Us{i * 10'000}, breaches);
  EXPECT_THAT(breaches, IsEmpty());
}

}  // namespace
}  // namespace social_relay

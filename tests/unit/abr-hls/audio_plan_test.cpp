#include "tools/abr-hls/audio_plan.hpp"

#include <gmock/gmock.h>

namespace abr_hls {
namespace {

using testing::ElementsAre;

std::vector<Wish> with(std::vector<Wish> ladder, const char* audio_only) {
  ladder.push_back(std::get<Wish>(parse_audio_only(audio_only)));
  return ladder;
}

TEST(PlanAudio, EveryBitRateOnce) {
  EXPECT_THAT(plan_audio(default_ladder(), true, true),
              ElementsAre(AudioTrack{false, 96'000, {0}}, AudioTrack{false, 128'000, {1, 2}}));
}

TEST(PlanAudio, TheSourcesIsCopiedWhereItCanBe) {
  std::vector<Wish> ladder{std::get<Wish>(parse_rendition("source")),
                           std::get<Wish>(parse_rendition("a=640x360@1M"))};
  EXPECT_THAT(plan_audio(ladder, true, true),
              ElementsAre(AudioTrack{true, 0, {0}}, AudioTrack{false, 128'000, {1}}));
  EXPECT_THAT(plan_audio(ladder, true, false), ElementsAre(AudioTrack{false, 128'000, {0, 1}}));
}

TEST(PlanAudio, WithoutVideoOneOfEachIsEnough) {
  EXPECT_THAT(plan_audio(default_ladder(), false, true),
              ElementsAre(AudioTrack{false, 96'000, {0}}, AudioTrack{false, 128'000, {1}}));
  EXPECT_THAT(plan_audio(with(default_ladder(), "radio@64k"), false, true),
              ElementsAre(AudioTrack{false, 64'000, {3}}));
}

TEST(IsCopied, AsTheContainerCarriesIt) {
  using live::codec::Codec;
  EXPECT_TRUE(is_copied(Codec::aac, SegmentType::ts));
  EXPECT_TRUE(is_copied(Codec::opus, SegmentType::fmp4));
  EXPECT_FALSE(is_copied(Codec::opus, SegmentType::ts));
}

}  // namespace
}  // namespace abr_hls

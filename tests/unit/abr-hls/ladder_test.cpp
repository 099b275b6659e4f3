#include "tools/abr-hls/ladder.hpp"

#include <cmath>

#include <gmock/gmock.h>

namespace abr_hls {
namespace {

using testing::ElementsAre;

Wish wish(const char* text) {
  auto parsed = parse_rendition(text);
  EXPECT_TRUE(std::holds_alternative<Wish>(parsed)) << text;
  return std::get<Wish>(parsed);
}

std::vector<std::string> sizes(const SourceVideo& source,
                               const std::vector<Wish>& wishes = default_ladder()) {
  std::vector<std::string> result;
  for (const auto& rung : plan(wishes, source)) {
    result.push_back(rung.wish.name + " " + std::to_string(rung.width) + "x" +
                     std::to_string(rung.height));
  }
  return result;
}

SourceVideo of(std::uint32_t width, std::uint32_t height) {
  SourceVideo source;
  source.width = width;
  source.height = height;
  return source;
}

TEST(Rendition, ReadsEveryPart) {
  const auto full = wish("mobile=640x360@800k/96k,fps=30,codec=hevc");
  EXPECT_EQ(full.name, "mobile");
  EXPECT_EQ(full.width, 640U);
  EXPECT_EQ(full.height, 360U);
  EXPECT_EQ(full.video_bit_rate, 800'000U);
  EXPECT_EQ(full.audio_bit_rate, 96'000U);
  EXPECT_EQ(full.frame_rate, 30);
  EXPECT_EQ(full.codec, "hevc");
}

TEST(Rendition, HasDefaults) {
  const auto plain = wish("a=1280x720@2.5M");
  EXPECT_EQ(plain.video_bit_rate, 2'500'000U);
  EXPECT_EQ(plain.audio_bit_rate, 128'000U);
  EXPECT_EQ(plain.frame_rate, 0);
  EXPECT_EQ(plain.codec, "h264");
  EXPECT_EQ(wish("source").kind, Wish::Kind::source);
}

TEST(Rendition, RefusesWhatIsWrongAndShowsWhatIsRight) {
  for (const auto* text : {"",
                           "a",
                           "a=",
                           "a=640x360",
                           "a=640@800k",
                           "=640x360@800k",
                           "../b=640x360@800k",
                           ".b=640x360@800k",
                           "a=0x360@800k",
                           "a=640x360@fast",
                           "a=640x360@800k/",
                           "a=640x360@800k,",
                           "a=640x360@800k/x",
                           "a=640x360@800k,fps=",
                           "a=640x360@800k,fps=0",
                           "a=640x360@800k,fps=90",
                           "a=640x360@800k,codec=vp9",
                           "a=640x360@800k,size=3",
                           "a=640x360@800k,codec=h264,codec=hevc",
                           "a=640x360@800k,codec=hevc,codec=hevc",
                           "a=640x360@800k,fps=30,codec=h264,fps=25",
                           "a=640x360@1",
                           "a=9000x360@800k"}) {
    const auto parsed = parse_rendition(text);
    ASSERT_TRUE(std::holds_alternative<std::string>(parsed)) << text;
    EXPECT_THAT(std::get<std::string>(parsed), testing::HasSubstr("NAME=WxH@800k"));
  }
}

TEST(AudioOnly, IsANameAndARate) {
  const auto parsed = parse_audio_only("radio@64k");
  ASSERT_TRUE(std::holds_alternative<Wish>(parsed));
  EXPECT_EQ(std::get<Wish>(parsed).name, "radio");
  EXPECT_EQ(std::get<Wish>(parsed).audio_bit_rate, 64'000U);
  EXPECT_TRUE(std::holds_alternative<std::string>(parse_audio_only("radio")));
  EXPECT_TRUE(std::holds_alternative<std::string>(parse_audio_only("radio=64k")));
}

TEST(Plan, TheDefaultLadderOfAWideSource) {
  EXPECT_THAT(sizes(of(1920, 1080)), ElementsAre("720p 1280x720", "480p 854x480", "360p 640x360"));
}

TEST(Plan, EverySizeIsEvenAndKeepsTheAspect) {
  EXPECT_THAT(sizes(of(1366, 768)), ElementsAre("720p 1280x720", "480p 854x480", "360p 640x360"));
  EXPECT_THAT(sizes(of(2560, 1080)), ElementsAre("720p 1280x540", "480p 854x360", "360p 640x270"));
  EXPECT_THAT(sizes(of(1080, 1920)), ElementsAre("720p 406x720", "480p 270x480", "360p 202x360"));
}

TEST(Plan, NeverLargerThanTheSource) {
  EXPECT_THAT(sizes(of(854, 480)), ElementsAre("720p 854x480", "360p 640x360"));
  EXPECT_THAT(sizes(of(848, 480)), ElementsAre("720p 848x480", "360p 636x360"));
  EXPECT_THAT(sizes(of(321, 181)), ElementsAre("720p 320x180"));
}

TEST(Plan, TurnsAndStretchesWhatIsToBeTurnedAndStretched) {
  auto phone = of(1920, 1080);
  phone.rotation = 90;
  EXPECT_EQ(sizes(phone), sizes(of(1080, 1920)));
  auto tape = of(720, 576);
  tape.sar_num = 64;
  tape.sar_den = 45;
  EXPECT_THAT(sizes(tape), ElementsAre("720p 1024x576", "480p 854x480", "360p 640x360"));
  auto narrow = of(1440, 1080);
  narrow.sar_num = 4;
  narrow.sar_den = 3;
  EXPECT_EQ(sizes(narrow), sizes(of(1920, 1080)));
}

TEST(Plan, OneSizeWishedTwiceStaysTwo) {
  EXPECT_THAT(sizes(of(1280, 720), {wish("low=1280x720@1M"), wish("high=1280x720@3M")}),
              ElementsAre("high 1280x720", "low 1280x720"));
  EXPECT_THAT(sizes(of(640, 360), {wish("a=1280x720@1M"), wish("b=1920x1080@1M,codec=hevc")}),
              ElementsAre("a 640x360", "b 640x360"));
}

TEST(Plan, WhatTheSourceMakesOneIsOneWhateverStandsBetween) {
  EXPECT_THAT(sizes(of(640, 360), {wish("a=1280x720@3M"), wish("b=1600x900@2M,codec=hevc"),
                                   wish("c=1920x1080@1M")}),
              ElementsAre("a 640x360", "b 640x360"));
}

TEST(Plan, RatesAreExactAndAtMostSixty) {
  const auto rate = [](double source, const char* text = "a=640x360@1M") {
    auto video = of(1920, 1080);
    video.frame_rate = source;
    const auto rung = plan({wish(text)}, video).at(0);
    return std::to_string(rung.rate_num) + "/" + std::to_string(rung.rate_den);
  };
  EXPECT_EQ(rate(25), "25/1");
  EXPECT_EQ(rate(29.97), "30000/1001");
  EXPECT_EQ(rate(24000.0 / 1001), "24000/1001");
  EXPECT_EQ(rate(12.5), "12500/1000");
  EXPECT_EQ(rate(59.94), "60000/1001");
  EXPECT_EQ(rate(120), "60/1");
  EXPECT_EQ(rate(100), "50/1");
  EXPECT_EQ(rate(50, "a=640x360@1M,fps=30"), "25/1");
  EXPECT_EQ(rate(24, "a=640x360@1M,fps=30"), "24/1");
  EXPECT_EQ(rate(0), "0/1");
}

}  // namespace
}  // namespace abr_hls

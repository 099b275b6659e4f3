#include "common/codec/aac.hpp"

#include "tests/support/bytes.hpp"

#include <gtest/gtest.h>

namespace live::codec::aac {
namespace {

using test::bytes;

TEST(AacConfig, ReadsTheTwoBytesOfLowComplexity) {
  const auto config = parse_config(bytes("1210"));
  ASSERT_TRUE(config);
  EXPECT_EQ(config->object_type, 2);
  EXPECT_EQ(config->sample_rate, 44100U);
  EXPECT_EQ(config->channels, 2U);
  const auto mono = parse_config(bytes("1588"));
  ASSERT_TRUE(mono);
  EXPECT_EQ(mono->sample_rate, 8000U);
  EXPECT_EQ(mono->channels, 1U);
}

TEST(AacConfig, IgnoresWhatEncodersAppend) {
  const auto config = parse_config(bytes("1210 56e500"));  // FFmpeg: "no SBR" made explicit
  ASSERT_TRUE(config);
  EXPECT_EQ(config->object_type, 2);
  EXPECT_EQ(config->sample_rate, 44100U);
}

TEST(AacConfig, ReadsTheOutputRateOfExplicitHeAac) {
  const auto config = parse_config(bytes("2b118800"));  // 5, 24000 Hz, 2 channels, 48000 Hz, 2
  ASSERT_TRUE(config);
  EXPECT_EQ(config->object_type, 5);
  EXPECT_EQ(config->sample_rate, 48000U);
  EXPECT_EQ(config->channels, 2U);
  EXPECT_EQ(config->frame_samples, 2048U);
}

TEST(AacConfig, ReadsARateWithoutIndex) {
  const auto config = parse_config(bytes("17 80 1f 40 10"));  // 2, escape, 16000, stereo
  ASSERT_TRUE(config);
  EXPECT_EQ(config->sample_rate, 16000U);
  EXPECT_EQ(config->channels, 2U);
}

TEST(AacConfig, TellsFramesOf960) {
  EXPECT_EQ(parse_config(bytes("1214"))->frame_samples, 960U);
  EXPECT_EQ(parse_config(bytes("1210"))->frame_samples, 1024U);
}

TEST(AacConfig, WrittenReadsAsItWas) {
  EXPECT_EQ(write_config({.object_type = 2, .sample_rate = 44100, .channels = 2}), bytes("1210"));
  EXPECT_EQ(write_config({.object_type = 2, .sample_rate = 16001, .channels = 1}).size(), 5U);
  for (const auto type : std::initializer_list<std::uint8_t>{1, 2, 5, 29, 42}) {
    for (const std::uint32_t rate : {96000U, 48000U, 44100U, 16000U, 12346U}) {
      for (const std::uint32_t channels : {1U, 2U, 6U, 8U}) {
        if (type == 29 && channels != 2) continue;  // parametric stereo
        const auto read = parse_config(
            write_config({.object_type = type, .sample_rate = rate, .channels = channels}));
        ASSERT_TRUE(read);
        EXPECT_EQ(read->object_type, type);
        EXPECT_EQ(read->sample_rate, rate);
        EXPECT_EQ(read->channels, channels);
      }
    }
  }
}

TEST(AacConfig, CutOrNullIsNothing) {
  EXPECT_FALSE(parse_config({}));
  EXPECT_FALSE(parse_config(bytes("12")));
  EXPECT_FALSE(parse_config(bytes("2b11")));
  EXPECT_FALSE(parse_config(bytes("0000"))) << "object type 0";
  EXPECT_FALSE(parse_config(bytes("1690"))) << "rate index 13";
}

TEST(Adts, ReadsTheHeaderThatFfmpegWrites) {
  auto frame = bytes("fff150802b3ffc");
  frame.resize(345);
  const auto adts = parse_adts(frame);
  ASSERT_TRUE(adts);
  EXPECT_EQ(adts->config.object_type, 2);
  EXPECT_EQ(adts->config.sample_rate, 44100U);
  EXPECT_EQ(adts->config.channels, 2U);
  EXPECT_EQ(adts->header_bytes, 7U);
  EXPECT_EQ(adts->frame_bytes, 345U);
}

TEST(Adts, CountsTheChecksum) {
  EXPECT_EQ(parse_adts(bytes("fff050802b3ffc1234"))->header_bytes, 9U);
  EXPECT_FALSE(parse_adts(bytes("fff050802b3ffc12")));
}

TEST(Adts, OfEveryPrefixIsNothing) {
  const auto header = bytes("fff150802b3ffc");
  for (std::size_t n = 0; n < header.size(); ++n)
    EXPECT_FALSE(parse_adts(Bytes{header}.first(n)));
}

TEST(Adts, RefusesWhatIsNone) {
  EXPECT_FALSE(parse_adts(bytes("1210deadbeef00")));
  EXPECT_FALSE(parse_adts(bytes("fff750802b3ffc"))) << "layer is not 0";
  EXPECT_FALSE(parse_adts(bytes("fff174802b3ffc"))) << "rate index 13";
  EXPECT_FALSE(parse_adts(bytes("fff15080009ffc"))) << "shorter than its header";
}

}  // namespace
}  // namespace live::codec::aac

#include "common/codec/mp3.hpp"

#include "tests/support/bytes.hpp"

#include <gtest/gtest.h>

namespace live::codec::mp3 {
namespace {

using test::bytes;

TEST(Mp3Frame, TellsItsFacts) {
  const auto frame = parse_frame(bytes("fffb9064"));
  ASSERT_TRUE(frame);
  EXPECT_EQ(frame->layer, 3u);
  EXPECT_EQ(frame->sample_rate, 44'100u);
  EXPECT_EQ(frame->channels, 2u);
  EXPECT_EQ(frame->samples, 1152u);
  EXPECT_EQ(frame->frame_bytes, 417u);
  EXPECT_EQ(parse_frame(bytes("fffb9264"))->frame_bytes, 418u) << "padded";
  EXPECT_EQ(parse_frame(bytes("fffb90c4"))->channels, 1u);
  EXPECT_EQ(parse_frame(bytes("fffb9464"))->sample_rate, 48'000u);
  EXPECT_EQ(parse_frame(bytes("fffb9464"))->frame_bytes, 384u);
  EXPECT_EQ(parse_frame(bytes("fffb0064"))->frame_bytes, 0u) << "free format";
}

TEST(Mp3Frame, OfMpeg2HasHalfTheSamples) {
  const auto half = parse_frame(bytes("fff38064"));  // 64 kbit/s, 22.05 kHz
  ASSERT_TRUE(half);
  EXPECT_EQ(half->sample_rate, 22'050u);
  EXPECT_EQ(half->samples, 576u);
  EXPECT_EQ(half->frame_bytes, 208u);
  EXPECT_EQ(parse_frame(bytes("ffe38064"))->sample_rate, 11'025u);
  EXPECT_EQ(parse_frame(bytes("ffe38864"))->sample_rate, 8000u);
}

TEST(Mp3Frame, OfOtherLayersIsToldAsSuch) {
  EXPECT_EQ(parse_frame(bytes("fffda064"))->layer, 2u);
  EXPECT_EQ(parse_frame(bytes("fffda064"))->samples, 1152u);
  EXPECT_EQ(parse_frame(bytes("fffda064"))->frame_bytes, 626u);  // 192 kbit/s
  EXPECT_EQ(parse_frame(bytes("ffffc064"))->layer, 1u);
  EXPECT_EQ(parse_frame(bytes("ffffc064"))->samples, 384u);
  EXPECT_EQ(parse_frame(bytes("ffffc064"))->frame_bytes, 416u);  // 384 kbit/s
  EXPECT_EQ(parse_frame(bytes("fff5a064"))->samples, 1152u);     // MPEG-2, layer II
}

TEST(Mp3Frame, NeedsAWholeHeader) {
  const auto whole = bytes("fffb9064");
  for (std::size_t n = 0; n < whole.size(); ++n)
    EXPECT_FALSE(parse_frame(Bytes{whole}.first(n)));
  EXPECT_FALSE(parse_frame(bytes("fefb9064"))) << "no sync";
  EXPECT_FALSE(parse_frame(bytes("ffeb9064"))) << "reserved version";
  EXPECT_FALSE(parse_frame(bytes("fff99064"))) << "reserved layer";
  EXPECT_FALSE(parse_frame(bytes("fffbf064"))) << "bit rate 15";
  EXPECT_FALSE(parse_frame(bytes("fffb9c64"))) << "sample rate 3";
}

}  // namespace
}  // namespace live::codec::mp3

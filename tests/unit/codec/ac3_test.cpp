// The frames were made by ffmpeg 5.1: -f lavfi -i sine=r=RATE,aformat=channel_layouts=LAYOUT -c:a ac3|eac3 -b:a 192k (96k where
// the rate is not 48000); the records are those of its MP4 muxer.
#include "common/codec/ac3.hpp"

#include "tests/support/bytes.hpp"

#include <gtest/gtest.h>

namespace live::codec::ac3 {
namespace {

using test::bytes;

constexpr auto ac3_stereo = "0b77c4fd144043e106f46370c0c0c218";
constexpr auto ac3_51 = "0b77515914 40ebf8403efe007f0f0f08";
constexpr auto ac3_44 = "0b771ef84c402f842be1877b875d";
constexpr auto eac3_stereo = "0b77017f3487c000208401003600";
constexpr auto eac3_51 = "0b77017f3f87c00020f820000200";
constexpr auto eac3_32 = "0b77011fb287c000210660 78e77d";

/// A frame of its full length, zeros behind the head.
Buffer whole(std::string_view head) {
  auto frame = bytes(head);
  frame.resize(parse_frame(frame)->frame_bytes);
  return frame;
}
Buffer join(std::initializer_list<Buffer> frames) {
  Buffer all;
  for (const auto& frame : frames)
    all.insert(all.end(), frame.begin(), frame.end());
  return all;
}

TEST(Ac3Frame, TellsItsFacts) {
  const auto stereo = parse_frame(bytes(ac3_stereo));
  ASSERT_TRUE(stereo);
  EXPECT_FALSE(stereo->enhanced);
  EXPECT_EQ(stereo->bsid, 8);
  EXPECT_EQ(stereo->sample_rate, 48'000U);
  EXPECT_EQ(stereo->channels, 2U);
  EXPECT_EQ(stereo->samples, 1536U);
  EXPECT_EQ(stereo->frame_bytes, 768U);
  const auto surround = parse_frame(bytes(ac3_51));
  ASSERT_TRUE(surround);
  EXPECT_EQ(surround->acmod, 7);
  EXPECT_TRUE(surround->lfe);
  EXPECT_EQ(surround->channels, 6U);
  const auto at_44 = parse_frame(bytes(ac3_44));
  ASSERT_TRUE(at_44);
  EXPECT_EQ(at_44->sample_rate, 44'100U);
  EXPECT_EQ(at_44->channels, 1U);
  EXPECT_EQ(at_44->frame_bytes, 416U);  // 208 words; the next one has 209
}

TEST(Ac3Frame, OfEnhancedAc3TellsItsFacts) {
  const auto stereo = parse_frame(bytes(eac3_stereo));
  ASSERT_TRUE(stereo);
  EXPECT_TRUE(stereo->enhanced);
  EXPECT_FALSE(stereo->dependent);
  EXPECT_EQ(stereo->bsid, 16);
  EXPECT_EQ(stereo->sample_rate, 48'000U);
  EXPECT_EQ(stereo->channels, 2U);
  EXPECT_EQ(stereo->samples, 1536U);
  EXPECT_EQ(stereo->frame_bytes, 768U);
  EXPECT_EQ(parse_frame(bytes(eac3_51))->channels, 6U);
  const auto at_32 = parse_frame(bytes(eac3_32));
  ASSERT_TRUE(at_32);
  EXPECT_EQ(at_32->sample_rate, 32'000U);
  EXPECT_EQ(at_32->channels, 1U);
  EXPECT_EQ(at_32->frame_bytes, 576U);
}

TEST(Ac3Frame, OfEnhancedAc3MayBeShortOrOfHalfTheRate) {
  EXPECT_EQ(parse_frame(bytes("0b77017f 04 87c000208401"))->samples, 256U);
  EXPECT_EQ(parse_frame(bytes("0b77017f 14 87c000208401"))->samples, 512U);
  EXPECT_EQ(parse_frame(bytes("0b77017f 24 87c000208401"))->samples, 768U);
  const auto half = parse_frame(bytes("0b77017f d4 87c000208401"));
  ASSERT_TRUE(half);
  EXPECT_EQ(half->sample_rate, 22'050U);
  EXPECT_EQ(half->samples, 1536U);
  EXPECT_FALSE(parse_frame(bytes("0b77017f f4 87c000208401"))) << "fscod2 is reserved";
}

TEST(Ac3Frame, NeedsAWholeHead) {
  const auto ac3 = bytes(ac3_stereo), eac3 = bytes(eac3_stereo);
  for (std::size_t n = 0; n < 7; ++n)
    EXPECT_FALSE(parse_frame(Bytes{ac3}.first(n))) << n;
  for (std::size_t n = 0; n < 7; ++n)
    EXPECT_FALSE(parse_frame(Bytes{eac3}.first(n))) << n;
  EXPECT_FALSE(parse_frame(bytes("770b fdc4 4014 e143"))) << "bytes swapped";
  EXPECT_FALSE(parse_frame(bytes("0b77c4fd d4 4043e106f4"))) << "fscod is reserved";
  EXPECT_FALSE(parse_frame(bytes("0b77c4fd 26 4043e106f4"))) << "frmsizecod is reserved";
  EXPECT_FALSE(parse_frame(bytes("0b77c4fd 14 8843e106f4"))) << "bsid 17";
  EXPECT_FALSE(parse_frame(bytes("0b77c17f3487c000208401"))) << "strmtyp is reserved";
}

TEST(Ac3Record, IsWhatFfmpegWrites) {
  EXPECT_EQ(parameters(Codec::ac3, whole(ac3_stereo))->config, bytes("101140"));
  EXPECT_EQ(parameters(Codec::ac3, whole(ac3_51))->config, bytes("103d40"));
  EXPECT_EQ(parameters(Codec::eac3, whole(eac3_stereo))->config, bytes("0600200400"));
  EXPECT_EQ(parameters(Codec::eac3, whole(eac3_51))->config, bytes("0600200f00"));
}

TEST(Ac3Record, ComesWithRateAndChannels) {
  const auto surround = parameters(Codec::eac3, whole(eac3_51));
  ASSERT_TRUE(surround);
  EXPECT_EQ(surround->codec, Codec::eac3);
  EXPECT_EQ(surround->sample_rate, 48'000U);
  EXPECT_EQ(surround->channels, 6U);
  EXPECT_EQ(rfc6381(*surround), "ec-3");
  EXPECT_EQ(channels(Codec::eac3, surround->config), 6U);
  EXPECT_EQ(channels(Codec::ac3, bytes("103d40")), 6U);
  EXPECT_EQ(channels(Codec::ac3, bytes("101140")), 2U);
  EXPECT_FALSE(channels(Codec::ac3, bytes("10")));
  EXPECT_FALSE(channels(Codec::eac3, bytes("06002004")));
}

TEST(Ac3Record, NeedsAFrameOfItsCodec) {
  EXPECT_FALSE(parameters(Codec::ac3, {}));
  EXPECT_FALSE(parameters(Codec::ac3, bytes("de02004c61")));
  EXPECT_FALSE(parameters(Codec::ac3, whole(eac3_stereo)));
}

/// A frame of 192 bytes that adds Lrs/Rrs to 5.1: strmtyp 1, frmsiz 95, dialnorm, no compr, chanmap 0x0200.
constexpr auto dependent_head = "0b77405f 34 80 10 20 00 00 00";

TEST(Ac3Record, CountsTheChannelsOfDependentFrames) {
  const auto dependent = parse_frame(bytes(dependent_head));
  ASSERT_TRUE(dependent);
  EXPECT_TRUE(dependent->dependent);
  EXPECT_EQ(dependent->frame_bytes, 192U);
  const auto both = join({whole(eac3_51), whole(dependent_head)});
  const auto found = parameters(Codec::eac3, both);
  ASSERT_TRUE(found);
  EXPECT_EQ(dependent->channel_map, 0x0200);
  EXPECT_EQ(found->channels, 8U) << "7.1";
  // 960 bytes in 32 ms are 240 kbit/s; one dependent substream; chan_loc bit 1.
  EXPECT_EQ(found->config, bytes("0780 200f 02 02"));
  EXPECT_EQ(channels(Codec::eac3, found->config), 8U);
  EXPECT_EQ(samples(both), 1536U);
  EXPECT_FALSE(parameters(Codec::eac3, whole(dependent_head))) << "nothing that it depends on";
}

TEST(Ac3Record, OfAc3TellsNothingOfFramesThatDepend) {
  const auto found = parameters(Codec::ac3, join({whole(ac3_51), whole(dependent_head)}));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->channels, 6U);
  EXPECT_EQ(channels(Codec::ac3, found->config), 6U);
}

TEST(Ac3Record, HoldsFurtherProgrammes) {
  auto second = whole(eac3_stereo);
  second[2] = 0x09;  // substreamid 1
  const auto found = parameters(Codec::eac3, join({whole(eac3_51), second}));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->config, bytes("0c01 200f00 200400"));
  EXPECT_EQ(found->channels, 6U);
}

TEST(Ac3Samples, AreCountedOverFrames) {
  EXPECT_EQ(samples(whole(ac3_stereo)), 1536U);
  EXPECT_EQ(samples(join({whole(ac3_stereo), whole(ac3_stereo)})), 3072U);
  EXPECT_EQ(samples(bytes(ac3_stereo)), 1536U) << "cut behind its head";
  EXPECT_FALSE(samples({}));
  EXPECT_FALSE(samples(bytes("00112233445566")));
}

}  // namespace
}  // namespace live::codec::ac3

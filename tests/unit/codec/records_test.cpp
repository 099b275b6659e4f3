// The frames were made by ffmpeg 5.1 from testsrc2=s=320x180 with libsvtav1 (yuv420p10le),
// libaom-av1 (yuv444p) and libvpx-vp9 (yuv420p; yuv422p10le -colorspace bt709); the records are
// those of its MP4 muxer.
#include "common/codec/records.hpp"

#include "tests/support/bytes.hpp"

#include <gtest/gtest.h>

namespace live::codec {
namespace {

using test::bytes;

constexpr auto svt_unit = "1200 0a0b000000043cfeccfbf94040 32e619140022882000017ef02f";
constexpr auto aom_unit = "1200 0a0a200000043cfeccdaf902 32d8161400a40010dc";
constexpr auto vp9_frame = "824983420013f00b360638241c184a000ce05f";
constexpr auto vp9_422_frame = "b124c1a112009f8059b031c120e0c2c0005e80";

TEST(Av1Record, IsWhatFfmpegWrites) {
  // The units end within a frame: the sequence header is found before.
  EXPECT_EQ(av1c_from_obus(bytes(svt_unit)), bytes("81004c00 0a0b000000043cfeccfbf94040"));
  EXPECT_EQ(av1c_from_obus(bytes(aom_unit)), bytes("81200000 0a0a200000043cfeccdaf902"));
}

TEST(Av1Record, GivesASizeToAHeaderWithout) {
  EXPECT_EQ(av1c_from_obus(bytes("08 200000043cfeccdaf902")),
            bytes("81200000 0a0a 200000043cfeccdaf902"));
}

TEST(Av1Record, TellsTheFactsOfItsString) {
  const auto svt = parse_av1c(*av1c_from_obus(bytes(svt_unit)));
  ASSERT_TRUE(svt);
  EXPECT_EQ(svt->profile, 0);
  EXPECT_EQ(svt->level, 0);
  EXPECT_EQ(svt->tier, 0);
  EXPECT_EQ(svt->bit_depth, 10);
  const auto aom = parse_av1c(*av1c_from_obus(bytes(aom_unit)));
  ASSERT_TRUE(aom);
  EXPECT_EQ(aom->profile, 1);
  EXPECT_EQ(aom->bit_depth, 8);
  EXPECT_EQ(parse_av1c(bytes("81 4d e0 00"))->tier, 1);
  EXPECT_EQ(parse_av1c(bytes("81 4d e0 00"))->bit_depth, 12);
  EXPECT_FALSE(parse_av1c(bytes("81 4d")));
  EXPECT_FALSE(parse_av1c(bytes("0a 0b 00 00")));
}

TEST(Av1Record, TellsTheSizeOfItsPicture) {
  for (const auto* unit : {svt_unit, aom_unit}) {
    const auto size = av1_picture_size(bytes(unit));
    ASSERT_TRUE(size);
    EXPECT_EQ(size->width, 320U);
    EXPECT_EQ(size->height, 180U);
  }
  EXPECT_FALSE(av1_picture_size(bytes("1200")));
  EXPECT_FALSE(av1_picture_size({}));
}

TEST(Av1Record, OfEveryPrefixOrCorruptedByteIsARecordOrNothing) {
  for (const auto* text : {svt_unit, aom_unit}) {
    const auto whole = bytes(text);
    for (std::size_t n = 0; n < 13; ++n)
      EXPECT_FALSE(av1c_from_obus(Bytes{whole}.first(n))) << n;
    for (std::size_t at = 0; at < whole.size(); ++at) {
      for (unsigned value = 0; value < 256; ++value) {
        auto changed = whole;
        changed[at] = static_cast<std::uint8_t>(value);
        const auto record = av1c_from_obus(changed);
        if (record) {
          EXPECT_TRUE(parse_av1c(*record));
        }
      }
    }
  }
}

TEST(Vp9Record, IsWhatFfmpegWrites) {
  EXPECT_EQ(vpcc_from_key_frame(bytes(vp9_frame)), bytes("000b82 020202 0000"));
  // FFmpeg leaves the colours of this file unspecified, the stream says BT.709.
  EXPECT_EQ(vpcc_from_key_frame(bytes(vp9_422_frame)), bytes("030ba4 010101 0000"));
}

TEST(Vp9Record, HasTheLowestLevelThatFits) {
  const auto level = [](unsigned width, unsigned height) {
    auto frame = bytes(vp9_frame);
    const std::uint64_t size = std::uint64_t{width - 1} << 16U | (height - 1);
    // The size stands 4 bits into byte 4, after the color config.
    std::uint64_t tail = load_be(Bytes{frame}.subspan(4), 6);
    tail = (tail & 0xF00000000FFFULL) | size << 12U;
    store_be(std::span{frame}.subspan(4), 6, tail);
    return (*vpcc_from_key_frame(frame))[1];
  };
  EXPECT_EQ(level(256, 144), 10);
  EXPECT_EQ(level(320, 180), 11);
  EXPECT_EQ(level(1280, 720), 31);
  EXPECT_EQ(level(1920, 1080), 40);
  EXPECT_EQ(level(3840, 2160), 50);
  EXPECT_EQ(level(7680, 4320), 60);
  EXPECT_EQ(level(65536, 65536), 62);
}

TEST(Vp9Record, TellsTheSizeOfItsPicture) {
  const auto size = vp9_picture_size(bytes(vp9_frame));
  ASSERT_TRUE(size);
  EXPECT_EQ(size->width, 320U);
  EXPECT_EQ(size->height, 180U);
  EXPECT_FALSE(vp9_picture_size(bytes("864983420013f00b3606")));
}

TEST(Vp9Record, NeedsAKeyFrame) {
  EXPECT_FALSE(vpcc_from_key_frame(bytes("864983420013f00b3606")));  // an inter frame
  EXPECT_FALSE(vpcc_from_key_frame(bytes("824983430013f00b3606")));  // another sync code
  EXPECT_FALSE(vpcc_from_key_frame(bytes("024983420013f00b3606")));  // another marker
  const auto whole = bytes(vp9_frame);
  for (std::size_t n = 0; n < 9; ++n)
    EXPECT_FALSE(vpcc_from_key_frame(Bytes{whole}.first(n)));
}

TEST(OpusRecord, IsWhatFfmpegWrites) {
  EXPECT_EQ(dops_from_opus_head(bytes("4f707573486561640102380180bb0000000000")),
            bytes("000201380000bb80000000"));
  EXPECT_EQ(dops_from_opus_head(bytes("4f707573486561640106380180bb00000000010402000401020305")),
            bytes("000601380000bb8000000104020004 01020305"));
  EXPECT_EQ(dops(1, 312, 48000), bytes("000101380000bb80000000"));
}

TEST(OpusRecord, TurnsBackIntoItsHead) {
  for (const auto* hex : {"4f707573486561640102380180bb0000000000",
                          "4f707573486561640106380180bb00000100010402000401020305"}) {
    EXPECT_EQ(opus_head_from_dops(*dops_from_opus_head(bytes(hex))), bytes(hex));
  }
  EXPECT_FALSE(opus_head_from_dops(bytes("000201380000bb800000")));
}

TEST(OpusRecord, NeedsAWholeHead) {
  const auto head = bytes("4f707573486561640106380180bb00000000010402000401020305");
  for (std::size_t n = 0; n < head.size(); ++n)
    EXPECT_FALSE(dops_from_opus_head(Bytes{head}.first(n)));
  EXPECT_FALSE(dops_from_opus_head(bytes("4f707573486561640106380180bb0000000000")))
      << "six channels need a mapping";
  EXPECT_FALSE(dops_from_opus_head(bytes("4f707573486561640100380180bb0000000000")))
      << "no channel";
  EXPECT_FALSE(dops_from_opus_head(bytes("4f707573486561641002380180bb0000000000")))
      << "version 16";
}

TEST(OpusDuration, IsThatOfTheTableOfContents) {
  EXPECT_EQ(opus_duration(bytes("fc00")), 960U);   // CELT 20 ms
  EXPECT_EQ(opus_duration(bytes("e000")), 120U);   // CELT 2.5 ms
  EXPECT_EQ(opus_duration(bytes("18")), 2880U);    // SILK 60 ms
  EXPECT_EQ(opus_duration(bytes("6100")), 960U);   // hybrid 10 ms, two frames
  EXPECT_EQ(opus_duration(bytes("fb06")), 5760U);  // CELT 20 ms, six frames
  EXPECT_FALSE(opus_duration(bytes("fb07"))) << "more than 120 ms";
  EXPECT_FALSE(opus_duration(bytes("fb00"))) << "no frame";
  EXPECT_FALSE(opus_duration(bytes("fb")));
  EXPECT_FALSE(opus_duration({}));
}

TEST(FlacStreaminfo, IsFoundInAHeader) {
  const auto info = bytes("0240024000010500014601f400f000000640ba1043a9ffa7c3755b54d7aa30ae48f0");
  auto header = bytes("664c614300000022");
  header.insert(header.end(), info.begin(), info.end());
  EXPECT_EQ(flac_streaminfo(header), info);
  EXPECT_EQ(flac_streaminfo(info), info);
  for (std::size_t n = 0; n < header.size(); ++n) {
    EXPECT_EQ(flac_streaminfo(Bytes{header}.first(n)).has_value(), n == info.size());
  }
  header[4] = 4;  // a comment block
  EXPECT_FALSE(flac_streaminfo(header));
}

TEST(FlacStreaminfo, TellsRateAndChannels) {
  const auto facts = parse_flac_streaminfo(
      bytes("0240024000010500014601f400f000000640ba1043a9ffa7c3755b54d7aa30ae48f0"));
  ASSERT_TRUE(facts);
  EXPECT_EQ(facts->sample_rate, 8000U);
  EXPECT_EQ(facts->channels, 1U);
  EXPECT_EQ(parse_flac_streaminfo(bytes("00000000000000000000 2ee002"))->channels, 2U);
  EXPECT_EQ(parse_flac_streaminfo(bytes("00000000000000000000 0bb802"))->sample_rate, 48000U);
  EXPECT_FALSE(parse_flac_streaminfo(bytes("0240024000010500014601")));
  EXPECT_FALSE(parse_flac_streaminfo(Buffer(34, 0)));
}

TEST(FlacFrame, TellsItsBlockSize) {
  EXPECT_EQ(flac_block_size(bytes("fff8 14 08 00")), 192U);
  EXPECT_EQ(flac_block_size(bytes("fff8 24 08 00")), 576U);
  EXPECT_EQ(flac_block_size(bytes("fff8 54 08 00")), 4608U);
  EXPECT_EQ(flac_block_size(bytes("fff9 c4 08 00")), 4096U);
  EXPECT_EQ(flac_block_size(bytes("fff8 64 08 00 ff")), 256U);
  EXPECT_EQ(flac_block_size(bytes("fff8 74 08 c280 047f")), 1152U) << "a frame number of two bytes";
  EXPECT_FALSE(flac_block_size(bytes("fff8 04 08 00"))) << "reserved";
  EXPECT_FALSE(flac_block_size(bytes("fff8 74 08 00 04"))) << "cut";
  EXPECT_FALSE(flac_block_size(bytes("fff8 c4 08"))) << "cut";
  EXPECT_FALSE(flac_block_size(bytes("fffc c4 08 00"))) << "no sync code";
}

}  // namespace
}  // namespace live::codec

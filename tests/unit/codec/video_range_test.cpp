#include "common/codec/video_range.hpp"

#include "tests/support/bytes.hpp"

#include <string_view>

#include <gtest/gtest.h>

namespace live::codec {
namespace {

using test::bytes;

std::string_view range_of(Codec codec, std::string_view config) {
  Parameters parameters;
  parameters.codec = codec;
  parameters.config = bytes(config);
  return video_range(parameters);
}

TEST(VideoRange, IsWhatTheTransferCharacteristicsSay) {
  // as x264, x265 and SVT-AV1 make them
  EXPECT_EQ(range_of(Codec::avc,
                     "0164000affe1001a6764000aacd9447b016a122012800000030080000019078912cb010006"
                     "68ebe3cb22c0fdf8f800"),
            "PQ");
  EXPECT_EQ(
      range_of(
          Codec::hevc,
          "0102200000009000000000001ef000fcfdfafa00000f03a00001001840010c01ffff0220000003009000"
          "0003000003001e959809a10001002d42010102200000030090000003000003001ea0208104d96566924c"
          "af016a04200408000003000800000300c840a2000100074401c172b42240"),
      "PQ");
  EXPECT_EQ(range_of(Codec::av1, "81004c000a0d00000002afff805f0a12241208"), "HLG");
  EXPECT_EQ(range_of(Codec::vp9, "020aa20910090000"), "PQ");
}

TEST(VideoRange, IsStandardWhereNothingIsSaid) {
  EXPECT_EQ(
      range_of(Codec::avc,
               "0164000affe10016 6764000aacb208f60220000003002000000641e244c9 010006 68ebc3cb22c0"
               "fdf8f800"),
      "SDR");
  for (const auto codec : {Codec::avc, Codec::hevc, Codec::av1, Codec::vp9}) {
    EXPECT_EQ(range_of(codec, ""), "SDR");
    EXPECT_EQ(range_of(codec, "01"), "SDR");
  }
}

}  // namespace
}  // namespace live::codec

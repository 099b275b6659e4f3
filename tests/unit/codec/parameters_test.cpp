#include "common/codec/parameters.hpp"

#include "common/codec/parameter_sets.hpp"
#include "tests/support/bytes.hpp"
#include "tests/unit/codec/vectors.hpp"

#include <gtest/gtest.h>

namespace live::codec {
namespace {

using test::bytes;

std::string text_of(Codec codec, std::string_view config) {
  return rfc6381({.codec = codec, .config = bytes(config)});
}

TEST(CodecsString, OfH264IsThreeBytesInHex) {
  EXPECT_EQ(text_of(Codec::avc, test::x264_avcc), "avc1.64000c");
  EXPECT_EQ(text_of(Codec::avc, "0142c01fffe1"), "avc1.42c01f");
}

TEST(CodecsString, OfH265FollowsAnnexE) {
  EXPECT_EQ(text_of(Codec::hevc, "01 01 60000000 900000000000 5d"), "hvc1.1.6.L93.90");
  EXPECT_EQ(text_of(Codec::hevc, "01 01 60000000 b00000000000 5d"), "hvc1.1.6.L93.B0");
  EXPECT_EQ(text_of(Codec::hevc, "01 22 20000000 900000000000 99"), "hvc1.2.4.H153.90");
  EXPECT_EQ(text_of(Codec::hevc, "01 44 08000000 9d2800000000 7b"), "hvc1.A4.10.L123.9D.28");
  EXPECT_EQ(text_of(Codec::hevc, "01 01 60000000 000000000000 78"), "hvc1.1.6.L120");
  EXPECT_EQ(text_of(Codec::hevc, "01 01 60000000 000001000000 78"), "hvc1.1.6.L120.0.0.1");
}

TEST(CodecsString, OfTheOthers) {
  EXPECT_EQ(text_of(Codec::av1, "81080c00"), "av01.0.08M.08");
  EXPECT_EQ(text_of(Codec::av1, "814dc000"), "av01.2.13H.10");
  EXPECT_EQ(text_of(Codec::vp9, "000b820202020000"), "vp09.00.11.08");
  EXPECT_EQ(text_of(Codec::vp9, "0232a2010101 0000"), "vp09.02.50.10");
  EXPECT_EQ(text_of(Codec::aac, "1210"), "mp4a.40.2");
  EXPECT_EQ(text_of(Codec::aac, "2b118800"), "mp4a.40.5");
  EXPECT_EQ(text_of(Codec::opus, ""), "opus");
  EXPECT_EQ(text_of(Codec::flac, ""), "flac");
  EXPECT_EQ(text_of(Codec::mp3, ""), "mp4a.6B");
  EXPECT_EQ(text_of(Codec::ac3, ""), "ac-3");
  EXPECT_EQ(text_of(Codec::eac3, ""), "ec-3");
}

TEST(CodecsString, OfAnEmptyConfigIsNoCrash) {
  for (const auto codec : {Codec::avc, Codec::hevc, Codec::av1, Codec::vp9, Codec::aac}) {
    EXPECT_FALSE(text_of(codec, "").empty());
  }
}

TEST(Codec, HasANameForPeople) {
  EXPECT_EQ(to_text(Codec::avc), "H.264");
  EXPECT_EQ(to_text(Codec::mp3), "MP3");
  EXPECT_EQ(to_text(Codec::ac3), "AC-3");
  EXPECT_EQ(to_text(Codec::eac3), "E-AC-3");
}

TEST(Parameters, AreEqualWhenNothingChanged) {
  ParameterSets sets{Codec::avc, true};
  sets.seed(bytes(test::x264_avcc));
  EXPECT_EQ(sets.parameters(), sets.parameters());
  const auto before = sets.parameters();
  sets.drop_claim();
  EXPECT_NE(sets.parameters(), before);
}

}  // namespace
}  // namespace live::codec

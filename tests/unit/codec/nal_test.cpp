#include "common/codec/nal.hpp"

#include "tests/support/bytes.hpp"

#include <gmock/gmock.h>

namespace live::codec {
namespace {

using test::bytes;

std::vector<Buffer> owned(const std::vector<Bytes>& spans) {
  std::vector<Buffer> out;
  out.reserve(spans.size());
  for (const auto span : spans)
    out.emplace_back(span.begin(), span.end());
  return out;
}

TEST(AnnexB, IsCutAtStartCodesOfBothLengths) {
  const auto au = bytes("00000001 09f0 000001 67aa 00000001 68bb00cc 000001 6588");
  EXPECT_THAT(owned(split_annex_b(au)),
              testing::ElementsAre(bytes("09f0"), bytes("67aa"), bytes("68bb00cc"), bytes("6588")));
}

TEST(AnnexB, LosesLeadingAndTrailingZerosAndEmptyUnits) {
  const auto au = bytes("0000000000 01 6711 000000000000 01 000001 6588 0000");
  EXPECT_THAT(owned(split_annex_b(au)), testing::ElementsAre(bytes("6711"), bytes("6588")));
}

TEST(AnnexB, WithoutAStartCodeIsNothing) {
  EXPECT_TRUE(split_annex_b(bytes("67640001 02030400")).empty());
  EXPECT_TRUE(split_annex_b(bytes("0000")).empty());
  EXPECT_TRUE(split_annex_b(bytes("000001")).empty());
  EXPECT_TRUE(split_annex_b({}).empty());
}

TEST(AnnexB, KeepsARunOfOnes) {
  const auto au = bytes("000001 4101010101 00 01 0000 02 01");
  EXPECT_THAT(owned(split_annex_b(au)), testing::ElementsAre(bytes("4101010101 00 01 0000 02 01")));
}

TEST(AnnexB, IsKnownByItsFirstStartCode) {
  EXPECT_TRUE(is_annex_b(bytes("00000001 67")));
  EXPECT_TRUE(is_annex_b(bytes("000001 67")));
  EXPECT_FALSE(is_annex_b(bytes("000001")));
  EXPECT_FALSE(is_annex_b(bytes("00000002 67")));
  EXPECT_FALSE(is_annex_b(bytes("01640028")));
}

TEST(LengthPrefixed, IsCutByLengthsOfAnySize) {
  EXPECT_THAT(owned(split_length_prefixed(bytes("00000002 6711 00000000 00000001 65"), 4)),
              testing::ElementsAre(bytes("6711"), bytes("65")));
  EXPECT_THAT(owned(split_length_prefixed(bytes("0002 6711"), 2)),
              testing::ElementsAre(bytes("6711")));
  EXPECT_THAT(owned(split_length_prefixed(bytes("02 6711 01 65"), 1)),
              testing::ElementsAre(bytes("6711"), bytes("65")));
}

TEST(LengthPrefixed, IsNothingWhenALengthLeadsOutside) {
  EXPECT_TRUE(split_length_prefixed(bytes("00000003 6711"), 4).empty());
  EXPECT_TRUE(split_length_prefixed(bytes("00000002 6711 0000"), 4).empty());
  EXPECT_TRUE(split_length_prefixed(bytes("ffffffff 6711"), 4).empty());
}

TEST(NalUnit, TellsKeySlicesSlicesAndSets) {
  EXPECT_TRUE(is_key_slice(Codec::avc, bytes("6588")));
  EXPECT_FALSE(is_key_slice(Codec::avc, bytes("419a")));
  EXPECT_TRUE(is_slice(Codec::avc, bytes("419a")));
  EXPECT_FALSE(is_slice(Codec::avc, bytes("0605")));
  EXPECT_TRUE(is_parameter_set(Codec::avc, bytes("2742")));
  EXPECT_TRUE(is_key_slice(Codec::hevc, bytes("2801af")));   // IDR_N_LP
  EXPECT_TRUE(is_key_slice(Codec::hevc, bytes("2a01af")));   // CRA
  EXPECT_FALSE(is_key_slice(Codec::hevc, bytes("0201d0")));  // TRAIL_R
  EXPECT_TRUE(is_slice(Codec::hevc, bytes("0201d0")));
  EXPECT_FALSE(is_slice(Codec::hevc, bytes("4e0105")));
  EXPECT_TRUE(is_parameter_set(Codec::hevc, bytes("40010c")));
  EXPECT_FALSE(is_slice(Codec::avc, {}));
  EXPECT_FALSE(is_slice(Codec::hevc, bytes("02")));
}

}  // namespace
}  // namespace live::codec

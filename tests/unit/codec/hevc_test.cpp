#include "common/codec/hevc.hpp"

#include "common/codec/bits.hpp"
#include "tests/support/bytes.hpp"
#include "tests/unit/codec/vectors.hpp"

#include <gtest/gtest.h>

namespace live::codec::hevc {
namespace {

using test::bytes;

constexpr auto every_sps = {test::x265_no_b_sps, test::x265_sps, test::x265_layers_sps,
                            test::x265_window_sps};

/// `sps` without what a claim may change.
Sps picture(Sps sps) {
  sps.max_num_reorder_pics = 0;
  return sps;
}

void write_scaling_lists(BitWriter& out) {
  for (unsigned size = 0; size < 4; ++size) {
    for (unsigned matrix = 0; matrix < 6; matrix += size == 3 ? 3 : 1) {
      const bool coded = matrix == 0;
      out.flag(coded);
      if (!coded) {
        out.ue(size == 3 ? 1 : matrix);
        continue;
      }
      if (size > 1) out.se(8);
      for (unsigned i = 0; i < (size == 0 ? 16U : 64U); ++i)
        out.se(i % 3 == 0 ? 2 : -1);
    }
  }
}

void write_reference_sets(BitWriter& out) {
  out.ue(3);
  out.ue(2);  // two before, one after
  out.ue(1);
  for (int i = 0; i < 3; ++i) {
    out.ue(0);
    out.flag(true);
  }
  out.flag(
      true);  // the second, predicted from the first: its three pictures and itself, one earlier
  out.flag(true);
  out.ue(0);
  out.flag(true);  // -1 becomes -2
  out.bits(2, 0);  // -2 is dropped
  out.bits(2, 1);  // 1 becomes 0, which is no reference and does not count
  out.bits(2, 0);
  out.flag(true);  // the third, predicted from the second: one picture and itself
  out.flag(false);
  out.ue(1);
  out.bits(2, 3);
  out.flag(true);  // long-term pictures
  out.ue(2);
  for (int i = 0; i < 2; ++i)
    out.bits(9, 5);
}

/// An SPS that uses every optional part before the VUI.
Buffer full_sps(std::uint32_t reorder) {
  BitWriter out;
  out.bits(16, 0x4201);
  out.bits(4, 2);
  out.bits(3, 2);  // three sub-layers
  out.flag(false);
  out.bits(8, 0x24);  // high tier, format range extensions
  out.bits(32, 0x08000000);
  out.bits(32, 0x9D280000);
  out.bits(16, 0);
  out.bits(8, 123);
  out.bits(2, 3);  // the first sub-layer has profile and level
  out.bits(2, 1);  // the second a level
  out.bits(12, 0);
  out.bits(8, 0x24);  // profile and constraints of the first
  out.bits(32, 0x08000000);
  out.bits(32, 0x9D280000);
  out.bits(16, 0);
  out.bits(8, 60);
  out.bits(8, 90);
  out.ue(5);       // id
  out.ue(3);       // 4:4:4
  out.flag(true);  // separate_colour_plane_flag
  out.ue(4104);
  out.ue(2200);
  out.flag(true);  // conformance window, in samples
  for (const unsigned edge : {1U, 7U, 10U, 30U})
    out.ue(edge);
  out.ue(4);
  out.ue(2);       // 12 and 10 bits
  out.ue(4);       // 8 bits of POC
  out.flag(true);  // sub_layer_ordering_info_present_flag
  for (std::uint32_t i = 0; i < 3; ++i) {
    out.ue(3 + i);
    out.ue(reorder == 0 ? 0 : reorder + i);
    out.ue(i);
  }
  for (const unsigned size : {0U, 3U, 0U, 3U, 1U, 2U})
    out.ue(size);
  out.bits(2, 3);  // scaling lists, coded
  write_scaling_lists(out);
  out.bits(2, 3);
  out.flag(true);  // pcm
  out.bits(8, 0x77);
  out.ue(0);
  out.ue(2);
  out.flag(true);
  write_reference_sets(out);
  out.bits(2, 3);
  out.flag(true);  // VUI
  out.flag(true);
  out.bits(8, 14);  // 4:3
  out.bits(10, 0);  // nothing else in the VUI, no extension
  return escape(out.finish());
}

TEST(HevcSps, TellsSizeAndReorderingOfX265) {
  const auto sps = parse_sps(bytes(test::x265_sps));
  ASSERT_TRUE(sps);
  EXPECT_EQ(sps->profile_idc, 1);
  EXPECT_EQ(sps->tier, 0);
  EXPECT_EQ(sps->level_idc, 60);
  EXPECT_EQ(sps->width, 320U);
  EXPECT_EQ(sps->height, 180U);
  EXPECT_EQ(sps->max_num_reorder_pics, 2U);
  EXPECT_EQ(sps->max_dec_pic_buffering, 5U);
  EXPECT_TRUE(sps->temporal_id_nested);
}

TEST(HevcSps, TellsSubLayersDepthAndRatio) {
  const auto sps = parse_sps(bytes(test::x265_layers_sps));
  ASSERT_TRUE(sps);
  EXPECT_EQ(sps->sub_layers, 2U);
  EXPECT_EQ(sps->profile_idc, 2);
  EXPECT_EQ(sps->bit_depth_luma, 10U);
  EXPECT_EQ(sps->width, 1920U);
  EXPECT_EQ(sps->height, 1080U);
  EXPECT_EQ(sps->sar_num, 3U);
  EXPECT_EQ(sps->sar_den, 4U);
}

TEST(HevcSps, CutsTheConformanceWindow) {
  const auto sps = parse_sps(bytes(test::x265_window_sps));
  ASSERT_TRUE(sps);
  EXPECT_EQ(sps->width, 722U);
  EXPECT_EQ(sps->height, 578U);
  EXPECT_EQ(sps->sar_num, 10U);
  EXPECT_EQ(sps->sar_den, 11U);
}

TEST(HevcSps, ReadsEveryOptionalPart) {
  const auto sps = parse_sps(full_sps(2));
  ASSERT_TRUE(sps);
  EXPECT_EQ(sps->id, 5U);
  EXPECT_EQ(sps->tier, 1);
  EXPECT_EQ(sps->profile_idc, 4);
  EXPECT_EQ(sps->level_idc, 123);
  EXPECT_EQ(sps->sub_layers, 3U);
  EXPECT_EQ(sps->width, 4096U);
  EXPECT_EQ(sps->height, 2160U);
  EXPECT_EQ(sps->bit_depth_luma, 12U);
  EXPECT_EQ(sps->bit_depth_chroma, 10U);
  EXPECT_EQ(sps->log2_max_poc_lsb, 8U);
  EXPECT_EQ(sps->max_num_reorder_pics, 4U);
  EXPECT_EQ(sps->max_dec_pic_buffering, 6U);
  EXPECT_EQ(sps->sar_num, 4U);
  EXPECT_EQ(sps->sar_den, 3U);
}

TEST(HevcSps, CutBeforeItsVuiIsNothing) {
  const auto whole = bytes(test::x265_sps);
  for (std::size_t n = 0; n < 29; ++n)
    EXPECT_FALSE(parse_sps(Bytes{whole}.first(n))) << n;
  for (std::size_t n = 29; n < whole.size(); ++n)
    parse_sps(Bytes{whole}.first(n));
}

TEST(HevcSps, SurvivesEveryCorruptedByte) {
  for (const auto text : every_sps) {
    const auto whole = bytes(text);
    for (std::size_t at = 0; at < whole.size(); ++at) {
      for (unsigned value = 0; value < 256; ++value) {
        auto changed = whole;
        changed[at] = static_cast<std::uint8_t>(value);
        const auto claimed = claim_no_reorder_sps(changed);
        if (!claimed) continue;
        const auto sps = parse_sps(*claimed);
        ASSERT_TRUE(sps) << "byte " << at << " = " << value;
        EXPECT_EQ(sps->max_num_reorder_pics, 0U);
      }
    }
  }
}

TEST(HevcSps, IsReadOfTheBaseLayerOnly) {
  auto enhancement = bytes(test::x265_sps);
  enhancement[1] = 0x09;  // nuh_layer_id 1
  EXPECT_FALSE(parse_sps(enhancement));
  EXPECT_FALSE(claim_no_reorder_sps(enhancement));
  EXPECT_FALSE(parse_sps(bytes(test::x265_pps)));
  EXPECT_FALSE(parse_sps({}));
}

TEST(HevcNoReorderClaim, ChangesNothingElse) {
  for (const auto text : every_sps) {
    const auto before = parse_sps(bytes(text));
    const auto claimed = claim_no_reorder_sps(bytes(text));
    ASSERT_TRUE(claimed);
    const auto after = parse_sps(*claimed);
    ASSERT_TRUE(after);
    EXPECT_EQ(picture(*before), picture(*after));
    EXPECT_EQ(after->max_num_reorder_pics, 0U);
    EXPECT_EQ(claim_no_reorder_sps(*claimed), claimed) << "once is enough";
  }
}

TEST(HevcNoReorderClaim, IsTheSetThatTheEncoderWouldHaveWritten) {
  EXPECT_EQ(claim_no_reorder_sps(full_sps(1)), full_sps(0));
  EXPECT_EQ(claim_no_reorder_sps(bytes(test::x265_no_b_sps)), bytes(test::x265_no_b_sps));
}

TEST(HevcNoReorderClaim, CoversTheVps) {
  // 1 00101 011 00110 ...: the 2 (011) becomes a 0 (1), all other fields stay.
  EXPECT_EQ(claim_no_reorder_vps(bytes(test::x265_vps)),
            bytes("40010c01ffff01600000030090000003000003003c966024"));
  EXPECT_EQ(claim_no_reorder_vps(bytes(test::x265_no_b_vps)), bytes(test::x265_no_b_vps));
  EXPECT_TRUE(claim_no_reorder_vps(bytes(test::x265_layers_vps)));
  EXPECT_FALSE(claim_no_reorder_vps(bytes(test::x265_sps)));
}

TEST(HevcNoReorderClaim, SurvivesEveryPrefixAndCorruptedByteOfAVps) {
  const auto whole = bytes(test::x265_layers_vps);
  for (std::size_t n = 0; n < 18; ++n)
    EXPECT_FALSE(claim_no_reorder_vps(Bytes{whole}.first(n)));
  for (std::size_t at = 0; at < whole.size(); ++at) {
    for (unsigned value = 0; value < 256; ++value) {
      auto changed = whole;
      changed[at] = static_cast<std::uint8_t>(value);
      const auto claimed = claim_no_reorder_vps(changed);
      if (claimed) {
        EXPECT_EQ(claim_no_reorder_vps(*claimed), claimed);
      }
    }
  }
}

TEST(Hvcc, IsWhatFfmpegWritesButForItsHints) {
  const std::vector<Buffer> vps{bytes(test::x265_no_b_vps)};
  const std::vector<Buffer> sps{bytes(test::x265_no_b_sps)};
  const std::vector<Buffer> pps{bytes(test::x265_no_b_pps)};
  auto expected = bytes(
      "0101600000009000000000003cf000fcfdf8f800000f03"
      "2000010018 40010c01ffff01600000030090000003000003003c928090"
      "2100010029 "
      "42010101600000030090000003000003003ca00a080b9f7964a924caf0168080000003008000000c84"
      "2200010007 4401c172b46240");
  for (const std::size_t array : {23U, 52U, 98U})
    expected[array] |= 0x80U;  // complete
  EXPECT_EQ(write_hvcc(vps, sps, pps), expected);
}

TEST(Hvcc, ParsesToWhatWasWritten) {
  const std::vector<Buffer> vps{bytes(test::x265_vps)};
  const std::vector<Buffer> sps{bytes(test::x265_sps), full_sps(1)};
  const std::vector<Buffer> pps{bytes(test::x265_pps)};
  const auto whole = write_hvcc(vps, sps, pps);
  const auto record = parse_hvcc(whole);
  ASSERT_TRUE(record);
  EXPECT_EQ(record->length_size, 4U);
  EXPECT_EQ(record->vps, vps);
  EXPECT_EQ(record->sps, sps);
  EXPECT_EQ(record->pps, pps);
  for (std::size_t n = 0; n < whole.size(); ++n) {
    EXPECT_FALSE(parse_hvcc(Bytes{whole}.first(n))) << n;
  }
}

TEST(HevcSlice, IsFirstByItsFirstBit) {
  EXPECT_TRUE(is_first_slice(bytes("2801af051c")));
  EXPECT_FALSE(is_first_slice(bytes("28012f1e38")));
  EXPECT_FALSE(is_first_slice(bytes("2801")));
}

TEST(HevcSlice, TellsItsPps) {
  EXPECT_EQ(pps_of_slice(bytes("2801af051c")), 0U);  // 1 0 1: first, no_output..., ue(0)
  EXPECT_EQ(pps_of_slice(bytes("0201d0097e")), 0U);
  EXPECT_EQ(pps_of_slice(bytes("0201a0097e")), 1U);  // 1 010
  EXPECT_FALSE(pps_of_slice(bytes("0201")));
  EXPECT_FALSE(pps_of_slice(bytes(test::x265_pps)));
}

TEST(HevcPps, TellsItsIds) {
  const auto pps = parse_pps(bytes(test::x265_pps));
  ASSERT_TRUE(pps);
  EXPECT_EQ(pps->id, 0U);
  EXPECT_EQ(pps->sps_id, 0U);
  EXPECT_FALSE(parse_pps(bytes("4401")));
  EXPECT_FALSE(parse_pps(bytes("4409c172b46240"))) << "layer 1";
}

}  // namespace
}  // namespace live::codec::hevc

#include "common/codec/avc.hpp"

#include "common/codec/bits.hpp"
#include "tests/support/bytes.hpp"
#include "tests/unit/codec/vectors.hpp"

#include <gtest/gtest.h>

namespace live::codec::avc {
namespace {

using test::bytes;

/// `sps` without what a claim may change.
Sps picture(Sps sps) {
  sps.max_num_reorder_frames.reset();
  sps.max_dec_frame_buffering.reset();
  return sps;
}

/// An SPS that uses every optional part up to the VUI, in whose bits `write_vui` has the last word.
template <class WriteVui>
Buffer full_sps(WriteVui write_vui) {
  BitWriter out;
  out.bits(32, 0x67F40028);  // High 4:4:4 Predictive, level 4.0
  out.ue(3);                 // id
  out.ue(3);                 // 4:4:4
  out.flag(true);            // separate_colour_plane_flag
  out.ue(2);
  out.ue(1);        // 10 and 9 bits
  out.flag(false);  // qpprime_y_zero_transform_bypass_flag
  out.flag(true);   // twelve lists: one whole, one that ends early, ten absent
  out.flag(true);
  for (int i = 0; i < 16; ++i)
    out.se(i % 2 == 0 ? 3 : -3);
  out.flag(true);
  out.se(-8);  // next 0: the default list
  for (int i = 2; i < 12; ++i) {
    const bool present = i == 7;
    out.flag(present);
    for (int j = 0; present && j < 64; ++j)
      out.se(1);
  }
  out.ue(4);       // 8 bits of frame_num
  out.ue(1);       // pic_order_cnt_type 1
  out.flag(true);  // delta_pic_order_always_zero_flag
  out.se(-2);
  out.se(1);
  out.ue(3);
  for (const int offset : {4, -4, 70000})
    out.se(offset);
  out.ue(5);        // max_num_ref_frames
  out.flag(false);  // gaps
  out.ue(44);
  out.ue(17);       // 720 x 576 in two fields
  out.flag(false);  // frame_mbs_only_flag
  out.flag(true);
  out.flag(true);
  out.flag(true);  // cropping, in units of 1 x 2
  for (const unsigned edge : {1U, 3U, 0U, 2U})
    out.ue(edge);
  write_vui(out);
  return escape(out.finish());
}

void write_hrd(BitWriter& out) {
  out.ue(1);  // two buffers
  out.bits(8, 0x24);
  for (int i = 0; i < 2; ++i) {
    out.ue(15624);
    out.ue(31249);
    out.flag(i == 0);
  }
  out.bits(20, 0xBDEF8);
}

/// A VUI with all of its parts.
void write_full_vui(BitWriter& out, bool restricted) {
  out.flag(true);
  out.flag(true);
  out.bits(8, 255);  // Extended_SAR
  out.bits(16, 64);
  out.bits(16, 45);
  out.bits(2, 3);  // overscan
  out.flag(true);  // video signal type
  out.bits(4, 11);
  out.flag(true);
  out.bits(24, 0x010101);
  out.flag(true);  // chroma location
  out.ue(1);
  out.ue(1);
  out.flag(true);  // timing
  out.bits(32, 1);
  out.bits(32, 50);
  out.flag(true);
  out.flag(true);
  write_hrd(out);
  out.flag(true);
  write_hrd(out);
  out.flag(false);  // low_delay_hrd_flag
  out.flag(true);   // pic_struct_present_flag
  out.flag(restricted);
  if (!restricted) return;
  out.flag(false);
  for (const unsigned field : {2U, 1U, 11U, 10U, 4U, 9U})
    out.ue(field);
}

TEST(AvcSps, TellsSizeAndReorderingOfX264) {
  const auto sps = parse_sps(bytes(test::x264_sps));
  ASSERT_TRUE(sps);
  EXPECT_EQ(sps->profile, 100);
  EXPECT_EQ(sps->level, 12);
  EXPECT_EQ(sps->width, 320U);
  EXPECT_EQ(sps->height, 180U);
  EXPECT_EQ(sps->max_num_ref_frames, 4U);
  EXPECT_EQ(sps->max_num_reorder_frames, 2U);
  EXPECT_EQ(sps->max_dec_frame_buffering, 4U);
  EXPECT_FALSE(cannot_reorder(*sps));
}

TEST(AvcSps, TellsChromaAndDepth) {
  const auto sps = parse_sps(bytes(test::x264_444_sps));
  ASSERT_TRUE(sps);
  EXPECT_EQ(sps->profile, 244);
  EXPECT_EQ(sps->chroma_format, 3U);
  EXPECT_EQ(sps->bit_depth_luma, 10U);
  EXPECT_EQ(sps->bit_depth_chroma, 10U);
  EXPECT_EQ(sps->width, 320U);
  EXPECT_EQ(sps->height, 180U);
}

TEST(AvcSps, CountsFieldsTwiceAndReadsAnExtendedRatio) {
  const auto sps = parse_sps(bytes(test::x264_interlaced_sps));
  ASSERT_TRUE(sps);
  EXPECT_FALSE(sps->frame_mbs_only);
  EXPECT_EQ(sps->width, 720U);
  EXPECT_EQ(sps->height, 576U);
  EXPECT_EQ(sps->sar_num, 64U);
  EXPECT_EQ(sps->sar_den, 45U);
}

TEST(AvcSps, CropsWhatMacroblocksAddTo1080Lines) {
  for (const auto text : {test::x264_1080_sps, test::camera_1080_sps}) {
    const auto sps = parse_sps(bytes(text));
    ASSERT_TRUE(sps);
    EXPECT_EQ(sps->width, 1920U);
    EXPECT_EQ(sps->height, 1080U);
  }
}

TEST(AvcSps, CannotReorderInBaselineOrPocType2) {
  for (const auto text : {test::x264_no_b_sps, test::x264_baseline_sps, test::camera_960_sps}) {
    EXPECT_TRUE(cannot_reorder(*parse_sps(bytes(text))));
  }
  EXPECT_FALSE(cannot_reorder(*parse_sps(bytes(test::camera_1080_sps))));
}

TEST(AvcSps, ReadsEveryOptionalPart) {
  const auto sps = parse_sps(full_sps([](BitWriter& out) { write_full_vui(out, true); }));
  ASSERT_TRUE(sps);
  EXPECT_EQ(sps->id, 3U);
  EXPECT_TRUE(sps->separate_colour_planes);
  EXPECT_EQ(sps->bit_depth_luma, 10U);
  EXPECT_EQ(sps->bit_depth_chroma, 9U);
  EXPECT_EQ(sps->log2_max_frame_num, 8U);
  EXPECT_EQ(sps->poc_type, 1U);
  EXPECT_EQ(sps->max_num_ref_frames, 5U);
  EXPECT_EQ(sps->width, 716U);
  EXPECT_EQ(sps->height, 572U);
  EXPECT_EQ(sps->sar_num, 64U);
  EXPECT_EQ(sps->sar_den, 45U);
  EXPECT_EQ(sps->max_num_reorder_frames, 4U);
  EXPECT_EQ(sps->max_dec_frame_buffering, 9U);
}

TEST(AvcSps, CutWithinItsVuiCountsAsOneWithout) {
  const auto whole = full_sps([](BitWriter& out) { write_full_vui(out, true); });
  auto cut = whole;
  cut.resize(whole.size() - 8);
  cut.back() |= 1U;
  const auto sps = parse_sps(cut);
  ASSERT_TRUE(sps);
  EXPECT_EQ(sps->width, 716U);
  EXPECT_EQ(sps->sar_num, 1U);
  EXPECT_FALSE(sps->max_num_reorder_frames);
  EXPECT_FALSE(claim_no_reorder(cut));
}

TEST(AvcSps, CutBeforeItsVuiIsNothing) {
  const auto whole = bytes(test::x264_sps);
  for (std::size_t n = 0; n < 10; ++n)
    EXPECT_FALSE(parse_sps(Bytes{whole}.first(n))) << n;
  for (std::size_t n = 10; n < whole.size(); ++n)
    parse_sps(Bytes{whole}.first(n));
}

TEST(AvcSps, SurvivesEveryCorruptedByte) {
  for (const auto text : {test::x264_sps, test::x264_444_sps, test::x264_interlaced_sps}) {
    const auto whole = bytes(text);
    for (std::size_t at = 0; at < whole.size(); ++at) {
      for (unsigned value = 0; value < 256; ++value) {
        auto changed = whole;
        changed[at] = static_cast<std::uint8_t>(value);
        const auto claimed = claim_no_reorder(changed);
        if (!claimed) continue;
        const auto sps = parse_sps(*claimed);
        ASSERT_TRUE(sps) << "byte " << at << " = " << value;
        EXPECT_EQ(sps->max_num_reorder_frames, 0U);
      }
    }
  }
}

TEST(AvcSps, RefusesWhatIsAbsurd) {
  EXPECT_FALSE(parse_sps(bytes(test::x264_pps)));
  EXPECT_FALSE(parse_sps({}));
  EXPECT_FALSE(parse_sps(bytes("6764000c 00000000000000000080")));
  const auto with_size = [](std::uint32_t width_mbs, std::uint32_t crop) {
    BitWriter out;
    out.bits(32, 0x6742001E);
    for (const unsigned field : {0U, 0U, 2U, 1U})
      out.ue(field);
    out.flag(false);
    out.ue(width_mbs - 1);
    out.ue(10);
    out.bits(3, 7);
    for (const unsigned edge : {crop, 0U, 0U, 0U})
      out.ue(edge);
    out.flag(false);
    return escape(out.finish());
  };
  EXPECT_TRUE(parse_sps(with_size(1055, 0)));
  EXPECT_FALSE(parse_sps(with_size(1056, 0)));
  EXPECT_TRUE(parse_sps(with_size(10, 79)));
  EXPECT_FALSE(parse_sps(with_size(10, 80))) << "nothing is left";
}

TEST(NoReorderClaim, AddsAVuiWhereThereIsNone) {
  const auto before = bytes(test::camera_360_sps);
  const auto after = claim_no_reorder(before);
  ASSERT_TRUE(after);
  // ... 1 (VUI) 00000000 1 (restriction) 1, 0, 0, 16, 16, 0, 1 and the stop bit
  EXPECT_EQ(*after, bytes("674d401e95a0280bfe59b0 3c2211a8"));
  EXPECT_EQ(picture(*parse_sps(before)), picture(*parse_sps(*after)));
}

TEST(NoReorderClaim, KeepsTheVuiThatIsThere) {
  const auto before = bytes(test::camera_1080_sps);
  const auto after = claim_no_reorder(before);
  ASSERT_TRUE(after);
  EXPECT_EQ(*after, bytes("674d002a963540f0044fcb37010101400001c2000057e4 03c2211a80"));
  const auto sps = parse_sps(*after);
  EXPECT_EQ(picture(*parse_sps(before)), picture(*sps));
  EXPECT_EQ(sps->max_num_reorder_frames, 0U);
  EXPECT_EQ(sps->max_dec_frame_buffering, 1U);
}

TEST(NoReorderClaim, ChangesTwoNumbersOfARestrictionThatIsThere) {
  const auto before = full_sps([](BitWriter& out) { write_full_vui(out, true); });
  const auto after = claim_no_reorder(before);
  ASSERT_TRUE(after);
  const auto unrestricted = full_sps([](BitWriter& out) { write_full_vui(out, false); });
  const auto sps = parse_sps(*after);
  ASSERT_TRUE(sps);
  EXPECT_EQ(picture(*parse_sps(before)), picture(*sps));
  EXPECT_EQ(sps->max_num_reorder_frames, 0U);
  EXPECT_EQ(sps->max_dec_frame_buffering, 9U);
  const auto bits_before = unescape(before);
  const auto bits_after = unescape(*after);
  const auto kept = payload_bits(unescape(unrestricted)) - 1;  // up to bitstream_restriction_flag
  BitReader a{bits_before};
  BitReader b{bits_after};
  while (a.at() < kept)
    ASSERT_EQ(a.bits(1), b.bits(1)) << "bit " << a.at();
}

TEST(NoReorderClaim, LeavesAnSpsThatMakesItAlone) {
  for (const auto text : {test::x264_no_b_sps, test::x264_baseline_sps, test::x264_444_sps}) {
    EXPECT_EQ(claim_no_reorder(bytes(text)), bytes(text));
  }
}

TEST(NoReorderClaim, HoldsForEverySetThatParses) {
  for (const auto text : {test::x264_sps, test::x264_interlaced_sps, test::x264_1080_sps,
                          test::camera_360_sps, test::camera_960_sps, test::camera_1080_sps}) {
    const auto before = parse_sps(bytes(text));
    const auto claimed = claim_no_reorder(bytes(text));
    ASSERT_TRUE(claimed);
    const auto after = parse_sps(*claimed);
    ASSERT_TRUE(after);
    EXPECT_EQ(picture(*before), picture(*after));
    EXPECT_EQ(after->max_num_reorder_frames, 0U);
    EXPECT_GE(after->max_dec_frame_buffering, after->max_num_ref_frames);
    EXPECT_EQ(claim_no_reorder(*claimed), claimed) << "once is enough";
  }
}

TEST(Avcc, IsWhatFfmpegWrites) {
  const std::vector<Buffer> sps{bytes(test::x264_sps)};
  const std::vector<Buffer> pps{bytes(test::x264_pps)};
  EXPECT_EQ(write_avcc(sps, pps), bytes(test::x264_avcc));
  const std::vector<Buffer> baseline_sps{bytes(test::x264_baseline_sps)};
  const std::vector<Buffer> baseline_pps{bytes(test::x264_baseline_pps)};
  EXPECT_EQ(write_avcc(baseline_sps, baseline_pps),
            bytes("0142c00cffe10019 6742c00cd901419f9f011000000300100000030320f142a480"
                  "010005 68cb83cb20"));
  const std::vector<Buffer> deep_sps{bytes(test::x264_444_sps)};
  const std::vector<Buffer> deep_pps{bytes(test::x264_444_pps)};
  EXPECT_EQ(write_avcc(deep_sps, deep_pps),
            bytes("01f4000cffe10019 67f4000c90d9681419f8dc0440000003004000000c83c50aa8"
                  "010005 68ce0f1920 fffafa00"));
}

TEST(Avcc, ParsesToWhatWasWritten) {
  const std::vector<Buffer> sps{bytes(test::x264_sps), bytes(test::camera_360_sps)};
  const std::vector<Buffer> pps{bytes(test::x264_pps), bytes(test::camera_1080_pps)};
  const auto record = parse_avcc(write_avcc(sps, pps));
  ASSERT_TRUE(record);
  EXPECT_EQ(record->length_size, 4U);
  EXPECT_EQ(record->sps, sps);
  EXPECT_EQ(record->pps, pps);
}

TEST(Avcc, CutIsNothing) {
  const auto whole = bytes(test::x264_avcc);
  for (std::size_t n = 0; n < whole.size() - 4; ++n) {  // the chroma fields may be missing
    EXPECT_FALSE(parse_avcc(Bytes{whole}.first(n))) << n;
  }
  EXPECT_FALSE(parse_avcc(bytes("0064000cffe1")));
  EXPECT_FALSE(parse_avcc(bytes("0164000cfe e0 00"))) << "lengths of three bytes";
}

TEST(AvcSlice, TellsOrderAndKind) {
  const auto sps = *parse_sps(bytes(test::x264_sps));
  const auto idr = parse_slice_header(bytes("6588840047dae3985bd757da423e83"), sps);
  ASSERT_TRUE(idr);
  EXPECT_TRUE(idr->idr);
  EXPECT_EQ(idr->first_mb, 0U);
  EXPECT_EQ(idr->slice_type, 7U);
  EXPECT_EQ(idr->frame_num, 0U);
  EXPECT_EQ(idr->poc_lsb, 0U);
  const auto p = parse_slice_header(bytes("419a246c467fbcb956683caa5dde6f"), sps);
  ASSERT_TRUE(p);
  EXPECT_FALSE(p->idr);
  EXPECT_EQ(p->slice_type, 5U);
  EXPECT_EQ(p->frame_num, 1U);
  EXPECT_EQ(p->poc_lsb, 8U);
  const auto b = parse_slice_header(bytes("419e427884bffc7f022faf907f820d"), sps);
  ASSERT_TRUE(b);
  EXPECT_EQ(b->slice_type, 6U);
  EXPECT_EQ(b->poc_lsb, 4U);
}

TEST(AvcSlice, SkipsTheFieldFlagOfInterlacedVideo) {
  const auto sps = *parse_sps(bytes(test::x264_interlaced_sps));
  const auto p = parse_slice_header(bytes("419a20de49fff0f31b752d3c"), sps);
  ASSERT_TRUE(p);
  EXPECT_EQ(p->frame_num, 1U);
  EXPECT_EQ(p->poc_lsb, 3U);
}

TEST(AvcSlice, CutIsNothing) {
  const auto sps = *parse_sps(bytes(test::x264_sps));
  EXPECT_FALSE(parse_slice_header(bytes("6588"), sps));
  EXPECT_FALSE(parse_slice_header(bytes("41"), sps));
  EXPECT_FALSE(parse_slice_header({}, sps));
  EXPECT_FALSE(parse_slice_header(bytes(test::x264_sps), sps));
}

TEST(AvcSlice, IsFirstWhenItsFirstMacroblockIs0) {
  EXPECT_TRUE(is_first_slice(bytes("6588840063ff")));
  EXPECT_FALSE(is_first_slice(bytes("65001fe22210"))) << "the second of four slices";
  EXPECT_FALSE(is_first_slice(bytes("0605ff")));
  EXPECT_FALSE(is_first_slice(bytes("65")));
}

TEST(AvcPps, TellsItsIds) {
  const auto pps = parse_pps(bytes(test::x264_pps));
  ASSERT_TRUE(pps);
  EXPECT_EQ(pps->id, 0U);
  EXPECT_EQ(pps->sps_id, 0U);
  const auto other = parse_pps(bytes("68 53 80"));  // 010 1 0 0 ...
  ASSERT_TRUE(other);
  EXPECT_EQ(other->id, 1U);
  EXPECT_FALSE(parse_pps(bytes("68")));
  EXPECT_FALSE(parse_pps(bytes("68 00 00 80 80"))) << "id beyond 255";
}

}  // namespace
}  // namespace live::codec::avc

#include "common/codec/parameter_sets.hpp"

#include "common/codec/avc.hpp"
#include "common/codec/bits.hpp"
#include "common/codec/hevc.hpp"
#include "common/codec/nal.hpp"
#include "tests/support/bytes.hpp"
#include "tests/unit/codec/vectors.hpp"

#include <gtest/gtest.h>

namespace live::codec {
namespace {

using test::bytes;

const auto idr = bytes("6588840047dae3985bd757da423e83");
const auto p_slice = bytes("419a246c467fbcb956683caa5dde6f");
const auto second_slice = bytes("65001fe2221000abfffed8e7f32cae");
const auto sei = bytes("0605ff01020380");
const auto delimiter = bytes("09f0");
const auto filler = bytes("0cffffff80");

constexpr auto start4 = "00000001";
constexpr auto start3 = "000001";

Buffer annex_b(std::initializer_list<std::pair<const char*, Buffer>> nals) {
  Buffer out;
  for (const auto& [start, nal] : nals) {
    const auto code = bytes(start);
    out.insert(out.end(), code.begin(), code.end());
    out.insert(out.end(), nal.begin(), nal.end());
  }
  return out;
}

Buffer prefixed(std::size_t length_size, std::initializer_list<Buffer> nals) {
  Buffer out;
  Writer writer{out};
  for (const auto& nal : nals) {
    writer.be(length_size, nal.size());
    writer.bytes(nal);
  }
  return out;
}

Buffer joined(const Sample& sample) {
  Buffer out;
  for (const auto piece : sample.pieces)
    out.insert(out.end(), piece.begin(), piece.end());
  EXPECT_EQ(out.size(), sample.size);
  return out;
}

/// True when every piece lies in `packet`: nothing was copied.
bool within(const Sample& sample, const Buffer& packet) {
  for (const auto piece : sample.pieces) {
    if (piece.data() < packet.data() ||
        piece.data() + piece.size() > packet.data() + packet.size()) {
      return false;
    }
  }
  return true;
}

/// Baseline, 640x480, id 1.
Buffer sps_with_id_1() {
  BitWriter out;
  out.bits(32, 0x6742001E);
  for (const unsigned field : {1U, 0U, 2U, 1U})
    out.ue(field);
  out.flag(false);
  out.ue(39);
  out.ue(29);
  out.bits(4, 0xC);  // frames only, direct 8x8, no cropping, no VUI
  return escape(out.finish());
}

const auto sps = bytes(test::x264_sps);
const auto pps = bytes(test::x264_pps);

TEST(ParameterSets, KeepTheSetsAndGiveTheSlices) {
  ParameterSets sets{Codec::avc, false};
  EXPECT_FALSE(sets.parameters());
  auto packet = annex_b({{start4, delimiter}, {start4, sps}, {start4, pps}, {start4, idr}});
  Buffer scratch;
  const auto sample = sets.take(packet, scratch);
  EXPECT_EQ(joined(sample), prefixed(4, {idr}));
  EXPECT_TRUE(within(sample, packet));
  EXPECT_EQ(sample.pieces.size(), 1U);
  EXPECT_TRUE(sample.key);
  EXPECT_TRUE(sample.first_slice);
  EXPECT_TRUE(sample.new_sets);
  const auto parameters = sets.parameters();
  ASSERT_TRUE(parameters);
  EXPECT_EQ(parameters->config, bytes(test::x264_avcc));
  EXPECT_EQ(parameters->width, 320U);
  EXPECT_EQ(parameters->height, 180U);
}

TEST(ParameterSets, RepeatedAreNoChange) {
  ParameterSets sets{Codec::avc, true};
  Buffer scratch;
  const auto packet = annex_b({{start4, sps}, {start4, pps}, {start4, idr}});
  auto first = packet;
  EXPECT_TRUE(sets.take(first, scratch).new_sets);
  const auto before = sets.parameters();
  for (int i = 0; i < 3; ++i) {
    auto again = packet;
    EXPECT_FALSE(sets.take(again, scratch).new_sets);
  }
  EXPECT_EQ(sets.parameters(), before);
}

TEST(ParameterSets, DifferOnlyInNalRefIdcAreNoChange) {
  ParameterSets sets{Codec::avc, false};
  sets.seed(annex_b({{start4, sps}, {start4, pps}}));
  auto low = sps;
  low[0] = 0x27;
  Buffer scratch;
  auto packet = annex_b({{start4, low}, {start4, pps}, {start4, idr}});
  EXPECT_FALSE(sets.take(packet, scratch).new_sets);
}

TEST(ParameterSets, WithOtherContentAreAChange) {
  ParameterSets sets{Codec::avc, false};
  sets.seed(annex_b({{start4, sps}, {start4, pps}}));
  Buffer scratch;
  auto packet = annex_b({{start4, bytes(test::camera_1080_sps)}, {start4, pps}, {start4, idr}});
  EXPECT_TRUE(sets.take(packet, scratch).new_sets);
  EXPECT_EQ(sets.parameters()->width, 1920U);
}

TEST(ParameterSets, AloneInAPacketGiveAnEmptySample) {
  ParameterSets sets{Codec::avc, false};
  Buffer scratch;
  auto packet = annex_b({{start4, sps}, {start3, pps}, {start4, filler}});
  const auto sample = sets.take(packet, scratch);
  EXPECT_TRUE(sample.pieces.empty());
  EXPECT_EQ(sample.size, 0U);
  EXPECT_TRUE(sample.new_sets);
  EXPECT_FALSE(sample.slice);
  EXPECT_FALSE(sample.first_slice);
  EXPECT_TRUE(sets.parameters());
}

TEST(ParameterSets, GiveLengthsForShortStartCodesToo) {
  ParameterSets sets{Codec::avc, false};
  Buffer scratch;
  auto packet = annex_b({{start4, sei}, {start3, idr}, {start3, second_slice}, {start4, sei}});
  const auto sample = sets.take(packet, scratch);
  EXPECT_EQ(joined(sample), prefixed(4, {sei, idr, second_slice, sei}));
  EXPECT_EQ(scratch.size(), 8U) << "two lengths, no slice";
}

TEST(ParameterSets, UseTheRoomOfWhatIsLeftOut) {
  ParameterSets sets{Codec::avc, false};
  Buffer scratch;
  auto packet = annex_b({{start3, sps}, {start3, pps}, {start3, idr}});
  const auto sample = sets.take(packet, scratch);
  EXPECT_EQ(joined(sample), prefixed(4, {idr}));
  EXPECT_TRUE(within(sample, packet));
  EXPECT_TRUE(sets.parameters()) << "the sets were taken before they were overwritten";
}

TEST(ParameterSets, JoinNeighboursIntoOnePiece) {
  ParameterSets sets{Codec::avc, false};
  Buffer scratch;
  auto packet = annex_b({{start4, sei}, {start4, idr}, {start4, second_slice}});
  EXPECT_EQ(sets.take(packet, scratch).pieces.size(), 1U);
}

TEST(ParameterSets, GatherASampleOfVeryManyPieces) {
  ParameterSets sets{Codec::avc, false};
  Buffer packet;
  Buffer expected;
  for (int i = 0; i < 200; ++i) {
    const auto coded = annex_b({{start3, p_slice}});
    packet.insert(packet.end(), coded.begin(), coded.end());
    const auto piece = prefixed(4, {p_slice});
    expected.insert(expected.end(), piece.begin(), piece.end());
  }
  Buffer scratch;
  const auto sample = sets.take(packet, scratch);
  EXPECT_EQ(sample.pieces.size(), 1U);
  EXPECT_EQ(joined(sample), expected);
}

TEST(ParameterSets, TellAPictureFromItsContinuation) {
  ParameterSets sets{Codec::avc, false};
  Buffer scratch;
  auto first = annex_b({{start4, idr}});
  auto second = annex_b({{start4, second_slice}});
  EXPECT_TRUE(sets.take(first, scratch).first_slice);
  const auto rest = sets.take(second, scratch);
  EXPECT_FALSE(rest.first_slice);
  EXPECT_TRUE(rest.slice);
  EXPECT_TRUE(rest.key);
}

TEST(ParameterSets, TakeLengthPrefixedPacketsAsTheyAre) {
  ParameterSets sets{Codec::avc, false};
  sets.seed(bytes(test::x264_avcc));
  ASSERT_TRUE(sets.parameters());
  Buffer scratch;
  auto packet = prefixed(4, {delimiter, sps, pps, sei, idr});
  const auto sample = sets.take(packet, scratch);
  EXPECT_EQ(joined(sample), prefixed(4, {sei, idr}));
  EXPECT_TRUE(within(sample, packet));
  EXPECT_EQ(sample.pieces.size(), 1U);
  EXPECT_FALSE(sample.new_sets);
}

TEST(ParameterSets, TakeALengthOf256To511ForALength) {
  ParameterSets sets{Codec::avc, false};
  sets.seed(bytes(test::x264_avcc));
  auto slice = p_slice;
  slice.resize(0x141, 0x55);
  Buffer scratch;
  auto packet = prefixed(4, {slice});
  ASSERT_TRUE(is_annex_b(packet)) << "this is the trap";
  EXPECT_EQ(joined(sets.take(packet, scratch)), prefixed(4, {slice}));
}

TEST(ParameterSets, WidenShortLengths) {
  for (const std::size_t length_size : {1U, 2U}) {
    ParameterSets sets{Codec::avc, false};
    auto record = bytes(test::x264_avcc);
    record[4] = static_cast<std::uint8_t>(0xFC | (length_size - 1));
    sets.seed(record);
    Buffer scratch;
    auto packet = prefixed(length_size, {sei, idr});
    EXPECT_EQ(joined(sets.take(packet, scratch)), prefixed(4, {sei, idr}));
  }
}

TEST(ParameterSets, TakeSharedLeavesThePacketAsItIs) {
  const auto coded = [](std::size_t length_size) {
    return prefixed(length_size, {delimiter, sps, pps, sei, idr});
  };
  const auto start_codes = annex_b({{start4, delimiter}, {start4, sei}, {start3, idr}});
  for (const auto& packet : {coded(1), coded(2), coded(4), start_codes}) {
    ParameterSets sets{Codec::avc, false};
    if (packet[0] != 0 || packet[1] != 0) {
      auto record = bytes(test::x264_avcc);
      record[4] = packet[0] != 0 ? 0xFC : 0xFD;
      sets.seed(record);
    }
    const auto before = packet;
    Buffer scratch;
    const auto sample = sets.take_shared(packet, scratch);
    EXPECT_EQ(joined(sample), prefixed(4, {sei, idr}));
    EXPECT_EQ(packet, before);
    const bool as_it_must_be = packet == coded(4);
    EXPECT_EQ(scratch.empty(), as_it_must_be);
    EXPECT_EQ(within(sample, packet), as_it_must_be);
  }
}

TEST(ParameterSets, TakeAnnexBAlsoAfterARecord) {
  ParameterSets sets{Codec::avc, false};
  sets.seed(bytes(test::x264_avcc));
  Buffer scratch;
  auto packet = annex_b({{start4, idr}});
  EXPECT_EQ(joined(sets.take(packet, scratch)), prefixed(4, {idr}));
}

TEST(ParameterSets, ThatAreMalformedAreIgnored) {
  ParameterSets sets{Codec::avc, false};
  sets.seed(annex_b({{start4, sps}, {start4, pps}}));
  const auto before = sets.parameters();
  Buffer scratch;
  auto cut = Buffer{sps.begin(), sps.begin() + 8};
  auto huge = pps;
  huge.resize(ParameterSets::max_set_bytes + 1, 0x55);
  auto packet = annex_b({{start4, cut}, {start4, bytes("68")}, {start4, huge}, {start4, idr}});
  EXPECT_FALSE(sets.take(packet, scratch).new_sets);
  EXPECT_EQ(sets.parameters(), before);
  sets.seed(bytes("01 64 00"));
  sets.seed({});
  EXPECT_EQ(sets.parameters(), before);
}

TEST(ParameterSets, TakeNothingFromNoise) {
  ParameterSets sets{Codec::avc, false};
  Buffer scratch;
  auto packet = bytes("47 40 00 10 00 00 b0 0d 00 01");
  EXPECT_TRUE(sets.take(packet, scratch).pieces.empty());
  EXPECT_TRUE(sets.take({}, scratch).pieces.empty());
}

TEST(ParameterSets, FollowTheSpsThatAKeyFrameRefersTo) {
  ParameterSets sets{Codec::avc, false};
  sets.seed(annex_b({{start4, sps}, {start4, pps}}));
  const auto other_sps = sps_with_id_1();
  const auto parsed = avc::parse_sps(other_sps);
  ASSERT_TRUE(parsed);
  ASSERT_EQ(parsed->id, 1U);
  const auto other_pps = bytes("68 49 80");                 // 010 010 ...
  const auto other_idr = bytes("65 88 40 4047dae3985bd7");  // pps id 1
  ASSERT_EQ(avc::pps_of_slice(other_idr), 1U);
  Buffer scratch;
  auto announced = annex_b({{start4, other_sps}, {start4, other_pps}, {start4, idr}});
  EXPECT_TRUE(sets.take(announced, scratch).new_sets);
  EXPECT_EQ(sets.parameters()->width, 320U);
  auto used = annex_b({{start4, other_idr}});
  EXPECT_TRUE(sets.take(used, scratch).new_sets);
  EXPECT_EQ(sets.parameters()->width, parsed->width);
  EXPECT_EQ(avc::parse_avcc(sets.parameters()->config)->sps.front(), other_sps);
  auto again = annex_b({{start4, other_idr}});
  EXPECT_FALSE(sets.take(again, scratch).new_sets);
}

TEST(NoReorderClaim, IsMadeUntilItIsDropped) {
  ParameterSets sets{Codec::avc, true};
  sets.seed(annex_b({{start4, sps}, {start4, pps}}));
  EXPECT_TRUE(sets.claims());
  EXPECT_FALSE(sets.cannot_reorder());
  const auto claimed = avc::parse_avcc(sets.parameters()->config);
  EXPECT_EQ(avc::parse_sps(claimed->sps.front())->max_num_reorder_frames, 0U);
  sets.drop_claim();
  EXPECT_FALSE(sets.claims());
  EXPECT_EQ(avc::parse_avcc(sets.parameters()->config)->sps.front(), sps);
}

TEST(NoReorderClaim, IsCertainForBaseline) {
  ParameterSets sets{Codec::avc, true};
  EXPECT_FALSE(sets.cannot_reorder());
  sets.seed(annex_b({{start4, bytes(test::camera_960_sps)}, {start4, pps}}));
  EXPECT_TRUE(sets.cannot_reorder());
  const auto claimed = avc::parse_avcc(sets.parameters()->config);
  EXPECT_EQ(avc::parse_sps(claimed->sps.front())->max_num_reorder_frames, 0U);
}

const auto h265_vps = bytes(test::x265_vps);
const auto h265_sps = bytes(test::x265_sps);
const auto h265_pps = bytes(test::x265_pps);
const auto h265_idr = bytes("2801af051088aeaf32589db6");

TEST(HevcParameterSets, NeedAllThree) {
  ParameterSets sets{Codec::hevc, false};
  Buffer scratch;
  auto two = annex_b({{start4, h265_sps}, {start4, h265_pps}});
  EXPECT_TRUE(sets.take(two, scratch).new_sets);
  EXPECT_FALSE(sets.parameters());
  auto third = annex_b({{start4, h265_vps}, {start4, h265_idr}});
  const auto sample = sets.take(third, scratch);
  EXPECT_TRUE(sample.new_sets);
  EXPECT_TRUE(sample.key);
  EXPECT_TRUE(sample.first_slice);
  EXPECT_EQ(joined(sample), prefixed(4, {h265_idr}));
  const auto parameters = sets.parameters();
  ASSERT_TRUE(parameters);
  EXPECT_EQ(parameters->width, 320U);
  const auto record = hevc::parse_hvcc(parameters->config);
  EXPECT_EQ(record->vps.front(), h265_vps);
  EXPECT_EQ(record->sps.front(), h265_sps);
  EXPECT_EQ(record->pps.front(), h265_pps);
}

TEST(HevcParameterSets, ClaimInSpsAndVps) {
  ParameterSets sets{Codec::hevc, true};
  sets.seed(annex_b({{start4, h265_vps}, {start4, h265_sps}, {start4, h265_pps}}));
  const auto record = hevc::parse_hvcc(sets.parameters()->config);
  EXPECT_EQ(record->vps.front(), hevc::claim_no_reorder_vps(h265_vps));
  EXPECT_EQ(record->sps.front(), hevc::claim_no_reorder_sps(h265_sps));
  EXPECT_FALSE(sets.cannot_reorder());
}

TEST(HevcParameterSets, LeaveLayersAboveTheBaseOut) {
  ParameterSets sets{Codec::hevc, false};
  sets.seed(annex_b({{start4, h265_vps}, {start4, h265_sps}, {start4, h265_pps}}));
  const auto before = sets.parameters();
  const auto above = [](Buffer nal) {
    nal[1] |= 8U;
    return nal;
  };
  Buffer scratch;
  auto packet = annex_b({{start4, above(h265_sps)},
                         {start4, above(h265_pps)},
                         {start4, h265_idr},
                         {start4, above(h265_idr)}});
  const auto sample = sets.take(packet, scratch);
  EXPECT_FALSE(sample.new_sets);
  EXPECT_EQ(joined(sample), prefixed(4, {h265_idr}));
  EXPECT_EQ(sets.parameters(), before);
}

TEST(HevcParameterSets, AreSeededFromARecord) {
  const std::vector<Buffer> vps{h265_vps};
  const std::vector<Buffer> sps_list{h265_sps};
  const std::vector<Buffer> pps_list{h265_pps};
  ParameterSets sets{Codec::hevc, false};
  sets.seed(hevc::write_hvcc(vps, sps_list, pps_list));
  ASSERT_TRUE(sets.parameters());
  Buffer scratch;
  auto packet = prefixed(4, {h265_vps, h265_idr});
  EXPECT_EQ(joined(sets.take(packet, scratch)), prefixed(4, {h265_idr}));
}

}  // namespace
}  // namespace live::codec

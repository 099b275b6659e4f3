#include "tools/rtsp2fmp4/access_units.hpp"

#include "tests/support/bytes.hpp"

#include <vector>

#include <gtest/gtest.h>

namespace rtsp2fmp4 {
namespace {

using live::Buffer;
using live::av::Packet;
using live::test::bytes;

// Baseline 320x240 of x264; slice headers as far as anybody here reads them.
const auto sps =
    bytes("00 00 00 01 67 42 c0 0d d9 01 41 fb 01 10 00 00 03 00 10 00 00 03 03 20 f1 42 99 20");
const auto pps = bytes("00 00 00 01 68 cb 83 cb 20");
const auto key_slice = bytes("00 00 00 01 65 88 84 0a f2 62 80 00 a7 80");  // first_mb_in_slice 0
const auto key_rest =
    bytes("00 00 00 01 65 00 5a 22 21 02 bc 98 a0 00 29");  // first_mb_in_slice 89
const auto slice = bytes("00 00 00 01 41 9a 24 6c 43 3f fe 9a");
const auto slice_rest = bytes("00 00 00 01 41 01 6a 68 91 b1 0c ff fa");
const auto sei = bytes("00 00 00 01 06 05 04 01 02 03 04 80");

Buffer operator+(Buffer a, const Buffer& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

class AccessUnitsTest : public testing::Test {
 protected:
  void push(const Buffer& data, std::int64_t pts) {
    units.push(Packet::copy_of(data, pts), Arrival{},
               [this](Sample sample) { out.push_back(std::move(sample)); });
  }
  AccessUnits units{live::codec::Codec::avc, false, true};
  std::vector<Sample> out;
};

TEST_F(AccessUnitsTest, WaitsForTheNextFrameOnlyUntilItKnowsTheCamera) {
  push(sps + pps + key_slice, 0);
  EXPECT_EQ(out.size(), 0U);
  push(slice, 3600);
  EXPECT_EQ(out.size(), 1U);
  push(slice, 7200);
  EXPECT_EQ(out.size(), 3U) << "one packet per frame is known from here on";
  push(slice, 10'800);
  EXPECT_EQ(out.size(), 4U);
  push(sps + pps + key_slice, 14'400);
  ASSERT_EQ(out.size(), 5U);
  EXPECT_TRUE(out.back().key);
  EXPECT_EQ(units.merged(), 0U);
}

TEST_F(AccessUnitsTest, MakesOneSampleOfTwoSlices) {
  for (std::int64_t frame = 0; frame < 3; ++frame) {
    push(sps + pps + key_slice, frame * 7200);
    push(sps + pps + key_rest, frame * 7200);
    push(slice + slice_rest, frame * 7200 + 3600);
  }
  units.flush([this](Sample sample) { out.push_back(std::move(sample)); });
  ASSERT_EQ(out.size(), 6U);
  EXPECT_EQ(out[0].parts.size(), 2U);
  EXPECT_EQ(out[0].size, key_slice.size() + key_rest.size());
  EXPECT_TRUE(out[0].key);
  EXPECT_FALSE(out[1].key);
  EXPECT_EQ(units.late_slices(), 0U);
}

TEST_F(AccessUnitsTest, GivesOutAKeyFrameWithItsLastSlice) {
  push(sps + pps + key_slice, 0);
  push(sps + pps + key_rest, 0);
  push(slice, 3600);
  push(slice, 7200);
  const auto before = out.size();
  push(sps + pps + key_slice, 10'800);
  EXPECT_EQ(out.size(), before);
  push(sps + pps + key_rest, 10'800);
  EXPECT_EQ(out.size(), before + 1);
}

TEST_F(AccessUnitsTest, LearnsFromASliceThatCameTooLate) {
  push(sps + pps + key_slice, 0);
  push(slice, 3600);
  push(slice, 7200);
  push(sps + pps + key_slice, 10'800);
  push(sps + pps + key_rest, 10'800);
  EXPECT_EQ(units.late_slices(), 1U);
  push(slice, 14'400);
  push(sps + pps + key_slice, 18'000);
  push(sps + pps + key_rest, 18'000);
  EXPECT_EQ(units.late_slices(), 1U);
  EXPECT_EQ(out.back().parts.size(), 2U);
}

TEST_F(AccessUnitsTest, KeepsFramesOfOneStampApart) {
  push(sps + pps + key_slice, 0);
  push(slice, 0);
  push(slice, 0);
  push(slice, 0);
  units.flush([this](Sample sample) { out.push_back(std::move(sample)); });
  EXPECT_EQ(out.size(), 4U);
}

TEST_F(AccessUnitsTest, PutsALonelySeiInFrontOfItsFrame) {
  push(sps + pps + key_slice, 0);
  push(slice, 3600);
  push(sei, 7200);
  push(slice, 7200);
  push(slice, 10'800);
  ASSERT_GE(out.size(), 3U);
  EXPECT_EQ(out[2].parts.size(), 2U);
  EXPECT_EQ(out[2].size, sei.size() + slice.size());
}

TEST_F(AccessUnitsTest, TellsOfNewParameterSetsOnce) {
  push(sps + pps + key_slice, 0);
  EXPECT_TRUE(units.take_changed());
  push(slice, 3600);
  push(sps + pps + key_slice, 7200);
  EXPECT_FALSE(units.take_changed());
}

TEST_F(AccessUnitsTest, SurvivesGarbage) {
  push(bytes("00 00 00 01"), 0);
  push(bytes("ff"), 1);
  push(bytes("00 00 00 01 65"), 2);
  push(Buffer(100, 0), 3);
  units.flush([this](Sample sample) { out.push_back(std::move(sample)); });
  EXPECT_LE(out.size(), 4U);
}

}  // namespace
}  // namespace rtsp2fmp4

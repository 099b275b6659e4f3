#include "common/av/letterbox.hpp"

#include <algorithm>

#include <gtest/gtest.h>

namespace live::av {
namespace {

PictureFormat shape(std::uint32_t width, std::uint32_t height, std::uint32_t sar_num = 1,
                    std::uint32_t sar_den = 1) {
  PictureFormat out;
  out.width = width;
  out.height = height;
  out.sar_num = sar_num;
  out.sar_den = sar_den;
  return out;
}

TEST(FitWithin, FillsWhatIsOfTheSameShape) {
  EXPECT_EQ(fit_within(1280, 720, shape(1920, 1080)), (Placement{1280, 720, 0, 0}));
  EXPECT_EQ(fit_within(1280, 720, shape(320, 180)), (Placement{1280, 720, 0, 0}));
  EXPECT_EQ(fit_within(1280, 720, shape(1440, 1080, 4, 3)), (Placement{1280, 720, 0, 0}));
}

TEST(FitWithin, LeavesBarsAtTheSidesOrAboveAndBelow) {
  EXPECT_EQ(fit_within(1280, 720, shape(640, 480)), (Placement{960, 720, 160, 0}));
  EXPECT_EQ(fit_within(1280, 720, shape(720, 576, 64, 45)), (Placement{1280, 720, 0, 0}));
  EXPECT_EQ(fit_within(1280, 720, shape(1920, 800)), (Placement{1280, 534, 0, 92}));
  EXPECT_EQ(fit_within(1280, 720, shape(1080, 1920)), (Placement{406, 720, 436, 0}));
}

TEST(FitWithin, StaysEvenAndWithinForTheOddest) {
  for (const auto& odd : {shape(1, 8192), shape(8192, 1), shape(3, 5, 0, 0), shape(853, 480)}) {
    const auto place = fit_within(1280, 720, odd);
    EXPECT_EQ((place.width | place.height | place.x | place.y) % 2, 0U);
    EXPECT_GE(place.width, 2U);
    EXPECT_GE(place.height, 2U);
    EXPECT_LE(place.x + place.width, 1280U);
    EXPECT_LE(place.y + place.height, 720U);
  }
}

Frame grey(std::uint32_t width, std::uint32_t height) {
  constexpr std::uint8_t value = 128;
  auto out = Frame::picture(width, height);
  for (unsigned plane = 0; plane < 3; ++plane)
    for (std::uint32_t y = 0; y < (plane == 0 ? height : height / 2); ++y)
      std::ranges::fill(out.row(plane, y), value);
  out.set_pts(4'711);
  return out;
}

TEST(Letterbox, PutsBlackAround) {
  Letterbox box{320, 180};
  auto out = box.fit(grey(160, 120));
  const auto format = format_of(out);
  EXPECT_EQ(format.width, 320U);
  EXPECT_EQ(format.height, 180U);
  EXPECT_EQ(out.pts(), 4'711);
  EXPECT_EQ(out.row(0, 90)[10], 16) << "a bar";
  EXPECT_EQ(out.row(0, 90)[160], 128) << "the picture";
  EXPECT_EQ(out.row(0, 90)[310], 16);
}

TEST(Letterbox, FollowsASourceThatChangesItsSize) {
  Letterbox box{320, 180};
  for (const auto& [width, height] :
       {std::pair{160U, 120U}, {640U, 360U}, {90U, 160U}, {160U, 120U}}) {
    const auto format = format_of(box.fit(grey(width, height)));
    EXPECT_EQ(format.width, 320U);
    EXPECT_EQ(format.height, 180U);
  }
}

}  // namespace
}  // namespace live::av

#include "common/av/picture_rate.hpp"

#include "common/av/audio_encoder.hpp"

#include <gtest/gtest.h>

namespace live::av {
namespace {

TEST(PictureRate, IsTheHeadersElseThatOfTheFirstPicture) {
  Stream stream;
  EXPECT_DOUBLE_EQ(picture_rate(stream, 0), 0);
  EXPECT_DOUBLE_EQ(picture_rate(stream, 3'600), 25);
  EXPECT_DOUBLE_EQ(picture_rate(stream, 2'970), 30) << "33 ms";
  EXPECT_NEAR(picture_rate(stream, 7'000), 12.86, 0.01);
  stream.rate_num = 60'000;
  stream.rate_den = 1001;
  EXPECT_NEAR(picture_rate(stream, 3'600), 59.94, 0.001);
}

TEST(ThinnedRate, IsAWholePart) {
  EXPECT_DOUBLE_EQ(thinned_rate(25, 30), 25);
  EXPECT_DOUBLE_EQ(thinned_rate(60, 30), 30);
  EXPECT_DOUBLE_EQ(thinned_rate(50, 30), 25);
  EXPECT_DOUBLE_EQ(thinned_rate(48, 30), 24);
  EXPECT_DOUBLE_EQ(thinned_rate(120, 30), 30);
  EXPECT_NEAR(thinned_rate(60'000.0 / 1001, 30), 29.97, 0.001);
}

TEST(RateFraction, KnowsThoseOfNtsc) {
  using Fraction = std::pair<std::uint32_t, std::uint32_t>;
  EXPECT_EQ(rate_fraction(25), (Fraction{25, 1}));
  EXPECT_EQ(rate_fraction(30'000.0 / 1001), (Fraction{30'000, 1001}));
  EXPECT_EQ(rate_fraction(12.5), (Fraction{12'500, 1000}));
}

TEST(AacRate, IsOneThatAllPlayersTake) {
  EXPECT_EQ(aac_rate(44'100), 44'100U);
  EXPECT_EQ(aac_rate(48'000), 48'000U);
  EXPECT_EQ(aac_rate(96'000), 48'000U);
  EXPECT_EQ(aac_rate(8'000), 48'000U);
  EXPECT_EQ(aac_rate(22'050), 44'100U);
  EXPECT_EQ(aac_rate(0), 48'000U);
}

}  // namespace
}  // namespace live::av

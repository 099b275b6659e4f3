#include "tools/rtsp2fmp4/test_picture.hpp"

#include <chrono>
#include <utility>

#include <gtest/gtest.h>

namespace rtsp2fmp4 {
namespace {

/// Reads the frame time as rtsp2fmp4(1) tells a stranger to; 0 when the third row says that it was misread.
std::uint64_t read_frame_time(live::av::Frame& frame, std::uint32_t width, std::uint32_t height) {
  const std::uint32_t cell_width = width / 24 / 2 * 2;
  const std::uint32_t cell_height = std::max(16U, height / 40 / 2 * 2);
  const auto row = [&](std::uint32_t r) {
    std::uint64_t bits = 0;
    for (std::uint32_t c = 0; c < 24; ++c) {
      const auto luma =
          frame.row(0, r * cell_height + cell_height / 2)[c * cell_width + cell_width / 2];
      bits = bits << 1U | (luma >= 128 ? 1U : 0U);
    }
    return bits;
  };
  if ((row(1) ^ row(2)) != 0xFF'FFFFU) return 0;
  return row(0) << 24U | row(1);
}

TEST(TestPicture, CarriesItsTimeInAnySize) {
  for (const auto& [width, height] :
       {std::pair{1280U, 720U}, {640U, 360U}, {160U, 120U}, {1920U, 1080U}}) {
    TestPicture picture{width, height};
    for (std::uint64_t n = 0; n < 100; n += 33) {
      const auto at = live::WallClock{
          std::chrono::milliseconds{1'732'000'123'457 + static_cast<std::int64_t>(n) * 40}};
      EXPECT_EQ(read_frame_time(picture.draw(n, at), width, height), 1'732'000'123'457 + n * 40)
          << width;
    }
  }
}

TEST(TestPicture, Moves) {
  TestPicture picture{320, 240};
  const live::WallClock at{};
  auto& frame = picture.draw(1, at);
  const std::vector<std::uint8_t> before{frame.row(0, 120).begin(), frame.row(0, 120).end()};
  auto& next = picture.draw(2, at);
  EXPECT_FALSE(std::ranges::equal(before, next.row(0, 120)));
}

}  // namespace
}  // namespace rtsp2fmp4

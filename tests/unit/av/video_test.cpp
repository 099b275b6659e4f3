#include "common/av/scaler.hpp"
#include "common/av/video_encoder.hpp"
#include "common/av/video_transcoder.hpp"

#include <algorithm>
#include <vector>

#include <gtest/gtest.h>

namespace live::av {
namespace {

Frame grey(std::uint32_t width, std::uint32_t height, std::uint8_t luma) {
  auto out = Frame::picture(width, height);
  for (unsigned plane = 0; plane < 3; ++plane) {
    for (std::uint32_t y = 0; y < (plane == 0 ? height : (height + 1) / 2); ++y) {
      std::ranges::fill(out.row(plane, y), plane == 0 ? luma : std::uint8_t{128});
    }
  }
  return out;
}

TEST(Scaler, LeavesAPictureThatFitsAlone) {
  Scaler scaler;
  const auto picture = grey(320, 240, 100);
  EXPECT_EQ(&scaler.scale(picture), &picture);
}

TEST(Scaler, MakesSizesEven) {
  Scaler scaler;
  auto picture = grey(321, 241, 100);
  picture.set_pts(77);
  const auto& even = scaler.scale(picture);
  EXPECT_NE(&even, &picture);
  EXPECT_EQ(even.pts(), 77);
}

TEST(VideoTranscoder, MakesH264OfMjpegWithTheStampsOfTheInput) {
  VideoEncoding encoding;
  encoding.codec = "mjpeg";
  encoding.width = 320;
  encoding.height = 240;
  VideoEncoder camera{encoding};
  VideoTranscoder transcoder{camera.stream()};
  std::vector<std::int64_t> stamps;
  std::vector<bool> keys;
  for (std::int64_t n = 0; n < 80; ++n) {
    auto picture = grey(320, 240, static_cast<std::uint8_t>(n));
    picture.set_pts(n * 3600);
    camera.send(picture);
    for (Packet packet; camera.receive(packet); packet = Packet{}) {
      transcoder.push(packet, n % 10 != 9, [&](Packet coded) {
        stamps.push_back(*coded.pts());
        keys.push_back(coded.key());
      });
    }
  }
  ASSERT_EQ(stamps.size(), 72U) << "no frame is held back, and those that were to be dropped are";
  EXPECT_EQ(stamps[1], 3600);
  EXPECT_EQ(stamps[9], 10 * 3600);
  EXPECT_EQ(transcoder.stream()->name, "h264");
  EXPECT_TRUE(keys[0]);
  EXPECT_EQ(std::ranges::count(keys, true), 2) << "one every 2 s";
}

}  // namespace
}  // namespace live::av

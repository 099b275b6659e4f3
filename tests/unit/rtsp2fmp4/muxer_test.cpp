#include "tools/rtsp2fmp4/muxer.hpp"

#include "common/base/fd.hpp"
#include "common/mp4/stream_reader.hpp"

#include <variant>
#include <vector>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

namespace rtsp2fmp4 {
namespace {

live::codec::Parameters video_parameters(std::uint32_t width) {
  live::codec::Parameters out;
  out.codec = live::codec::Codec::vp9;
  out.config = {0, 10, 0x82, 1, 1, 1, 0, 0};
  out.width = width;
  out.height = 240;
  return out;
}

Sample sample(std::size_t size, bool key) {
  Sample out;
  out.parts.push_back({live::av::Packet{}, live::Buffer(size, 0xAB)});
  out.pieces = {out.parts.front().scratch};
  out.size = size;
  out.key = key;
  return out;
}

TEST(Muxer, WritesAndCounts) {
  std::string path = testing::TempDir() + "muxer.XXXXXX";
  const live::Fd file{::mkstemp(path.data())};
  ::unlink(path.c_str());
  Output output{"", file.get()};
  Stats stats;
  Muxer muxer{{}, output, stats};
  const auto picture = [&](std::uint64_t dts, bool key) {
    muxer.video(sample(100, key),
                {.dts = dts, .composition = 0, .duration = 3600, .covered = false});
  };
  muxer.tracks(live::mux::TrackInfo{video_parameters(320)}, std::nullopt);
  picture(900'000, false);
  EXPECT_FALSE(muxer.begun());
  picture(903'600, true);
  picture(907'200, false);
  muxer.tracks(live::mux::TrackInfo{video_parameters(640)}, std::nullopt);
  picture(910'800, true);
  muxer.flush();
  EXPECT_TRUE(muxer.begun());
  EXPECT_EQ(stats.frames.value(), 3U);
  EXPECT_EQ(stats.fragments.value(), 3U);
  EXPECT_EQ(stats.epochs.value(), 2U);

  live::Buffer bytes(static_cast<std::size_t>(::lseek(file.get(), 0, SEEK_END)));
  EXPECT_EQ(stats.bytes.value(), bytes.size());
  ASSERT_EQ(::pread(file.get(), bytes.data(), bytes.size(), 0), static_cast<ssize_t>(bytes.size()));
  live::mp4::StreamReader reader;
  std::vector<live::mp4::Item> items;
  EXPECT_FALSE(reader.feed(bytes, items));
  ASSERT_EQ(items.size(), 5U);
  EXPECT_EQ(items[0].index(), 0U);
  EXPECT_EQ(items[3].index(), 0U);
}

}  // namespace
}  // namespace rtsp2fmp4

#include "tools/rtsp2fmp4/muxer.hpp"

#include "common/base/fd.hpp"
#include "common/mp4/stream_reader.hpp"

#include <algorithm>
#include <memory>
#include <vector>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

namespace rtsp2fmp4 {
namespace {

using live::codec::Codec;
using live::codec::Parameters;

Parameters video_parameters(std::uint32_t width) {
  Parameters out;
  out.codec = Codec::vp9;
  out.config = {0, 10, 0x82, 1, 1, 1, 0, 0};
  out.width = width;
  out.height = 240;
  return out;
}

Parameters audio_parameters() {
  Parameters out;
  out.codec = Codec::aac;
  out.config = {0x11, 0x90};
  out.sample_rate = 48'000;
  out.channels = 2;
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

/// What a muxer wrote into an unlinked file, as fmp4 readers see it.
class MuxerTest : public testing::Test {
 protected:
  MuxerTest() {
    std::string path = testing::TempDir() + "muxer.XXXXXX";
    file_.reset(::mkstemp(path.data()));
    ::unlink(path.c_str());
  }
  Muxer& muxer(Cut cut) {
    output_ = std::make_unique<Output>("", file_.get());
    muxer_ = std::make_unique<Muxer>(cut, *output_, stats_);
    return *muxer_;
  }
  void picture(std::uint64_t dts, bool key, std::size_t size = 100) {
    muxer_->video(sample(size, key),
                  {.dts = dts, .composition = 0, .duration = 3600, .covered = false});
  }
  void sound(std::uint64_t dts) {
    muxer_->audio(sample(10, true),
                  {.dts = dts, .composition = 0, .duration = 1024, .covered = false});
  }
  std::vector<live::mp4::Item> written() {
    muxer_->flush();
    live::Buffer bytes(static_cast<std::size_t>(::lseek(file_.get(), 0, SEEK_END)));
    EXPECT_EQ(::pread(file_.get(), bytes.data(), bytes.size(), 0),
              static_cast<ssize_t>(bytes.size()));
    live::mp4::StreamReader reader;
    std::vector<live::mp4::Item> items;
    const auto broken = reader.feed(bytes, items);
    EXPECT_FALSE(broken) << broken->why;
    EXPECT_TRUE(reader.at_boundary());
    return items;
  }
  static std::vector<std::size_t> samples_per_fragment(const std::vector<live::mp4::Item>& items,
                                                       std::uint32_t track) {
    std::vector<std::size_t> out;
    for (const auto& item : items) {
      if (const auto* fragment = std::get_if<live::mp4::FragmentItem>(&item)) {
        const auto* run = fragment->parsed.of(track);
        out.push_back(run != nullptr ? run->samples : 0);
      }
    }
    return out;
  }
  static std::size_t inits(const std::vector<live::mp4::Item>& items) {
    return static_cast<std::size_t>(
        std::ranges::count_if(items, [](const auto& item) { return item.index() == 0; }));
  }

  live::Fd file_;
  Stats stats_;
  std::unique_ptr<Output> output_;
  std::unique_ptr<Muxer> muxer_;
};

TEST_F(MuxerTest, PutsAFrameAndTheSoundBeforeItIntoAFragment) {
  muxer({}).tracks(video_parameters(320), audio_parameters(), 48'000);
  picture(900'000, true);
  sound(480'000);
  sound(481'024);
  picture(903'600, false);
  const auto items = written();
  EXPECT_EQ(inits(items), 1U);
  EXPECT_EQ(samples_per_fragment(items, 1), (std::vector<std::size_t>{1, 1}));
  EXPECT_EQ(samples_per_fragment(items, 2), (std::vector<std::size_t>{0, 2}));
}

TEST_F(MuxerTest, ClosesAFragmentOfSoundAloneAfter200Ms) {
  muxer({}).tracks(video_parameters(320), audio_parameters(), 48'000);
  picture(900'000, true);
  for (std::uint64_t i = 0; i < 20; ++i)
    sound(480'000 + i * 1024);
  const auto items = written();
  EXPECT_EQ(samples_per_fragment(items, 2), (std::vector<std::size_t>{0, 10, 10}));
}

TEST_F(MuxerTest, CutsAtKeyFrames) {
  muxer({Cut::At::gop, {}}).tracks(video_parameters(320), std::nullopt, 0);
  for (std::uint64_t i = 0; i < 9; ++i)
    picture(900'000 + i * 3600, i % 3 == 0);
  const auto items = written();
  EXPECT_EQ(samples_per_fragment(items, 1), (std::vector<std::size_t>{3, 3, 3}));
}

TEST_F(MuxerTest, CutsAtTheFirstKeyFrameAfterADuration) {
  muxer({Cut::At::duration, std::chrono::milliseconds{200}})
      .tracks(video_parameters(320), std::nullopt, 0);
  for (std::uint64_t i = 0; i < 12; ++i)
    picture(900'000 + i * 3600, i % 3 == 0);
  EXPECT_EQ(samples_per_fragment(written(), 1), (std::vector<std::size_t>{6, 6}));
}

TEST_F(MuxerTest, CutsAnEndlessGroupOfPictures) {
  muxer({Cut::At::gop, {}}).tracks(video_parameters(320), std::nullopt, 0);
  for (std::uint64_t i = 0; i < 70; ++i)
    picture(900'000 + i * 90'000, i == 0);
  EXPECT_EQ(samples_per_fragment(written(), 1).size(), 2U);
}

TEST_F(MuxerTest, BeginsAnEpochOnlyAtAKeyFrameAndOnlyForAChange) {
  muxer({}).tracks(video_parameters(320), std::nullopt, 0);
  picture(900'000, true);
  muxer_->tracks(video_parameters(320), std::nullopt, 0);
  picture(903'600, true);
  muxer_->tracks(video_parameters(640), std::nullopt, 0);
  picture(907'200, false);
  picture(910'800, true);
  const auto items = written();
  EXPECT_EQ(inits(items), 2U);
  EXPECT_EQ(items[4].index(), 0U) << "the second init stands before the fourth picture";
}

TEST_F(MuxerTest, LeavesOutSoundThatTheEpochDoesNotHave) {
  muxer({}).tracks(video_parameters(320), std::nullopt, 0);
  picture(900'000, true);
  muxer_->tracks(video_parameters(320), audio_parameters(), 48'000);
  sound(480'000);
  picture(903'600, true);
  sound(482'000);
  const auto items = written();
  EXPECT_EQ(inits(items), 2U);
  EXPECT_EQ(samples_per_fragment(items, 2), (std::vector<std::size_t>{0, 0, 1}));
}

TEST_F(MuxerTest, WritesNothingBeforeAKeyFrame) {
  muxer({}).tracks(video_parameters(320), audio_parameters(), 48'000);
  picture(900'000, false);
  sound(480'000);
  EXPECT_TRUE(written().empty());
}

}  // namespace
}  // namespace rtsp2fmp4

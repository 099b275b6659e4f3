#include "common/live/stream.hpp"

#include "tests/unit/live/fragments.hpp"

#include <gtest/gtest.h>

namespace live {
namespace {

using test::at;
using test::fragment_item;
using test::h264_and_aac;
using test::init_item;

const WallClock noon = WallClock{} + std::chrono::hours{24 * 365 * 50};

TEST(Stream, IsWaitingUntilItsFirstFragment) {
  Stream stream{"live", 1U << 20U};
  EXPECT_EQ(stream.state(), StreamState::waiting);
  stream.begin_epoch(init_item(h264_and_aac()));
  EXPECT_EQ(stream.state(), StreamState::waiting);
  stream.push(fragment_item({}, stream.epoch()->init), at(0), noon);
  EXPECT_EQ(stream.state(), StreamState::live);
  EXPECT_EQ(stream.epoch()->number, 1u);
  EXPECT_EQ(stream.epoch()->mime, R"(video/mp4; codecs="avc1.64001f,mp4a.40.2")");
}

TEST(Stream, ANewEpochIsNumberedAndNobodyBeginsInTheOldOne) {
  Stream stream{"live", 1U << 20U};
  stream.begin_epoch(init_item(h264_and_aac()));
  stream.push(fragment_item({}, stream.epoch()->init), at(0), noon);
  ASSERT_TRUE(stream.ring().newest_start());
  stream.begin_epoch(init_item(h264_and_aac()));
  EXPECT_EQ(stream.epoch()->number, 2u);
  EXPECT_FALSE(stream.ring().newest_start());
}

TEST(Stream, AnEpochKnowsWhereItBeginsAndEnds) {
  Stream stream{"live", 1U << 20U};
  stream.begin_epoch(init_item(h264_and_aac()));
  stream.push(fragment_item({.video = 900'000, .audio = 479'000}, stream.epoch()->init), at(0),
              noon);
  stream.push(fragment_item({.video = 903'600, .audio = 480'024}, stream.epoch()->init), at(40),
              noon);
  EXPECT_EQ(stream.epoch()->begin->ticks, 479'000);
  EXPECT_EQ(stream.epoch()->end->ticks, 907'200);
}

TEST(Stream, LeavesNoStartBehindWhenItsSourceLeaves) {
  Stream stream{"live", 1U << 20U};
  stream.begin_epoch(init_item(h264_and_aac()));
  stream.push(fragment_item({}, stream.epoch()->init), at(0), noon);
  stream.source_left(StreamState::waiting);
  EXPECT_EQ(stream.state(), StreamState::waiting);
  EXPECT_FALSE(stream.ring().newest_start());
}

TEST(Epoch, TheSameParametersNeedNoNewDecoder) {
  Stream stream{"live", 1U << 20U};
  stream.begin_epoch(init_item(h264_and_aac()));
  const auto first = stream.epoch();
  stream.begin_epoch(init_item(h264_and_aac()));
  EXPECT_TRUE(same_parameters(*first, *stream.epoch()));
  auto larger = h264_and_aac();
  larger[0].parameters.width = 1'920;
  stream.begin_epoch(init_item(larger));
  EXPECT_FALSE(same_parameters(*first, *stream.epoch()));
  stream.begin_epoch(init_item({h264_and_aac()[0]}));
  EXPECT_FALSE(same_parameters(*first, *stream.epoch()));
}

TEST(MediaTime, ComparesAcrossTimescales) {
  EXPECT_TRUE(earlier({479'999, 48'000}, {900'000, 90'000}));
  EXPECT_FALSE(earlier({480'000, 48'000}, {900'000, 90'000}));
  EXPECT_EQ(ticks_of({480'000, 48'000}, 90'000), 900'000);
}

TEST(Meter, MeasuresRatesOverSecondsOnceItHasSome) {
  Meter meter;
  for (int i = 0; i <= 100; ++i)
    meter.add(at(i * 40), 12'500, 1, Ms{30});
  EXPECT_NEAR(meter.frames_per_second(at(4'000)), 25, 1);
  EXPECT_NEAR(meter.bits_per_second(at(4'000)), 2.5e6, 1e5);
  EXPECT_EQ(meter.latency(), Ms{30});
}

TEST(Meter, ASilentSourceHasNoRate) {
  Meter meter;
  for (int i = 0; i <= 100; ++i)
    meter.add(at(i * 40), 12'500, 1, std::nullopt);
  EXPECT_EQ(meter.bits_per_second(at(60'000)), 0);
  EXPECT_EQ(meter.latency(), std::nullopt);
}

}  // namespace
}  // namespace live

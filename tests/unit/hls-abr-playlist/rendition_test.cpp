#include "tools/hls-abr-playlist/rendition.hpp"

#include "tests/unit/hls-abr-playlist/lists.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace hls_abr_playlist {
namespace {

using namespace test;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(Rendition, WantsTheSizeOfEachSegmentOnceAndTheMediaWhenItChanges) {
  Rendition rendition;
  auto wanted = rendition.wanted(list(7, 2));
  EXPECT_THAT(wanted.sizes, ElementsAre("7.m4s", "8.m4s"));
  ASSERT_EQ(wanted.media.size(), 1U);
  EXPECT_EQ(wanted.media[0].segment, "8.m4s");
  EXPECT_EQ(wanted.media[0].init, "init-1.mp4");
  feed(rendition, list(7, 2), 1000, begin);
  wanted = rendition.wanted(list(8, 2));
  EXPECT_THAT(wanted.sizes, ElementsAre("9.m4s"));
  EXPECT_THAT(wanted.media, IsEmpty());
  auto another = list(8, 3);
  another.segments.back().map->uri = "init-10.mp4";
  ASSERT_EQ(rendition.wanted(another).media.size(), 1U);
  EXPECT_EQ(rendition.wanted(another).media[0].init, "init-10.mp4");
}

TEST(Rendition, HasTheCodecsOfAllThatIsListed) {
  auto changed = list(7, 4);
  for (const std::size_t i : {2, 3})
    changed.segments[i].map->uri = "init-9.mp4";
  changed.segments[2].discontinuity = true;
  Rendition rendition;
  const auto wanted = rendition.wanted(changed);
  ASSERT_EQ(wanted.media.size(), 2U);
  EXPECT_TRUE(wanted.media[0].newest && !wanted.media[1].newest);
  EXPECT_EQ(wanted.media[0].segment, "10.m4s");
  EXPECT_EQ(wanted.media[1].segment, "8.m4s");
  Found found;
  for (const auto& uri : wanted.sizes)
    found.sizes[uri] = 1000;
  found.facts["init-1.mp4"] = facts(360);
  found.facts["init-9.mp4"] = facts(720);
  found.facts["init-9.mp4"].codecs = "hvc1.1.6.L93.B0,mp4a.40.2";
  rendition.update(changed, found, begin);
  EXPECT_EQ(rendition.facts().codecs, "hvc1.1.6.L93.B0,mp4a.40.2,avc1.4d401f");
  EXPECT_EQ(rendition.facts().height, 720U);
  // Until it has left.
  auto later = list(9, 3);
  for (auto& segment : later.segments)
    segment.map->uri = "init-9.mp4";
  feed(rendition, later, 1000, begin);
  EXPECT_EQ(rendition.facts().codecs, "hvc1.1.6.L93.B0,mp4a.40.2");
}

TEST(Rendition, LooksIntoTransportStreamsAgainBehindADiscontinuity) {
  auto ts = list(7, 2);
  for (auto& segment : ts.segments)
    segment.map.reset();
  Rendition rendition;
  ASSERT_EQ(rendition.wanted(ts).media.size(), 1U);
  EXPECT_FALSE(rendition.wanted(ts).media[0].init);
  feed(rendition, ts, 1000, begin);
  EXPECT_THAT(rendition.wanted(ts).media, IsEmpty());
  ts.segments.push_back(ts.segments.back());
  ts.segments.back().discontinuity = true;
  EXPECT_EQ(rendition.wanted(ts).media.size(), 1U);
}

TEST(Rendition, IsPlayableWithASegmentThatIsThereAndKnown) {
  Rendition rendition;
  EXPECT_FALSE(rendition.is_playable());
  feed(rendition, list(7, 0), 0, begin);
  EXPECT_FALSE(rendition.is_playable());
  auto gap = list(7, 1);
  gap.segments[0].gap = true;
  feed(rendition, gap, 0, begin);
  EXPECT_FALSE(rendition.is_playable());
  feed(rendition, list(7, 2), 1000, begin);
  EXPECT_TRUE(rendition.is_playable());
}

TEST(Rendition, IsStaleWithoutANewSegmentForThreeTargets) {
  Rendition rendition;
  feed(rendition, list(7, 2), 1000, begin);
  EXPECT_FALSE(rendition.is_stale(begin + 12s));
  EXPECT_TRUE(rendition.is_stale(begin + 12s + 1ms));
  feed(rendition, list(7, 2), 1000, begin + 13s);
  EXPECT_TRUE(rendition.is_stale(begin + 13s));
  feed(rendition, list(7, 3), 1000, begin + 14s);
  EXPECT_FALSE(rendition.is_stale(begin + 14s));
}

TEST(Rendition, GapsDoNotKeepItAlive) {
  Rendition rendition;
  auto now = list(7, 3);
  feed(rendition, now, 1000, begin);
  for (int i = 1; i <= 4; ++i) {
    now.segments.push_back(now.segments.back());
    now.segments.back().uri = uri(9 + static_cast<std::uint64_t>(i));
    now.segments.back().gap = true;
    feed(rendition, now, 1000, begin + i * 4s);
  }
  EXPECT_TRUE(rendition.is_stale(begin + 16s));
}

TEST(Rendition, IsAsOldAsItsNewestFileWhenItIsSeenFirst) {
  Rendition rendition;
  feed(rendition, list(7, 2), 1000, begin, facts(360), 60s);
  EXPECT_TRUE(rendition.is_stale(begin));
}

TEST(Rendition, MeasuresThePeakOfWhatItHasSeen) {
  Rendition rendition;
  feed(rendition, list(7, 2), 500'000, begin);  // 1 Mbit/s
  EXPECT_EQ(rendition.bandwidth(0), 1'000'000U);
  feed(rendition, list(8, 2), 1'000'000, begin);  // one of 2 Mbit/s
  EXPECT_EQ(rendition.bandwidth(0), 2'000'000U);
  feed(rendition, list(9, 2), 100'000,
       begin);  // the large one is still in the list, the other two not
  EXPECT_EQ(rendition.bandwidth(0), 2'000'000U);
  EXPECT_EQ(rendition.bandwidth(3'000'000), 3'000'000U);
}

TEST(Rendition, AFileThatHasGoneIsNotMeasured) {
  Rendition rendition;
  Found found;
  found.facts["init-1.mp4"] = facts(360);
  found.sizes["8.m4s"] = 500'000;
  rendition.update(list(7, 2), found, begin);
  EXPECT_EQ(rendition.bandwidth(0), 1'000'000U);
}

TEST(Rendition, ItsFirstAverageHoldsForWhateverThePeakAllows) {
  Rendition rendition;
  feed(rendition, list(7, 1), 50'000, begin);  // 100 kbit/s: easy content so far
  const auto first = rendition.average_bandwidth(1'000'000);
  EXPECT_GE(first * 11, 9'980'000U);
  EXPECT_LE(first, 1'000'000U);
}

TEST(Rendition, ItsAverageIsMeasuredMoreAndMoreOverTheFirstHour) {
  Rendition rendition;
  auto last = std::uint64_t{1'000'000};
  for (std::uint64_t i = 0; i < 900; ++i) {
    feed(rendition, list(7 + i, 10), 50'000, begin);
    const auto now = rendition.average_bandwidth(1'000'000);
    EXPECT_LE(now, last);
    last = now;
  }
  EXPECT_NEAR(static_cast<double>(last), 100'000, 2'000);
}

TEST(Rendition, TheAverageOfAWholeListThatHasEndedIsWhatItIs) {
  Rendition whole;
  feed(whole, ended(list(7, 2)), 50'000, begin);
  EXPECT_EQ(whole.average_bandwidth(1'000'000), 100'000U);
  Rendition rolling;
  feed(rolling, list(7, 2), 50'000, begin);
  feed(rolling, ended(list(8, 2)), 50'000, begin);
  EXPECT_GT(rolling.average_bandwidth(1'000'000), 900'000U);
}

TEST(Rendition, AnotherBroadcastIsMeasuredAnew) {
  Rendition rendition;
  feed(rendition, ended(list(7, 2)), 500'000, begin);
  feed(rendition, list(100, 1), 50'000, begin + 1h);
  EXPECT_EQ(rendition.bandwidth(0), 100'000U);
  EXPECT_FALSE(rendition.is_stale(begin + 1h));
}

TEST(Rendition, AListThatWasBegunAnewIsTakenWhole) {
  Rendition rendition;
  feed(rendition, list(700, 5), 500'000, begin);
  EXPECT_THAT(rendition.wanted(list(0, 2)).sizes, ElementsAre("0.m4s", "1.m4s"));
  feed(rendition, list(0, 2), 50'000, begin);
  EXPECT_EQ(rendition.bandwidth(0), 100'000U);
}

TEST(Rendition, RemembersForAnHourWhatWasMeasuredBefore) {
  Rendition rendition;
  feed(rendition, list(7, 2), 50'000, begin);
  rendition.remember(900'000, begin);
  EXPECT_EQ(rendition.bandwidth(0), 900'000U);
  feed(rendition, list(7, 3), 50'000, begin + 61min);
  EXPECT_EQ(rendition.bandwidth(0), 100'000U);
}

TEST(Rendition, ByteRangesTellTheirSize) {
  auto ranges = list(7, 2);
  for (auto& segment : ranges.segments)
    segment.range = live::hls::ByteRange{500'000, {}};
  Rendition rendition;
  EXPECT_THAT(rendition.wanted(ranges).sizes, IsEmpty());
  feed(rendition, ranges, 0, begin);
  EXPECT_EQ(rendition.bandwidth(0), 1'000'000U);
}

}  // namespace
}  // namespace hls_abr_playlist

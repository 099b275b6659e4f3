#include "tools/hls-abr-playlist/stream.hpp"

#include "tests/unit/hls-abr-playlist/lists.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace hls_abr_playlist {
namespace {

using namespace test;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using State = Stream::State;

constexpr std::uint64_t start = 2'000'000;

class Judged : public ::testing::Test {
 protected:
  void feed_one(const std::string& name, const live::hls::MediaPlaylist& list, std::uint64_t bytes,
                live::Monotonic now, const MediaFacts& what) {
    feed(stream_.rendition(name), list, bytes, now, what);
  }
  /// 360p of 1, 480p of 1.5 and 720p of 3 Mbit/s, and sound.
  void feed_all(const live::hls::MediaPlaylist& list, live::Monotonic now) {
    feed_one("360p", list, 500'000, now, facts(360));
    feed_one("480p", list, 750'000, now, facts(480));
    feed_one("720p", list, 1'500'000, now, facts(720));
    feed_one("sound", list, 48'000, now, sound());
  }
  Stream::Verdict judge(live::Monotonic now) {
    return stream_.judge(now, [this] {
      ++asked_;
      return locked_;
    });
  }
  std::vector<std::string> published(live::Monotonic now) {
    const auto verdict = judge(now);
    std::vector<std::string> uris;
    if (verdict.publish)
      for (const auto& variant : verdict.publish->variants)
        uris.push_back(variant.uri);
    return uris;
  }

  Stream stream_{start};
  bool locked_ = true;
  int asked_ = 0;
};

TEST_F(Judged, NothingIsNothing) {
  EXPECT_EQ(judge(begin).state, State::nothing);
  stream_.rendition("360p");
  EXPECT_EQ(judge(begin).state, State::nothing);
  EXPECT_FALSE(stream_.everything());
}

TEST_F(Judged, NothingIsOverWhenItsWriterHasGone) {
  stream_.record(live::tree::StreamRecord{});
  EXPECT_EQ(judge(begin).state, State::nothing);
  locked_ = false;
  EXPECT_EQ(judge(begin).state, State::over);
}

TEST_F(Judged, TheFirstRenditionPublishesAndOthersFollow) {
  feed_one("720p", list(7, 1), 1'500'000, begin, facts(720));
  EXPECT_THAT(published(begin), ElementsAre("720p/index.m3u8"));
  EXPECT_THAT(published(begin), IsEmpty());
  feed_all(list(7, 1), begin);
  EXPECT_THAT(published(begin), ElementsAre("480p/index.m3u8", "360p/index.m3u8", "720p/index.m3u8",
                                            "sound/index.m3u8"));
}

TEST_F(Judged, TellsWhatEachVariantIs) {
  feed_all(list(7, 1), begin);
  const auto verdict = judge(begin);
  ASSERT_TRUE(verdict.publish);
  EXPECT_TRUE(verdict.publish->independent_segments);
  const auto& variant = verdict.publish->variants.at(2);
  EXPECT_EQ(variant.bandwidth, 3'000'000U);
  EXPECT_EQ(variant.codecs, "avc1.4d401f,mp4a.40.2");
  EXPECT_EQ(variant.width, 1280U);
  EXPECT_EQ(variant.height, 720U);
  EXPECT_EQ(variant.frame_rate, 25);
  const auto& only_sound = verdict.publish->variants.at(3);
  EXPECT_EQ(only_sound.codecs, "mp4a.40.2");
  EXPECT_EQ(only_sound.height, 0U);
}

TEST_F(Judged, StartsWithTheLowestWhereAllAreAbove) {
  feed_one("a", list(7, 1), 4'000'000, begin, facts(1080));
  feed_one("b", list(7, 1), 2'000'000, begin, facts(720));
  EXPECT_THAT(published(begin), ElementsAre("b/index.m3u8", "a/index.m3u8"));
}

TEST_F(Judged, DeclaredPeaksCount) {
  feed_all(list(7, 1), begin);
  live::tree::StreamRecord record;
  record.renditions.push_back({"360p", 1'900'000, true, true});
  stream_.record(record);
  const auto verdict = judge(begin);
  ASSERT_TRUE(verdict.publish);
  EXPECT_EQ(verdict.publish->variants.at(0).uri, "360p/index.m3u8");
  EXPECT_EQ(verdict.publish->variants.at(0).bandwidth, 1'900'000U);
}

TEST_F(Judged, AStaleRenditionGoesWhileAnotherGoesOnAndComesBack) {
  feed_all(list(7, 1), begin);
  judge(begin);
  feed_one("360p", list(7, 5), 500'000, begin + 13s, facts(360));
  EXPECT_THAT(published(begin + 13s), ElementsAre("360p/index.m3u8"));
  feed_one("480p", list(7, 6), 750'000, begin + 14s, facts(480));
  EXPECT_THAT(published(begin + 14s), ElementsAre("480p/index.m3u8", "360p/index.m3u8"));
  EXPECT_EQ(asked_, 0);
}

TEST_F(Judged, OfThoseThatStandStillTogetherNoneIsTheFirstToGo) {
  feed_all(list(7, 1), begin);
  judge(begin);
  feed_one("480p", list(7, 2), 750'000, begin + 3s, facts(480));
  feed_one("360p", list(7, 2), 500'000, begin + 6s, facts(360));
  judge(begin + 6s);
  EXPECT_THAT(published(begin + 16s), ElementsAre("480p/index.m3u8", "360p/index.m3u8"));
}

TEST_F(Judged, WhenAllAreStaleTheWritersLockDecides) {
  feed_all(list(7, 1), begin);
  judge(begin);
  EXPECT_FALSE(judge(begin).waits);
  EXPECT_EQ(judge(begin + 1min).state, State::live);
  EXPECT_TRUE(judge(begin + 1min).waits);
  EXPECT_FALSE(judge(begin + 1min).publish);  // what is listed stays listed
  locked_ = false;
  EXPECT_FALSE(judge(begin + 1min).waits);
  EXPECT_EQ(judge(begin + 1min).state, State::over);
  feed_all(list(7, 2), begin + 70s);
  EXPECT_EQ(judge(begin + 70s).state, State::live);
}

TEST_F(Judged, IsOverWhenAllHaveEnded) {
  feed_all(list(7, 1), begin);
  judge(begin);
  feed_one("360p", ended(list(7, 2)), 500'000, begin, facts(360));
  EXPECT_EQ(judge(begin).state, State::live);
  feed_all(ended(list(7, 2)), begin);
  EXPECT_EQ(judge(begin).state, State::over);
  EXPECT_EQ(asked_, 0);
}

TEST_F(Judged, AnotherBroadcastIsPublishedAnew) {
  live::tree::StreamRecord record;
  record.id = "first";
  EXPECT_FALSE(stream_.record(record));
  feed_all(ended(list(7, 2)), begin);
  judge(begin);
  record.id = "second";
  EXPECT_TRUE(stream_.record(record));
  feed_all(list(100, 1), begin + 1min);
  EXPECT_EQ(judge(begin + 1min).state, State::live);
}

TEST_F(Judged, WritesAgainWhenARateHasMovedByATenth) {
  const auto of = [&](std::uint64_t bytes, std::uint64_t first) {
    feed_one("360p", list(first, 1), bytes, begin, facts(360));
    return judge(begin).publish.has_value();
  };
  EXPECT_TRUE(of(500'000, 7));
  EXPECT_FALSE(of(540'000, 8));
  EXPECT_TRUE(of(560'000, 9));
}

TEST_F(Judged, WritesAgainWhenTheMediaHasChanged) {
  feed_one("360p", list(7, 1), 500'000, begin, facts(360));
  judge(begin);
  auto now = list(7, 2);
  now.segments.back().map->uri = "init-8.mp4";
  feed_one("360p", now, 500'000, begin, facts(360, 50));
  EXPECT_TRUE(judge(begin).publish);
}

TEST_F(Judged, SaysTheRangeOfAllWhereOneIsHigh) {
  feed_all(list(7, 1), begin);
  const auto before = stream_.everything().value();
  for (const auto& variant : before.variants)
    EXPECT_THAT(variant.others, IsEmpty());
  auto high = facts(1080);
  high.video_range = "PQ";
  feed_one("source", list(7, 1), 2'000'000, begin, high);
  const auto after = stream_.everything().value();
  for (const auto& variant : after.variants) {
    const auto said = variant.others.empty() ? "" : variant.others.front();
    const auto* wanted = variant.name == "sound"    ? ""
                         : variant.name == "source" ? "VIDEO-RANGE=PQ"
                                                    : "VIDEO-RANGE=SDR";
    EXPECT_EQ(said, wanted) << variant.name;
  }
}

TEST_F(Judged, WritesAgainWhatHasGone) {
  feed_all(list(7, 1), begin);
  EXPECT_TRUE(judge(begin).publish);
  stream_.not_published();
  EXPECT_TRUE(judge(begin).publish);
}

TEST_F(Judged, AdoptsWhatIsThereAndItsPeaks) {
  feed_all(list(7, 1), begin);
  const auto before = judge(begin).publish.value();
  Stream again{start};
  for (const auto& [name, rendition] : stream_.renditions())
    feed(again.rendition(name), list(7, 1), 1'000, begin, rendition.facts());
  again.adopt(before, true, begin);
  const auto verdict = again.judge(begin, [] { return true; });
  EXPECT_EQ(verdict.state, State::live);
  const auto after = again.everything().value();
  for (std::size_t i = 0; i < before.variants.size(); ++i)
    EXPECT_EQ(after.variants.at(i).bandwidth, before.variants.at(i).bandwidth);
}

}  // namespace
}  // namespace hls_abr_playlist

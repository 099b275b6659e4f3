#include "tools/s3-dvr-sync/tree_sync.hpp"

#include "common/tree/lock.hpp"
#include "tests/unit/s3-dvr-sync/hls_trees.hpp"

#include <algorithm>

#include <gmock/gmock.h>

namespace s3_dvr_sync {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* head =
    "#EXTM3U\n#EXT-X-VERSION:6\n#EXT-X-TARGETDURATION:4\n#EXT-X-MEDIA-SEQUENCE:0\n";

class TreeSyncTest : public TreesTest {
 protected:
  Journal journal_{folder_};
};

TEST_F(TreeSyncTest, ABroadcastGoesSegmentBySegmentAndThenItsPlaylist) {
  record("cam", "one", true);
  segments("cam/720p", 10, 3, begin("cam/720p", "one", 10));
  TreeSync trees{folder_, {}, journal_};
  EXPECT_EQ(sync(trees, journal_),
            "cam/720p/init-10.mp4 cam/720p/10.m4s cam/720p/11.m4s cam/720p/12.m4s ");
  EXPECT_EQ(lines_of("cam/vod-one.m3u8"),
            std::string{head} +
                "#EXT-X-PLAYLIST-TYPE:VOD\n#EXT-X-MAP:URI=\"720p/init-10.mp4\"\n#EXTINF:4,\n"
                "720p/10.m4s\n#EXTINF:4,\n720p/11.m4s\n#EXTINF:4,\n720p/12.m4s\n#EXT-X-ENDLIST\n");
  EXPECT_EQ(kinds_["cam/vod-one.m3u8"], Kind::playlist);
  EXPECT_EQ(text_of("cam/720p/.uploaded"), "init-10.mp4\n10.m4s\n11.m4s\n12.m4s\nvod-one.m3u8\n");
  EXPECT_THAT(text_of(".hold"), HasSubstr("\nbest\n"));
  EXPECT_EQ(trees.backlog().files, 0U);
  EXPECT_EQ(trees.backlog().playlists, 0U);
  EXPECT_EQ(sync(trees, journal_), "");
  EXPECT_EQ(puts_, "cam/vod-one.m3u8 ");
}

TEST_F(TreeSyncTest, WhileItGoesOnTheListIsAnEventAndGrows) {
  record("cam", "one", false);
  const auto lock = live::tree::Lock::take(folder_ / "cam", 0ms);
  segments("cam/720p", 10, 1, begin("cam/720p", "one", 10));
  TreeSync trees{folder_, {}, journal_};
  sync(trees, journal_, false);
  EXPECT_THAT(lines_of("cam/vod-one.m3u8"), HasSubstr("TYPE:EVENT"));
  EXPECT_EQ(kinds_["cam/vod-one.m3u8"], Kind::open_playlist);
  segments("cam/720p", 11, 1);
  now_ += 29s;
  EXPECT_EQ(sync(trees, journal_, false), "cam/720p/11.m4s ");
  EXPECT_THAT(lines_of("cam/vod-one.m3u8"), Not(HasSubstr("11.m4s"))) << "not every segment";
  now_ += 1s;
  sync(trees, journal_, false);
  EXPECT_THAT(lines_of("cam/vod-one.m3u8"), HasSubstr("11.m4s"));
  record("cam", "one", true);
  now_ += 1s;
  sync(trees, journal_, false);
  EXPECT_THAT(lines_of("cam/vod-one.m3u8"), HasSubstr("ENDLIST")) << "at once when it is closed";
}

TEST_F(TreeSyncTest, NothingIsListedBeforeItIsVerifiedAndNothingOvertakes) {
  record("cam", "one", false);
  segments("cam/720p", 10, 3, begin("cam/720p", "one", 10));
  TreeSync trees{folder_, {}, journal_};
  trees.scan(now_, wall_);
  std::vector<Item> items;
  while (auto item = trees.next())
    items.push_back(*item);
  ASSERT_EQ(items.size(), 4U);
  EXPECT_TRUE(trees.playlists(now_, true).empty());
  for (const auto& item : {items[0], items[1], items[3]}) {
    store(journal_, item.key, "x", item.mark);
    trees.settle(item.key, Outcome::verified);
  }
  auto lists = trees.playlists(now_, true);
  ASSERT_EQ(lists.size(), 1U);
  EXPECT_THAT(lists[0].text, HasSubstr("10.m4s"));
  EXPECT_THAT(lists[0].text, Not(HasSubstr("12.m4s"))) << "11 is not there";
  EXPECT_TRUE(trees.playlists(now_, true).empty()) << "it is in hand";
  trees.settle(items[2].key, Outcome::failed);
  trees.put(lists[0].key, false, now_);
  EXPECT_FALSE(trees.next()) << "not at once";
  trees.scan(now_, wall_);
  const auto again = trees.next();
  ASSERT_TRUE(again);
  EXPECT_EQ(again->key, items[2].key);
  EXPECT_FALSE(trees.next());
  trees.settle(again->key, Outcome::verified);
  EXPECT_TRUE(trees.playlists(now_ + 1s, true).empty()) << "a PUT that failed waits";
  lists = trees.playlists(now_ + 31s, true);
  ASSERT_EQ(lists.size(), 1U);
  EXPECT_THAT(lists[0].text, HasSubstr("12.m4s"));
}

TEST_F(TreeSyncTest, WhatIsGoneIsListedAsAGap) {
  record("cam", "one", true);
  segments("cam/720p", 10, 3, begin("cam/720p", "one", 10));
  std::filesystem::remove(folder_ / "cam/720p/11.m4s");
  TreeSync trees{folder_, {}, journal_};
  EXPECT_EQ(sync(trees, journal_), "cam/720p/init-10.mp4 cam/720p/10.m4s cam/720p/12.m4s ");
  EXPECT_THAT(lines_of("cam/vod-one.m3u8"),
              HasSubstr("10.m4s\n#EXT-X-GAP\n#EXTINF:4,\n720p/11.m4s\n#EXTINF:4,\n720p/12.m4s\n"));
  EXPECT_EQ(trees.backlog().lost, 1U);
}

TEST_F(TreeSyncTest, WithoutItsInitSegmentNothingPlays) {
  record("cam", "one", true);
  segments("cam/720p", 10, 1, begin("cam/720p", "one", 10));
  segments("cam/720p", 11, 1, "#EXT-X-DISCONTINUITY\n#EXT-X-MAP:URI=\"init-11.mp4\"\n");
  TreeSync trees{folder_, {}, journal_};
  sync(trees, journal_);
  EXPECT_THAT(lines_of("cam/vod-one.m3u8"), Not(HasSubstr("init-11")));
  EXPECT_THAT(lines_of("cam/vod-one.m3u8"), HasSubstr("#EXT-X-GAP\n#EXTINF:4,\n720p/11.m4s"));
}

TEST_F(TreeSyncTest, AnEmptyFileIsWhatAPowerCutLeft) {
  record("cam", "one", true);
  segments("cam/720p", 10, 2, begin("cam/720p", "one", 10));
  write("cam/720p/11.m4s", "");
  TreeSync trees{folder_, {}, journal_};
  sync(trees, journal_);
  EXPECT_FALSE(bucket_.contains("cam/720p/11.m4s"));
  EXPECT_THAT(lines_of("cam/vod-one.m3u8"), HasSubstr("#EXT-X-GAP"));
}

TEST_F(TreeSyncTest, EachBroadcastHasAPlaylist) {
  record("cam", "two", false);
  segments("cam/720p", 10, 1, begin("cam/720p", "one", 10));
  segments("cam/720p", 20, 1, begin("cam/720p", "two", 20));
  TreeSync trees{folder_, {}, journal_};
  sync(trees, journal_);
  EXPECT_THAT(lines_of("cam/vod-one.m3u8"), HasSubstr("ENDLIST"));
  EXPECT_THAT(lines_of("cam/vod-two.m3u8"), Not(HasSubstr("10.m4s")));
  EXPECT_THAT(lines_of("cam/vod-two.m3u8"), Not(HasSubstr("ENDLIST"))) << "it may go on";
  EXPECT_THAT(text_of("cam/720p/.uploaded"), HasSubstr("vod-one.m3u8"));
  EXPECT_THAT(text_of("cam/720p/.uploaded"), Not(HasSubstr("vod-two.m3u8")));
}

TEST_F(TreeSyncTest, ABroadcastIsOverWhenItsWriterIsAwayForTooLong) {
  record("cam", "one", false);
  segments("cam/720p", 10, 1, begin("cam/720p", "one", 10));
  make_older(folder_ / "cam/720p/journal.m3u8", 61s);
  TreeSync trees{folder_, {}, journal_};
  {
    const auto lock = live::tree::Lock::take(folder_ / "cam", 0ms);
    sync(trees, journal_);
    EXPECT_THAT(lines_of("cam/vod-one.m3u8"), Not(HasSubstr("ENDLIST"))) << "it writes";
  }
  sync(trees, journal_);
  EXPECT_THAT(lines_of("cam/vod-one.m3u8"), Not(HasSubstr("ENDLIST")))
      << "while we look, our own clock counts";
  now_ += 61s;
  sync(trees, journal_);
  EXPECT_THAT(lines_of("cam/vod-one.m3u8"), HasSubstr("ENDLIST"));
}

TEST_F(TreeSyncTest, AfterARestartNothingIsSentTwice) {
  record("cam", "one", false);
  segments("cam/720p", 10, 5, begin("cam/720p", "one", 10));
  {
    TreeSync trees{folder_, {.split = 8s}, journal_};
    sync(trees, journal_);
    EXPECT_EQ(puts_, "cam/vod-one.m3u8 cam/vod-one-2.m3u8 cam/vod-one-3.m3u8 ");
  }
  puts_.clear();
  std::filesystem::remove(folder_ / "cam/720p/.uploaded");  // a power cut may lose its end
  TreeSync trees{folder_, {.split = 8s}, journal_};
  EXPECT_EQ(sync(trees, journal_), "");
  EXPECT_EQ(puts_, "");
  EXPECT_EQ(std::ranges::count(text_of("cam/720p/.uploaded"), '\n'), 6);
  segments("cam/720p", 15, 1);
  record("cam", "one", true);
  EXPECT_EQ(sync(trees, journal_), "cam/720p/15.m4s ");
  EXPECT_EQ(puts_, "cam/vod-one-3.m3u8 ");
  EXPECT_THAT(lines_of("cam/vod-one-3.m3u8"),
              HasSubstr("14.m4s\n#EXTINF:4,\n720p/15.m4s\n#EXT-X-ENDLIST"));
  EXPECT_THAT(text_of("cam/720p/.uploaded"), HasSubstr("vod-one.m3u8\n"));
}

TEST_F(TreeSyncTest, WhatIsNotInTheBucketAnyMoreIsSentAgain) {
  record("cam", "one", true);
  segments("cam/720p", 10, 5, begin("cam/720p", "one", 10));
  {
    TreeSync trees{folder_, {.split = 8s}, journal_};
    sync(trees, journal_);
  }
  journal_.forget("cam/720p/11.m4s");
  journal_.forget("cam/vod-one-2.m3u8");
  journal_.forget_notes(progress_notes);
  puts_.clear();
  TreeSync trees{folder_, {.split = 8s}, journal_};
  EXPECT_EQ(sync(trees, journal_), "cam/720p/11.m4s ");
  EXPECT_EQ(puts_, "cam/vod-one-2.m3u8 ");
}

TEST_F(TreeSyncTest, ANumberThatIsGivenAgainIsAnotherSegment) {
  record("cam", "one", true);
  segments("cam/720p", 10, 2, begin("cam/720p", "one", 10));
  {
    TreeSync trees{folder_, {}, journal_};
    sync(trees, journal_);
  }
  // The cleaner has removed it, and the clock begins in 1970 again.
  std::filesystem::remove_all(folder_ / "cam");
  record("cam", "two", true);
  segments("cam/720p", 10, 1, begin("cam/720p", "two", 10));
  write("cam/720p/10.m4s", "other media");
  write("cam/720p/init-10.mp4", "other init");
  const auto all_of = [&](TreeSync& trees) {
    std::string order;
    trees.scan(now_, wall_);
    for (auto item = trees.next(); item; item = trees.next()) {
      const bool taken = item->yields;
      order += item->key + (taken ? "? " : " ");
      if (!taken) store(journal_, item->key, live::read_file(item->local, 100), item->mark);
      trees.settle(item->key, taken ? Outcome::taken : Outcome::verified);
    }
    return order;
  };
  TreeSync trees{folder_, {}, journal_};
  EXPECT_EQ(all_of(trees),
            "cam/720p/init-10.mp4? cam/720p/10.m4s? cam/720p/two/init-10.mp4 cam/720p/two/10.m4s ");
  sync(trees, journal_);
  EXPECT_EQ(lines_of("cam/720p/10.m4s"), "media 10");
  EXPECT_EQ(lines_of("cam/720p/two/10.m4s"), "other media");
  EXPECT_THAT(lines_of("cam/vod-two.m3u8"), HasSubstr("URI=\"720p/two/init-10.mp4\""));
  EXPECT_THAT(lines_of("cam/vod-two.m3u8"), HasSubstr("\n720p/two/10.m4s\n"));
  EXPECT_EQ(text_of("cam/720p/.uploaded"), "init-10.mp4\n10.m4s\nvod-two.m3u8\n");
  journal_.forget_notes(progress_notes);
  puts_.clear();
  TreeSync again{folder_, {}, journal_};
  EXPECT_EQ(all_of(again), "");
  sync(again, journal_);
  EXPECT_EQ(puts_, "") << "it says the same after a restart";
}

TEST_F(TreeSyncTest, ALongJournalIsNotReadAtOnce) {
  record("cam", "one", true);
  segments("cam/720p", 10, 1, begin("cam/720p", "one", 10));
  const std::string title(300, 'x');  // more than is read at once
  std::string gaps;
  for (int n = 11; n < 24'011; ++n)
    gaps += "#EXT-X-GAP\n#EXTINF:4," + title + "\n" + std::to_string(n) + ".m4s\n";
  append("cam/720p/journal.m3u8", gaps);
  TreeSync trees{folder_, {.split = 0s}, journal_};
  trees.scan(now_, wall_);
  EXPECT_LT(trees.backlog().files, 24'000U);
  EXPECT_FALSE(trees.was_cut()) << "it is not to be looked at again before there is room";
  sync(trees, journal_);
  EXPECT_TRUE(trees.was_cut());
  EXPECT_THAT(lines_of("cam/vod-one.m3u8"), Not(HasSubstr("ENDLIST")));
  sync(trees, journal_);
  EXPECT_FALSE(trees.was_cut());
  EXPECT_THAT(lines_of("cam/vod-one.m3u8"), HasSubstr("\n720p/24010.m4s\n"));
  EXPECT_THAT(lines_of("cam/vod-one.m3u8"), HasSubstr("ENDLIST"));
}

TEST_F(TreeSyncTest, AVolumeWaitsUntilTheOneBeforeItIsClosed) {
  record("cam", "one", true);
  segments("cam/720p", 10, 3, begin("cam/720p", "one", 10));
  TreeSync trees{folder_, {.split = 4s}, journal_};
  trees.scan(now_, wall_);
  while (auto item = trees.next()) {
    store(journal_, item->key, "x", item->mark);
    trees.settle(item->key, Outcome::verified);
  }
  const auto first = trees.playlists(now_, true);
  ASSERT_EQ(first.size(), 1U);
  EXPECT_EQ(first[0].key, "cam/vod-one.m3u8");
  trees.put(first[0].key, false, now_);
  EXPECT_TRUE(trees.playlists(now_, true).empty());
  now_ += 31s;
  sync(trees, journal_);
  EXPECT_EQ(puts_, "cam/vod-one.m3u8 cam/vod-one-2.m3u8 cam/vod-one-3.m3u8 ");
}

TEST_F(TreeSyncTest, WhatGoesOnAfterItsEndComesInAFurtherVolume) {
  record("cam", "one", true);
  segments("cam/720p", 10, 1, begin("cam/720p", "one", 10));
  {
    TreeSync trees{folder_, {}, journal_};
    sync(trees, journal_);
  }
  segments("cam/720p", 11, 1);
  puts_.clear();
  TreeSync trees{folder_, {}, journal_};
  EXPECT_EQ(sync(trees, journal_), "cam/720p/11.m4s ");
  EXPECT_EQ(puts_, "cam/vod-one-2.m3u8 ");
}

TEST_F(TreeSyncTest, OfALadderTheBestGoes) {
  record("cam", "one", true, {{"360p", 1'000'000, true, true}, {"720p", 3'000'000, true, true}});
  for (const std::string rendition : {"cam/360p", "cam/720p"})
    segments(rendition, 10, 1, begin(rendition, "one", 10));
  TreeSync trees{folder_, {}, journal_};
  EXPECT_EQ(sync(trees, journal_), "cam/720p/init-10.mp4 cam/720p/10.m4s ");
  EXPECT_FALSE(std::filesystem::exists(folder_ / "cam/360p/.uploaded"));
}

TEST_F(TreeSyncTest, AnOlderBroadcastMayHaveHadAnotherBest) {
  record("cam", "two", false, {{"1080p", 5'000'000, true, true}});
  segments("cam/720p", 10, 1, begin("cam/720p", "one", 10));
  segments("cam/1080p", 20, 1, begin("cam/1080p", "two", 20));
  TreeSync trees{folder_, {}, journal_};
  sync(trees, journal_);
  EXPECT_THAT(lines_of("cam/vod-one.m3u8"), HasSubstr("720p/10.m4s\n#EXT-X-ENDLIST"));
  EXPECT_THAT(lines_of("cam/vod-two.m3u8"), HasSubstr("1080p/20.m4s"));
}

TEST_F(TreeSyncTest, WhatIsHeldAndNobodyWantsNeedNotStay) {
  const std::vector<live::tree::RenditionRecord> before{{"360p", 1'000'000, true, true},
                                                        {"720p", 500'000, true, true}};
  const std::vector<live::tree::RenditionRecord> after{{"360p", 1'000'000, true, true},
                                                       {"720p", 3'000'000, true, true}};
  record("cam", "one", false, before);
  for (const std::string rendition : {"cam/360p", "cam/720p"})
    segments(rendition, 10, 2, begin(rendition, "one", 10));
  write(".hold", "sound\n");
  TreeSync trees{folder_, {}, journal_};
  EXPECT_EQ(sync(trees, journal_), "cam/360p/init-10.mp4 cam/360p/10.m4s cam/360p/11.m4s ");
  EXPECT_FALSE(std::filesystem::exists(folder_ / "cam/720p/.uploaded")) << "it is not held";

  record("cam", "one", false, after);  // the writer was restarted with other rates
  sync(trees, journal_);
  EXPECT_EQ(text_of("cam/720p/.uploaded"), "init-10.mp4\n10.m4s\n11.m4s\n") << "it goes on";
  segments("cam/720p", 12, 1);
  sync(trees, journal_);
  EXPECT_THAT(text_of("cam/720p/.uploaded"), HasSubstr("12.m4s\n"));

  record("cam", "two", false, after);
  segments("cam/720p", 20, 1, begin("cam/720p", "two", 20));
  trees.scan(now_, wall_);
  EXPECT_THAT(text_of("cam/720p/.uploaded"), HasSubstr("vod-one.m3u8\n"));
  EXPECT_THAT(text_of("cam/720p/.uploaded"), Not(HasSubstr("20.m4s"))) << "that is to be uploaded";
  EXPECT_EQ(sync(trees, journal_), "cam/720p/init-20.mp4 cam/720p/20.m4s ");
}

TEST_F(TreeSyncTest, WhatOthersHoldStays) {
  record("cam", "one", false, {{"360p", 1'000'000, true, true}});
  for (const std::string rendition : {"cam/360p", "cam/720p"})
    segments(rendition, 10, 1, begin(rendition, "one", 10));
  write(".hold", "720p\n");
  TreeSync trees{folder_, {}, journal_};
  sync(trees, journal_);
  record("cam", "one", false, {{"720p", 3'000'000, true, true}});
  sync(trees, journal_);
  EXPECT_FALSE(std::filesystem::exists(folder_ / "cam/720p/.uploaded"));
}

TEST_F(TreeSyncTest, AllOfALadderGoWithAMultivariantPlaylist) {
  record("cam", "one", false, {{"360p", 1'000'000, true, true}, {"720p", 3'000'000, true, true}});
  for (const std::string rendition : {"cam/360p", "cam/720p"})
    segments(rendition, 10, 2, begin(rendition, "one", 10));
  TreeSync trees{folder_, {.rendition = "all"}, journal_};
  sync(trees, journal_);
  EXPECT_EQ(lines_of("cam/vod-one.m3u8"),
            "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1000000\n360p/vod-one.m3u8\n"
            "#EXT-X-STREAM-INF:BANDWIDTH=3000000\n720p/vod-one.m3u8\n");
  EXPECT_THAT(lines_of("cam/720p/vod-one.m3u8"), HasSubstr("\n10.m4s\n"));
  EXPECT_EQ(kinds_["cam/vod-one.m3u8"], Kind::open_playlist);
  record("cam", "one", true, {{"360p", 1'000'000, true, true}, {"720p", 3'000'000, true, true}});
  sync(trees, journal_);
  EXPECT_EQ(kinds_["cam/vod-one.m3u8"], Kind::playlist);
  EXPECT_THAT(lines_of("cam/vod-one.m3u8"), HasSubstr("AVERAGE-BANDWIDTH"));
  EXPECT_THAT(text_of("cam/360p/.uploaded"), HasSubstr("vod-one.m3u8"));
  EXPECT_THAT(text_of(".hold"), HasSubstr("\n*\n"));
  EXPECT_EQ(trees.backlog().playlists, 0U);
}

const std::vector<live::tree::RenditionRecord> low{{"360p", 1'000'000, true, true}};
const std::vector<live::tree::RenditionRecord> both{{"360p", 1'000'000, true, true},
                                                    {"720p", 3'000'000, true, true}};

TEST_F(TreeSyncTest, ARungThatComesLaterIsInAllOfItsBroadcast) {
  record("cam", "one", false, low);
  const auto dated = [](std::string text) {
    return text + "#EXT-X-PROGRAM-DATE-TIME:2026-11-21T17:04:05Z\n";
  };
  segments("cam/360p", 10, 2, dated(begin("cam/360p", "one", 10)));
  TreeSync trees{folder_, {.rendition = "all", .split = 8s}, journal_};
  sync(trees, journal_);
  EXPECT_THAT(lines_of("cam/vod-one.m3u8"), HasSubstr("\n360p/11.m4s\n"));

  record("cam", "one", true, both);
  segments("cam/360p", 12, 2, "#EXT-X-DISCONTINUITY\n");
  segments("cam/720p", 12, 2, begin("cam/720p", "one", 12));
  now_ += 31s;
  EXPECT_EQ(
      sync(trees, journal_),
      "cam/360p/12.m4s cam/360p/13.m4s cam/720p/init-12.mp4 cam/720p/12.m4s cam/720p/13.m4s ");
  for (const auto* key : {"cam/vod-one.m3u8", "cam/vod-one-2.m3u8"}) {
    EXPECT_THAT(lines_of(key), HasSubstr("\n360p/" + std::string{key}.substr(4) + "\n"));
    EXPECT_THAT(lines_of(key), HasSubstr("\n720p/" + std::string{key}.substr(4) + "\n"));
    EXPECT_EQ(kinds_[key], Kind::playlist);
  }
  EXPECT_THAT(lines_of("cam/360p/vod-one.m3u8"), HasSubstr("\n10.m4s\n"));
  EXPECT_THAT(lines_of("cam/720p/vod-one.m3u8"),
              HasSubstr("#EXT-X-PROGRAM-DATE-TIME:2026-11-21T17:04:05.000Z\n#EXT-X-GAP\n"
                        "#EXTINF:4,\n10.m4s\n#EXT-X-GAP\n#EXTINF:4,\n11.m4s\n#EXT-X-ENDLIST"));
  EXPECT_THAT(lines_of("cam/720p/vod-one-2.m3u8"), HasSubstr("\n12.m4s\n"));
  EXPECT_EQ(trees.backlog().lost, 0U);
  EXPECT_EQ(trees.backlog().playlists, 0U);
  for (const auto* rendition : {"cam/360p", "cam/720p"})
    EXPECT_THAT(text_of(std::string{rendition} + "/.uploaded"), HasSubstr("vod-one.m3u8\n"));
  puts_.clear();
  TreeSync again{folder_, {.rendition = "all", .split = 8s}, journal_};
  EXPECT_EQ(sync(again, journal_), "");
  EXPECT_EQ(puts_, "");
}

TEST_F(TreeSyncTest, ARungThatGoesLeavesTheOthersInTheirPlaylist) {
  record("cam", "one", false, both);
  for (const std::string rendition : {"cam/360p", "cam/720p"})
    segments(rendition, 10, 2, begin(rendition, "one", 10));
  segments("cam/360p", 12, 4);
  {
    TreeSync trees{folder_, {.rendition = "all", .split = 8s}, journal_};
    sync(trees, journal_);
  }
  record("cam", "one", true, low);
  TreeSync trees{folder_, {.rendition = "all", .split = 8s}, journal_};
  sync(trees, journal_);
  EXPECT_THAT(lines_of("cam/vod-one.m3u8"), HasSubstr("\n360p/vod-one.m3u8\n"));
  EXPECT_THAT(lines_of("cam/vod-one.m3u8"), HasSubstr("\n720p/vod-one.m3u8\n"));
  EXPECT_THAT(lines_of("cam/vod-one-3.m3u8"), HasSubstr("\n360p/vod-one-3.m3u8\n"));
  EXPECT_EQ(trees.backlog().playlists, 0U);
}

TEST_F(TreeSyncTest, AllAfterTheBestHasAll) {
  record("cam", "one", true, both);
  for (const std::string rendition : {"cam/360p", "cam/720p"})
    segments(rendition, 10, 2, begin(rendition, "one", 10));
  {
    TreeSync trees{folder_, {}, journal_};
    sync(trees, journal_);
    EXPECT_THAT(lines_of("cam/vod-one.m3u8"), HasSubstr("\n720p/11.m4s\n"));
  }
  std::filesystem::remove(folder_ / "cam/720p/10.m4s");  // it is uploaded
  {
    TreeSync trees{folder_, {.rendition = "all"}, journal_};
    trees.scan(now_, wall_);
    while (trees.next()) {
    }  // 360p is on its way
    for (const auto& list : trees.playlists(now_, true)) {
      EXPECT_EQ(list.key, "cam/720p/vod-one.m3u8") << "what stands there has more than none";
    }
  }
  {
    TreeSync trees{folder_, {.rendition = "all"}, journal_};
    EXPECT_EQ(sync(trees, journal_), "cam/360p/init-10.mp4 cam/360p/10.m4s cam/360p/11.m4s ");
    EXPECT_THAT(lines_of("cam/vod-one.m3u8"), HasSubstr("\n360p/vod-one.m3u8\n"));
    EXPECT_THAT(lines_of("cam/vod-one.m3u8"), HasSubstr("\n720p/vod-one.m3u8\n"));
    EXPECT_THAT(lines_of("cam/720p/vod-one.m3u8"), HasSubstr("EXTINF:4,\n10.m4s\n"));
    EXPECT_THAT(lines_of("cam/720p/vod-one.m3u8"), Not(HasSubstr("GAP")));
  }
  puts_.clear();
  TreeSync trees{folder_, {}, journal_};
  EXPECT_EQ(sync(trees, journal_), "");
  EXPECT_EQ(puts_, "") << "the best alone again takes nothing away";
}

TEST_F(TreeSyncTest, WhatABroadcastBeganWithIsHeldAndStays) {
  record("cam", "one", false, low);
  segments("cam/360p", 10, 1, begin("cam/360p", "one", 10));
  write("cam/360p/.lock", "");
  TreeSync trees{folder_, {}, journal_};
  sync(trees, journal_);
  EXPECT_THAT(text_of(".hold"), HasSubstr("\nbest\ncam/360p\n"));
  record("cam", "one", false, both);
  segments("cam/360p", 11, 1);
  segments("cam/720p", 11, 1, begin("cam/720p", "one", 11));
  {
    TreeSync other{folder_, {}, journal_};
    EXPECT_THAT(text_of(".hold"), HasSubstr("\nbest\ncam/360p\n")) << "before it looks, too";
  }
  EXPECT_EQ(sync(trees, journal_), "cam/360p/11.m4s ");
  record("cam", "one", true, both);
  sync(trees, journal_);
  EXPECT_THAT(lines_of("cam/vod-one.m3u8"), HasSubstr("\n360p/11.m4s\n#EXT-X-ENDLIST"));
  EXPECT_THAT(text_of(".hold"), Not(HasSubstr("cam/360p"))) << "it is done";
  EXPECT_THAT(text_of("cam/720p/.uploaded"), HasSubstr("11.m4s\nvod-one.m3u8\n"));
}

TEST_F(TreeSyncTest, ANameThatAStreamLacksIsSaidAndHoldsAll) {
  record("cam", "one", false, low);
  segments("cam/360p", 10, 1, begin("cam/360p", "one", 10));
  TreeSync trees{folder_, {.rendition = "720p"}, journal_};
  EXPECT_EQ(sync(trees, journal_), "");
  EXPECT_EQ(trees.backlog().unfit, 1U);
  live::tree::Hold hold{folder_};
  hold.refresh();
  EXPECT_TRUE(hold.is_held("cam", "360p", low));
  record("cam", "one", false, both);
  segments("cam/720p", 11, 1, begin("cam/720p", "one", 11));
  EXPECT_EQ(sync(trees, journal_), "cam/720p/init-11.mp4 cam/720p/11.m4s ");
  EXPECT_EQ(trees.backlog().unfit, 0U);
  EXPECT_FALSE(hold.is_held("cam", "360p", both));
}

TEST_F(TreeSyncTest, NamesThatAreNoneAreLeftAlone) {
  record("cam", "one", true);
  segments("cam/720p", 10, 1, begin("cam/720p", "one", 10));
  append("cam/720p/journal.m3u8", "#EXTINF:4,\n../../secret.m4s\n#EXTINF:4,\n.hidden.m4s\n");
  write("secret.m4s", "x");
  write("cam/720p/.hidden.m4s", "x");
  segments(".trash-1/720p", 10, 1);
  std::filesystem::create_directory_symlink(folder_ / "cam", folder_ / "again");
  TreeSync trees{folder_, {}, journal_};
  EXPECT_EQ(sync(trees, journal_), "cam/720p/init-10.mp4 cam/720p/10.m4s ");
}

TEST_F(TreeSyncTest, ADryRunLeavesNoMark) {
  record("cam", "one", true);
  segments("cam/720p", 10, 1, begin("cam/720p", "one", 10));
  TreeSync trees{folder_, {.marks = false}, journal_};
  sync(trees, journal_);
  EXPECT_FALSE(std::filesystem::exists(folder_ / ".hold"));
  EXPECT_FALSE(std::filesystem::exists(folder_ / "cam/720p/.uploaded"));
}

TEST_F(TreeSyncTest, StreamsTakeTurns) {
  for (const std::string stream : {"a", "b"}) {
    record(stream, "one", true);
    segments(stream + "/720p", 10, 9, begin(stream + "/720p", "one", 10));
  }
  TreeSync trees{folder_, {}, journal_};
  const auto order = sync(trees, journal_);
  EXPECT_LT(order.find("b/720p/10.m4s"), order.find("a/720p/18.m4s"));
}

TEST_F(TreeSyncTest, TheBacklogKnowsItsOldest) {
  record("cam", "one", false);
  segments("cam/720p", 10, 3, begin("cam/720p", "one", 10));
  make_older(folder_ / "cam/720p/10.m4s", 3600s);
  TreeSync trees{folder_, {}, journal_};
  trees.scan(now_, wall_);
  const auto first = trees.next();
  const auto backlog = trees.backlog();
  EXPECT_EQ(backlog.files, 3U);
  EXPECT_GT(backlog.bytes, 0U);
  ASSERT_TRUE(backlog.oldest);
  EXPECT_GT(wall_ - *backlog.oldest, 59min);
}

}  // namespace
}  // namespace s3_dvr_sync

// Trees without a journal.
#include "common/base/failure.hpp"
#include "tests/unit/s3-dvr-sync/hls_trees.hpp"
#include "tools/s3-dvr-sync/rolling_journal.hpp"

#include <algorithm>

#include <gmock/gmock.h>

namespace s3_dvr_sync {
namespace {

using live::hls::MediaPlaylist;
using live::hls::Segment;
using ::testing::HasSubstr;
using ::testing::Not;

MediaPlaylist list(std::uint64_t first, std::size_t count, const std::string& mark = "") {
  MediaPlaylist out;
  out.target_duration = 4s;
  out.media_sequence = first;
  for (std::size_t n = 0; n < count; ++n) {
    Segment one;
    one.uri = std::to_string(first + n) + mark + ".ts";
    one.duration = 4s;
    out.segments.push_back(one);
  }
  return out;
}

RollingList::IdOf id(const std::string& text) {
  return [text](const Segment&) { return text; };
}

std::optional<std::uint64_t> nobody_knows(const Segment&) { return {}; }

RollingList::WrittenOf at(std::uint64_t time) {
  return [time](const Segment&) { return time; };
}

TEST(RollingList, WritesDownWhatIsNew) {
  RollingList rolling;
  auto news = rolling.news(list(5, 2), id("a"), nobody_knows);
  EXPECT_EQ(news.text,
            "#BROADCAST:a\n#SEQUENCE:5\n#EXTINF:4,\n5.ts\n#SEQUENCE:6\n#EXTINF:4,\n6.ts\n");
  EXPECT_EQ(news.begins, "a");
  rolling.take(std::move(news));
  EXPECT_EQ(rolling.news(list(5, 2), id("b"), nobody_knows).text, "");
  news = rolling.news(list(6, 2), id("b"), nobody_knows);
  EXPECT_EQ(news.text, "#SEQUENCE:7\n#EXTINF:4,\n7.ts\n");
  EXPECT_EQ(news.begins, "");
}

TEST(RollingList, SaysWhatItMissed) {
  RollingList rolling;
  rolling.take(rolling.news(list(5, 2), id("a"), nobody_knows));
  const auto news = rolling.news(list(10, 1), id("b"), nobody_knows);
  EXPECT_EQ(news.missed, 3U);
  EXPECT_EQ(news.text, "#SEQUENCE:10\n#EXT-X-DISCONTINUITY\n#EXTINF:4,\n10.ts\n");
}

TEST(RollingList, AWriterThatBeginsAnewBeginsABroadcast) {
  const auto begins = [](const MediaPlaylist& next, bool ended, bool silent) {
    RollingList rolling;
    rolling.take(rolling.news(list(5, 3), id("a"), nobody_knows));
    if (ended) rolling.ended();
    if (silent) rolling.silent();
    return rolling.news(next, id("b"), nobody_knows).text;
  };
  EXPECT_THAT(begins(list(0, 2), false, false), HasSubstr("#BROADCAST:b\n#SEQUENCE:0\n"));
  EXPECT_THAT(begins(list(5, 4, "x"), false, false), HasSubstr("#BROADCAST:b\n#SEQUENCE:5\n"))
      << "the same numbers, other names";
  EXPECT_THAT(begins(list(5, 4), true, false), HasSubstr("#BROADCAST:b\n#SEQUENCE:5\n"));
  EXPECT_THAT(begins(list(5, 4), false, true), HasSubstr("#BROADCAST:b\n#SEQUENCE:8\n"))
      << "what was listed is not listed again";
  EXPECT_THAT(begins(list(5, 4), false, false), Not(HasSubstr("BROADCAST")));
}

TEST(RollingList, AWriterThatBeginsAnewBetweenTwoLooksIsKnownByItsFiles) {
  RollingList rolling;
  rolling.take(rolling.news(list(0, 3), id("a"), at(100)));
  EXPECT_THAT(rolling.news(list(0, 4), id("b"), at(100)).text, Not(HasSubstr("BROADCAST")));
  EXPECT_THAT(rolling.news(list(0, 4), id("b"), at(200)).text,
              HasSubstr("#BROADCAST:b\n#SEQUENCE:0\n#WRITTEN:200\n"));
}

/// As ffmpeg's single_file: EXT-X-MEDIA-SEQUENCE says nothing, each segment is 100 bytes.
MediaPlaylist one_file(std::uint64_t first, std::size_t count) {
  auto out = list(0, count);
  for (auto& segment : out.segments) {
    segment.uri = "all.ts";
    segment.range = live::hls::ByteRange{100, 100 * first++};
  }
  return out;
}

TEST(RollingList, RangesOfOneFileTellWhereTheListIs) {
  RollingList rolling;
  rolling.take(rolling.news(one_file(0, 3), id("a"), nobody_knows));
  EXPECT_EQ(rolling.news(one_file(0, 3), id("b"), nobody_knows).text, "");
  auto news = rolling.news(one_file(2, 3), id("b"), nobody_knows);
  EXPECT_EQ(news.text,
            "#SEQUENCE:3\n#EXT-X-BYTERANGE:100@300\n#EXTINF:4,\nall.ts\n"
            "#SEQUENCE:4\n#EXT-X-BYTERANGE:100@400\n#EXTINF:4,\nall.ts\n");
  rolling.take(std::move(news));
  news = rolling.news(one_file(5, 3), id("b"), nobody_knows);
  EXPECT_EQ(news.missed, 0U);
  EXPECT_THAT(news.text, HasSubstr("#SEQUENCE:5\n#EXT-X-BYTERANGE:100@500\n"));
  rolling.take(std::move(news));
  news = rolling.news(one_file(10, 3), id("b"), nobody_knows);
  EXPECT_EQ(news.missed, 2U);
  EXPECT_THAT(news.text, HasSubstr("#SEQUENCE:10\n#EXT-X-DISCONTINUITY\n"));
  rolling.take(std::move(news));
  EXPECT_THAT(rolling.news(one_file(0, 3), id("b"), nobody_knows).text,
              HasSubstr("#BROADCAST:b\n#SEQUENCE:0\n"))
      << "the file is another one";
}

class RollingTest : public TreesTest {
 protected:
  /// As `ffmpeg -f hls` leaves it; `anew`: one that was started again, and writes its files again.
  void rolling(const std::string& path, int first, int count, bool ended = false,
               bool anew = false) {
    std::string text =
        "#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:4\n#EXT-X-MEDIA-SEQUENCE:" +
        std::to_string(first) + "\n";
    const auto folder = std::filesystem::path{path}.parent_path();
    for (int n = first; n < first + count; ++n) {
      text += "#EXTINF:4,\n" + std::to_string(n) + ".ts\n";
      const auto file = folder / (std::to_string(n) + ".ts");
      if (anew || !std::filesystem::exists(folder_ / file)) write(file, "ts " + std::to_string(n));
    }
    if (ended) text += "#EXT-X-ENDLIST\n";
    write(path, text);
  }
  /// Of the only playlist in the bucket that ends so.
  [[nodiscard]] std::string only_vod() const {
    std::string found;
    for (const auto& [key, text] : bucket_)
      if (key.ends_with(".m3u8")) found += found.empty() ? text : "more than one";
    return found;
  }

  Journal journal_{folder_};
};

TEST_F(RollingTest, IsArchivedFromItsRollingList) {
  TreeSync trees{folder_, {}, journal_};
  rolling("cam/hd/index.m3u8", 0, 3);
  const auto first = sync(trees, journal_);
  EXPECT_THAT(first, HasSubstr("/0.ts ")) << "in a folder of the broadcast's own";
  EXPECT_EQ(std::ranges::count(first, ' '), 3);
  now_ += 30s;
  rolling("cam/hd/index.m3u8", 2, 3, true);
  EXPECT_EQ(std::ranges::count(sync(trees, journal_), ' '), 2);
  EXPECT_THAT(only_vod(), HasSubstr("#EXT-X-ENDLIST"));
  for (const auto* name : {"/0.ts", "/1.ts", "/2.ts", "/3.ts", "/4.ts"})
    EXPECT_THAT(only_vod(), HasSubstr(name));
  EXPECT_FALSE(std::filesystem::exists(folder_ / "cam/hd/.uploaded"));
}

TEST_F(RollingTest, ListsHaveUrisAndTheDiskHasNames) {
  const std::string text =
      "#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXTINF:4,\n10:30:00.ts\n#EXTINF:4,\na%20b.ts\n"
      "#EXTINF:4,\n100%.ts\n#EXTINF:4,\nas%20is.ts\n#EXTINF:4,\n\xC3\xA9+.ts?t=1\n"
      "#EXTINF:4,\n%2e%2e%2fsecret.ts\n";
  write("cam/secret.ts", "x");
  for (const auto* name : {"10:30:00.ts", "a b.ts", "100%.ts", "as%20is.ts", "\xC3\xA9+.ts"})
    write(std::string{"cam/hd/"} + name, name);
  write("cam/hd/index.m3u8", text);
  std::string first;
  {
    TreeSync trees{folder_, {}, journal_};
    first = sync(trees, journal_);
    for (const auto* key :
         {"/10:30:00.ts ", "/a b.ts ", "/100%.ts ", "/as%20is.ts ", "/\xC3\xA9+.ts "})
      EXPECT_THAT(first, HasSubstr(key));
    EXPECT_THAT(first, Not(HasSubstr("secret")));
    now_ += 5min;
    trees.scan(now_, wall_);
    EXPECT_TRUE(trees.leavings(now_).empty()) << "the list names them all";
  }
  const auto list = only_vod();
  for (const auto* uri :
       {"/10%3A30%3A00.ts\n", "/a%20b.ts\n", "/100%25.ts\n", "/as%2520is.ts\n", "/%C3%A9%2B.ts\n"})
    EXPECT_THAT(list, HasSubstr(uri));
  EXPECT_NE(list.find("#EXT-X-GAP"), std::string::npos) << "what is no file of ours";
  EXPECT_EQ(list.find("#EXT-X-GAP"), list.rfind("#EXT-X-GAP"));
  // The writer deletes what we have, and its list goes on.
  std::filesystem::remove(folder_ / "cam/hd/as%20is.ts");
  write("cam/hd/last.ts", "x");
  write("cam/hd/index.m3u8", text + "#EXTINF:4,\nlast.ts\n#EXT-X-ENDLIST\n");
  TreeSync trees{folder_, {}, journal_};
  EXPECT_EQ(std::ranges::count(sync(trees, journal_), '/'), 3) << "one more, in its folder";
  EXPECT_THAT(only_vod(), HasSubstr("/as%2520is.ts\n"));
  EXPECT_EQ(trees.backlog().lost, 1U);
}

TEST_F(RollingTest, TheSameNamesAgainAreOtherObjects) {
  TreeSync trees{folder_, {}, journal_};
  rolling("cam/index.m3u8", 0, 2, true);
  make_older(folder_ / "cam/0.ts", 100s);
  sync(trees, journal_);
  const auto before = bucket_.size();
  wall_ += 100s;
  rolling("cam/index.m3u8", 0, 2, false, true);
  sync(trees, journal_);
  EXPECT_EQ(bucket_.size(), 2 * before);
}

TEST_F(RollingTest, GoesOnOverARestart) {
  rolling("cam/hd/index.m3u8", 0, 2);
  {
    TreeSync trees{folder_, {}, journal_};
    sync(trees, journal_);
  }
  rolling("cam/hd/index.m3u8", 1, 3);
  TreeSync trees{folder_, {}, journal_};
  EXPECT_EQ(std::ranges::count(sync(trees, journal_), ' '), 2);
  EXPECT_THAT(only_vod(), HasSubstr("0.ts"));
  EXPECT_THAT(only_vod(), HasSubstr("3.ts"));
}

TEST_F(RollingTest, AnEndIsKnownOverARestart) {
  rolling("cam/hd/index.m3u8", 0, 2, true);
  make_older(folder_ / "cam/hd/0.ts", 100s);
  {
    TreeSync trees{folder_, {}, journal_};
    sync(trees, journal_);
  }
  auto text = text_of("cam/hd/index.m3u8");
  text.resize(text.find("#EXT-X-ENDLIST"));
  write("cam/hd/2.ts", "ts 2");
  write("cam/hd/index.m3u8", text + "#EXTINF:4,\n2.ts\n");  // its numbers go on
  TreeSync trees{folder_, {}, journal_};
  sync(trees, journal_);
  EXPECT_EQ(std::ranges::count_if(bucket_, [](const auto& e) { return e.first.ends_with("m3u8"); }),
            2)
      << "another broadcast has begun";
}

TEST_F(RollingTest, NamesThatAreGivenAgainBetweenTwoRunsAreOtherObjects) {
  rolling("cam/hd/index.m3u8", 0, 2);
  for (const auto* name : {"cam/hd/0.ts", "cam/hd/1.ts"})
    make_older(folder_ / name, 100s);
  {
    TreeSync trees{folder_, {}, journal_};
    sync(trees, journal_);
  }
  rolling("cam/hd/index.m3u8", 0, 3, false, true);  // the writer was restarted
  TreeSync trees{folder_, {}, journal_};
  EXPECT_EQ(std::ranges::count(sync(trees, journal_), ' '), 3);
}

TEST_F(RollingTest, ADamagedJournalHoldsUpNobody) {
  const auto journal = ".s3-dvr-sync/trees/cam/hd/journal.m3u8";
  write(journal, "#EXTM3U\n#EXT-X-TARGETDURATION:x\n#EXTINF:4,\n0.ts\n");
  rolling("cam/hd/index.m3u8", 0, 2);
  rolling("other/hd/index.m3u8", 0, 2);
  TreeSync trees{folder_, {}, journal_};
  const auto order = sync(trees, journal_);
  EXPECT_EQ(std::ranges::count(order, ' '), 4);
}

TEST_F(RollingTest, WithoutOurJournalTheKeysAreTheSame) {
  rolling("cam/hd/index.m3u8", 0, 2, true);
  {
    TreeSync trees{folder_, {}, journal_};
    sync(trees, journal_);
  }
  const auto before = bucket_;
  std::filesystem::remove_all(folder_ / state_folder / "trees");
  TreeSync trees{folder_, {}, journal_};
  EXPECT_EQ(sync(trees, journal_), "");
  EXPECT_EQ(bucket_, before);
}

TEST_F(RollingTest, RenditionsOfOneWriterAreOneBroadcast) {
  TreeSync trees{folder_, {.rendition = "all"}, journal_};
  rolling("mv/0/index.m3u8", 0, 2);
  sync(trees, journal_);
  EXPECT_THAT(only_vod(), HasSubstr("\n0/"));
  rolling("mv/1/index.m3u8", 0, 2);
  make_older(folder_ / "mv/1/0.ts", 2s);
  rolling("mv/0/index.m3u8", 1, 3, true);
  rolling("mv/1/index.m3u8", 1, 3, true);
  sync(trees, journal_);
  std::string variants;
  std::size_t lists = 0;
  for (const auto& [key, text] : bucket_) {
    lists += key.ends_with(".m3u8") ? 1 : 0;
    if (key.starts_with("mv/vod-")) variants += text;
  }
  EXPECT_EQ(lists, 3U);
  EXPECT_THAT(variants, HasSubstr("\n0/vod-"));
  EXPECT_THAT(variants, HasSubstr("\n1/vod-"));
  EXPECT_EQ(trees.backlog().playlists, 0U);
  // Started again at once, they are another one.
  wall_ += 100s;
  for (const auto* rendition : {"mv/0", "mv/1"}) {
    rolling(std::string{rendition} + "/index.m3u8", 0, 2, true, true);
    make_older(folder_ / rendition / "0.ts", -10s);
  }
  sync(trees, journal_);
  EXPECT_EQ(std::ranges::count_if(bucket_, [](const auto& e) { return e.first.ends_with("m3u8"); }),
            6);
}

TEST_F(RollingTest, KeysAreWhereTheWriterHasThem) {
  const std::string text =
      "#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXT-X-KEY:METHOD=AES-128,URI=\"key.bin\"\n"
      "#EXTINF:4,\n0.ts\n#EXT-X-ENDLIST\n";
  for (const std::string folder : {"", "flat/", "deep/hd/"}) {
    write(folder + "0.ts", "x");
    write(folder + (folder.empty() ? "root.m3u8" : "index.m3u8"), text);
  }
  TreeSync trees{folder_, {}, journal_};
  sync(trees, journal_);
  std::map<std::string, std::string> lists;
  for (const auto& [key, list] : bucket_)
    if (key.ends_with(".m3u8")) lists[key.substr(0, key.find('/'))] = list;
  EXPECT_THAT(lists["root"], HasSubstr("URI=\"../key.bin\""));
  EXPECT_THAT(lists["flat"], HasSubstr("URI=\"key.bin\""));
  EXPECT_THAT(lists["deep"], HasSubstr("URI=\"hd/key.bin\""));
}

TEST_F(RollingTest, OneGrowingFileIsTakenAsItRolls) {
  const auto list = [&](int first, bool ended) {
    std::string text =
        "#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXT-X-MEDIA-SEQUENCE:0\n"
        "#EXT-X-MAP:URI=\"all.mp4\",BYTERANGE=\"10@0\"\n";
    for (int n = first; n < first + 3; ++n)
      text += "#EXTINF:4,\n#EXT-X-BYTERANGE:100@" + std::to_string(10 + 100 * n) + "\nall.mp4\n";
    write("cam/hd/index.m3u8", text + (ended ? "#EXT-X-ENDLIST\n" : ""));
    write("cam/hd/all.mp4", std::string(static_cast<std::size_t>(310 + 100 * first), 'x'));
  };
  TreeSync trees{folder_, {}, journal_};
  list(0, false);
  EXPECT_EQ(sync(trees, journal_), "") << "it grows";
  list(2, false);
  EXPECT_EQ(sync(trees, journal_), "");
  list(4, true);
  EXPECT_EQ(std::ranges::count(sync(trees, journal_), ' '), 1);
  EXPECT_EQ(trees.backlog().lost, 0U);
  const auto vod = only_vod();
  for (int n = 0; n < 7; ++n)
    EXPECT_THAT(vod, HasSubstr("BYTERANGE:100@" + std::to_string(10 + 100 * n) + "\n"));
}

TEST_F(RollingTest, BestIsWhatWasMeasured) {
  rolling("cam/hd/index.m3u8", 0, 2);
  rolling("cam/sd/index.m3u8", 0, 2);
  write("cam/hd/0.ts", std::string(1000, 'x'));
  TreeSync trees{folder_, {}, journal_};
  const auto order = sync(trees, journal_);
  EXPECT_THAT(order, HasSubstr("cam/hd/"));
  EXPECT_THAT(order, Not(HasSubstr("cam/sd/")));
}

TEST_F(RollingTest, WhatNoListNamesMayGoAfterFiveMinutes) {
  TreeSync trees{folder_, {}, journal_};
  rolling("cam/hd/index.m3u8", 0, 2);
  sync(trees, journal_);
  rolling("cam/hd/index.m3u8", 1, 2);
  sync(trees, journal_);
  EXPECT_TRUE(trees.leavings(now_).empty());
  now_ += 5min;
  trees.scan(now_, wall_);
  const auto leavings = trees.leavings(now_);
  ASSERT_EQ(leavings.size(), 1U);
  EXPECT_EQ(leavings[0].path, folder_ / "cam/hd/0.ts");
  EXPECT_TRUE(leavings[0].uploaded);
  trees.left(leavings[0].key);
  EXPECT_TRUE(trees.leavings(now_).empty());
}

TEST_F(RollingTest, AFileThatGrowsWithItsListWaitsForItsEnd) {
  TreeSync trees{folder_, {}, journal_};
  const std::string text =
      "#EXTM3U\n#EXT-X-VERSION:4\n#EXT-X-TARGETDURATION:4\n#EXT-X-MEDIA-SEQUENCE:0\n"
      "#EXTINF:4,\n#EXT-X-BYTERANGE:3@0\nall.ts\n#EXTINF:4,\n#EXT-X-BYTERANGE:3@3\nall.ts\n";
  write("cam/hd/all.ts", "sixsix");
  write("cam/hd/index.m3u8", text);
  EXPECT_EQ(sync(trees, journal_), "");
  write("cam/hd/index.m3u8", text + "#EXT-X-ENDLIST\n");
  EXPECT_THAT(sync(trees, journal_), HasSubstr("all.ts "));
  EXPECT_THAT(only_vod(), HasSubstr("#EXT-X-BYTERANGE:3@3"));
}

}  // namespace
}  // namespace s3_dvr_sync

#include "tools/s3-dvr-sync/journal_entries.hpp"

#include "tests/support/folder.hpp"

#include <algorithm>

namespace s3_dvr_sync {
namespace {

constexpr std::string_view text =
    "#EXTM3U\n#EXT-X-VERSION:6\n#EXT-X-TARGETDURATION:4\n"
    "#BROADCAST:one\n#EXT-X-MAP:URI=\"init-1.mp4\"\n#EXT-X-KEY:METHOD=AES-128,URI=\"k\"\n"
    "#EXT-X-PROGRAM-DATE-TIME:2026-11-21T17:04:05.123Z\n#EXTINF:4,\n1.m4s\n"
    "#EXT-X-CUE-OUT:3\n#EXT-X-BYTERANGE:10@5\n#EXTINF:3.5,a title\n2.m4s\n"
    "#EXT-X-DISCONTINUITY\n#EXT-X-MAP:URI=\"init-3.mp4\"\n#EXT-X-KEY:METHOD=NONE\n#EXTINF:4,\n3."
    "m4s\n"
    "#BROADCAST:two\n#EXT-X-MAP:URI=\"init-4.mp4\"\n#EXT-X-GAP\n#EXTINF:4,\n4.m4s\n"
    "#SEQUENCE:17\n#EXTINF:4,\n5.m4s\n";

std::vector<JournalEntry> feed_all(JournalParser& parser, std::string_view all) {
  auto step = parser.feed(all);
  if (auto* taken = std::get_if<live::Taken<std::vector<JournalEntry>>>(&step))
    return std::move(taken->value);
  return {};
}

TEST(JournalParser, GivesEntriesWithAllThatAppliesToThem) {
  JournalParser parser;
  const auto entries = feed_all(parser, text);
  ASSERT_EQ(entries.size(), 5U);
  EXPECT_EQ(parser.target_duration(), std::chrono::seconds{4});
  EXPECT_EQ(entries[0].begins, "one");
  EXPECT_TRUE(entries[0].segment.others.empty());
  EXPECT_EQ(entries[1].begins, std::nullopt);
  EXPECT_EQ(entries[1].segment.map->uri, "init-1.mp4");
  EXPECT_EQ(entries[1].segment.key, "METHOD=AES-128,URI=\"k\"");
  EXPECT_EQ(entries[1].segment.others, std::vector<std::string>{"#EXT-X-CUE-OUT:3"});
  EXPECT_EQ(entries[2].segment.key, "");
  EXPECT_TRUE(entries[2].segment.discontinuity);
  EXPECT_EQ(entries[3].begins, "two");
  EXPECT_TRUE(entries[3].segment.gap);
  EXPECT_EQ(entries[4].sequence, 17U);
  EXPECT_EQ(entries[4].segment.map->uri, "init-4.mp4");
}

TEST(JournalParser, InTwoPiecesItIsTheSame) {
  JournalParser whole;
  const auto wanted = feed_all(whole, text);
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    JournalParser parser;
    std::vector<JournalEntry> got;
    std::size_t taken = 0;
    for (const auto end : {cut, text.size()}) {
      auto step = parser.feed(text.substr(taken, end - taken));
      ASSERT_FALSE(std::holds_alternative<live::Malformed>(step)) << "cut at " << cut;
      if (auto* some = std::get_if<live::Taken<std::vector<JournalEntry>>>(&step)) {
        taken += some->used;
        std::ranges::move(some->value, std::back_inserter(got));
      }
    }
    EXPECT_EQ(got, wanted) << "cut at " << cut;
  }
}

TEST(JournalParser, SaysInWhichLineSomethingIsWrong) {
  JournalParser parser;
  feed_all(parser, text);
  const auto step = parser.feed("#EXTINF:4,\n6.m4s\n#EXTINF:x,\n7.m4s\n");
  ASSERT_TRUE(std::holds_alternative<live::Malformed>(step));
  EXPECT_EQ(std::get<live::Malformed>(step).at, 3U);
}

using JournalReaderTest = live::test::FolderTest;
using News = JournalReader::News;

TEST_F(JournalReaderTest, ReadsWhatIsAppended) {
  JournalReader reader{folder_ / "journal.m3u8"};
  std::vector<JournalEntry> out;
  EXPECT_EQ(reader.read(out), News::none) << "it is not there yet";
  write("journal.m3u8", text.substr(0, text.size() - 3));
  EXPECT_EQ(reader.read(out), News::entries);
  EXPECT_EQ(out.size(), 4U);
  EXPECT_EQ(reader.read(out), News::none) << "the last line is cut";
  append("journal.m3u8", text.substr(text.size() - 3));
  EXPECT_EQ(reader.read(out), News::entries);
  EXPECT_EQ(out.size(), 5U);
  EXPECT_EQ(out.back().segment.uri, "5.m4s");
}

TEST_F(JournalReaderTest, AnotherFileIsReadAnew) {
  write("journal.m3u8", text);
  JournalReader reader{folder_ / "journal.m3u8"};
  std::vector<JournalEntry> out;
  EXPECT_EQ(reader.read(out), News::entries);
  write("next", text);
  std::filesystem::rename(folder_ / "next", folder_ / "journal.m3u8");
  EXPECT_EQ(reader.read(out), News::anew);
  out.clear();
  EXPECT_EQ(reader.read(out), News::entries);
  EXPECT_EQ(out.size(), 5U);
}

TEST_F(JournalReaderTest, GarbageIsToldOnceAndForAll) {
  write("journal.m3u8", "#EXTM3U\nno tag\n");
  JournalReader reader{folder_ / "journal.m3u8"};
  std::vector<JournalEntry> out;
  EXPECT_EQ(reader.read(out), News::wrong);
  EXPECT_NE(reader.why().find("line 2"), std::string::npos) << reader.why();
  EXPECT_EQ(reader.read(out), News::wrong);
}

TEST_F(JournalReaderTest, ALongOneComesInPieces) {
  std::string all{text};
  std::size_t count = 5;
  for (; all.size() < (2U << 20U); ++count)
    all += "#EXTINF:4,\n" + std::string(200, '1') + ".m4s\n";
  write("journal.m3u8", all);
  JournalReader reader{folder_ / "journal.m3u8"};
  std::vector<JournalEntry> out;
  int pieces = 0;
  for (auto news = reader.read(out); news != News::none; news = reader.read(out)) {
    ASSERT_EQ(news, News::entries);
    ++pieces;
  }
  EXPECT_GE(pieces, 2);
  EXPECT_EQ(out.size(), count);
}

}  // namespace
}  // namespace s3_dvr_sync

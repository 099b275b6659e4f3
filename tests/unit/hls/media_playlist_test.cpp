#include "common/hls/media_playlist.hpp"

#include "common/hls/date_time.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace live;
using namespace live::hls;
using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;

namespace {

MediaPlaylist parsed(std::string_view text) {
  auto answer = parse_media_playlist(text);
  if (const auto* bad = std::get_if<Malformed>(&answer)) {
    ADD_FAILURE() << "line " << bad->at << ": " << bad->why;
    return {};
  }
  return std::get<MediaPlaylist>(std::move(answer));
}

Malformed refused(std::string_view text, const PlaylistLimits& limits = {}) {
  auto answer = parse_media_playlist(text, limits);
  if (const auto* bad = std::get_if<Malformed>(&answer)) return *bad;
  ADD_FAILURE() << "taken: " << text;
  return {};
}

/// `tags` before one segment of a list.
std::string with(std::string_view tags) {
  return "#EXTM3U\n#EXT-X-TARGETDURATION:4\n" + std::string{tags} + "\n#EXTINF:4,\n1.m4s\n";
}

constexpr std::string_view rolling =
    "#EXTM3U\n"
    "#EXT-X-VERSION:6\n"
    "#EXT-X-INDEPENDENT-SEGMENTS\n"
    "#EXT-X-TARGETDURATION:4\n"
    "#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,CAN-SKIP-UNTIL=24,HOLD-BACK=12,PART-HOLD-BACK=1.5\n"
    "#EXT-X-PART-INF:PART-TARGET=0.5\n"
    "#EXT-X-MEDIA-SEQUENCE:1700000000000\n"
    "#EXT-X-DISCONTINUITY-SEQUENCE:7\n"
    "#EXT-X-MAP:URI=\"init-1.mp4\"\n"
    "#EXT-X-PROGRAM-DATE-TIME:2026-11-21T17:04:05.123Z\n"
    "#EXTINF:4,\n"
    "1.m4s\n"
    "#EXT-X-GAP\n"
    "#EXTINF:3.999999,\n"
    "2.m4s\n"
    "#EXT-X-DISCONTINUITY\n"
    "#EXT-X-MAP:URI=\"init-3.mp4\",BYTERANGE=\"700@0\"\n"
    "#EXT-X-PROGRAM-DATE-TIME:2026-11-21T17:05:05.000Z\n"
    "#EXT-X-PART:DURATION=0.5,URI=\"3.0.m4s\",INDEPENDENT=YES\n"
    "#EXT-X-PART:DURATION=0.4,URI=\"3.1.m4s\",BYTERANGE=\"20@10\",GAP=YES\n"
    "#EXT-X-BYTERANGE:75232@0\n"
    "#EXTINF:0.9,a title, with a comma\n"
    "3.m4s\n"
    "#EXT-X-PART:DURATION=0.5,URI=\"4.0.m4s\",INDEPENDENT=YES\n"
    "#EXT-X-PRELOAD-HINT:TYPE=PART,URI=\"4.1.m4s\"\n"
    "#EXT-X-RENDITION-REPORT:URI=\"../480p/index.m3u8\",LAST-MSN=1700000000003,LAST-PART=0\n"
    "#EXT-X-RENDITION-REPORT:URI=\"../720p/index.m3u8\",LAST-MSN=1700000000002\n";

}  // namespace

TEST(MediaPlaylist, ReadsEveryTagOfALowLatencyList) {
  const auto list = parsed(rolling);
  EXPECT_EQ(list.version, 6U);
  EXPECT_TRUE(list.independent_segments);
  EXPECT_FALSE(list.ended);
  EXPECT_EQ(list.target_duration, 4s);
  EXPECT_EQ(list.part_target, 500ms);
  EXPECT_EQ(list.media_sequence, 1'700'000'000'000U);
  EXPECT_EQ(list.discontinuity_sequence, 7U);
  EXPECT_EQ(list.server_control, (ServerControl{true, false, 24s, 12s, 1500ms}));
  ASSERT_EQ(list.segments.size(), 3U);
  EXPECT_EQ(list.segments[1].duration, 3'999'999us);
  EXPECT_TRUE(list.segments[1].gap);
  EXPECT_EQ(list.segments[1].map, (Map{"init-1.mp4", {}})) << "it goes on";
  EXPECT_FALSE(list.segments[1].program_date_time) << "a date is its own segment's";
  const auto& last = list.segments[2];
  EXPECT_TRUE(last.discontinuity);
  EXPECT_EQ(last.map, (Map{"init-3.mp4", ByteRange{700, 0}}));
  EXPECT_EQ(last.range, (ByteRange{75'232, 0}));
  EXPECT_EQ(last.title, "a title, with a comma");
  EXPECT_THAT(last.parts, ElementsAre(Part{"3.0.m4s", 500ms, true, false, {}},
                                      Part{"3.1.m4s", 400ms, false, true, ByteRange{20, 10}}));
  EXPECT_THAT(list.parts, ElementsAre(Part{"4.0.m4s", 500ms, true, false, {}}));
  EXPECT_EQ(list.parts_map, last.map);
  EXPECT_EQ(list.preload_hint, (PreloadHint{false, "4.1.m4s"}));
  EXPECT_THAT(list.reports,
              ElementsAre(RenditionReport{"../480p/index.m3u8", 1'700'000'000'003, 0},
                          RenditionReport{"../720p/index.m3u8", 1'700'000'000'002, {}}));
}

TEST(MediaPlaylist, WritesWhatItReads) { EXPECT_EQ(format(parsed(rolling)), rolling); }

TEST(MediaPlaylist, ALineFollowsTheLastSegmentOfAListWithParts) {
  MediaPlaylist list;
  list.target_duration = 2s;
  list.segments.emplace_back().uri = "1.m4s";
  EXPECT_TRUE(format(list).ends_with("\n1.m4s\n"));
  list.part_target = 500ms;
  const auto text = format(list);
  EXPECT_TRUE(text.ends_with("\n1.m4s\n# the next segment has no part yet\n")) << text;
  EXPECT_THAT(parsed(text).parts_others, ::testing::IsEmpty()) << "it is no part of the value";
  list.parts.push_back({"2.0.m4s", 500ms, true, false, {}});
  EXPECT_EQ(format(list).find("# the"), std::string::npos);
}

TEST(MediaPlaylist, CarriageReturnsAndBlankLinesMeanNothing) {
  std::string dos;
  for (const char c : rolling)
    dos += c == '\n' ? "\r\n\r\n" : std::string{c};
  EXPECT_EQ(parsed(dos), parsed(rolling));
}

TEST(MediaPlaylist, CutAtEveryByteItIsReadOrRefused) {
  for (std::size_t size = 0; size < rolling.size(); ++size) {
    const auto answer = parse_media_playlist(rolling.substr(0, size));
    if (const auto* list = std::get_if<MediaPlaylist>(&answer)) {
      const auto again = parse_media_playlist(format(*list));
      ASSERT_TRUE(std::holds_alternative<MediaPlaylist>(again)) << size;
      EXPECT_EQ(std::get<MediaPlaylist>(again), *list) << size;
    }
  }
}

TEST(MediaPlaylist, WithoutAnyOneLineItIsReadOrRefused) {
  for (std::size_t from = 0; from < rolling.size(); from = rolling.find('\n', from) + 1) {
    std::string text{rolling};
    text.erase(from, rolling.find('\n', from) + 1 - from);
    const auto answer = parse_media_playlist(text);
    if (const auto* list = std::get_if<MediaPlaylist>(&answer)) {
      EXPECT_EQ(parsed(format(*list)), *list) << text;
    }
  }
}

TEST(MediaPlaylist, AListWithoutVersionIsOfTheFirst) {
  EXPECT_EQ(parsed("#EXTM3U\n#EXT-X-TARGETDURATION:4\n").version, 1U);
}

TEST(MediaPlaylist, EndAndTypeAreKept) {
  const auto list = parsed(
      "#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:4\n#EXT-X-PLAYLIST-TYPE:EVENT\n#EXTINF:4,"
      "\na\n"
      "#EXT-X-ENDLIST\n");
  EXPECT_TRUE(list.ended);
  EXPECT_EQ(list.type, MediaPlaylist::Type::event);
  EXPECT_THAT(format(list), HasSubstr("#EXT-X-PLAYLIST-TYPE:EVENT\n"));
  EXPECT_THAT(format(list), HasSubstr("a\n#EXT-X-ENDLIST\n"));
}

TEST(MediaPlaylist, WhatItDoesNotKnowStaysInOrderBeforeItsSegment) {
  const auto list = parsed(
      "#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXT-X-START:TIME-OFFSET=-12\n"
      "#BROADCAST:abc\n#EXT-X-DATERANGE:ID=\"a\"\n#EXTINF:4,\na\n"
      "#EXT-X-CUE-OUT:30\n# a comment\n#EXT-X-BITRATE:800\n#EXTINF:4,\nb\n#EXT-X-CUE-IN\n");
  EXPECT_THAT(list.head_others, ElementsAre("#EXT-X-START:TIME-OFFSET=-12"));
  EXPECT_THAT(list.segments[0].others, ElementsAre("#BROADCAST:abc", "#EXT-X-DATERANGE:ID=\"a\""));
  EXPECT_THAT(list.segments[1].others,
              ElementsAre("#EXT-X-CUE-OUT:30", "# a comment", "#EXT-X-BITRATE:800"));
  EXPECT_THAT(list.parts_others, ElementsAre("#EXT-X-CUE-IN"));
  EXPECT_EQ(parsed(format(list)), list);
}

TEST(MediaPlaylist, KeysGoOnUntilTheyChange) {
  const auto list = parsed(
      "#EXTM3U\n#EXT-X-TARGETDURATION:4\n"
      "#EXT-X-KEY:METHOD=AES-128,URI=\"k1\"\n#EXT-X-KEY:METHOD=SAMPLE-AES,URI=\"k2\",KEYFORMAT="
      "\"x\"\n"
      "#EXTINF:4,\na\n#EXTINF:4,\nb\n#EXT-X-KEY:METHOD=NONE\n#EXTINF:4,\nc\n");
  EXPECT_EQ(list.segments[1].key,
            "METHOD=AES-128,URI=\"k1\"\nMETHOD=SAMPLE-AES,URI=\"k2\",KEYFORMAT=\"x\"");
  EXPECT_EQ(list.segments[2].key, "");
  EXPECT_EQ(parsed(format(list)), list);
}

TEST(MediaPlaylist, AJournalEntryComesBackAsItWas) {
  Segment first;
  first.uri = "5.m4s";
  first.duration = 4'004'000us;
  first.map = Map{"init-5.mp4", {}};
  first.discontinuity = true;
  first.program_date_time = parse_date_time("2026-11-21T17:04:05.123Z");
  first.others = {"#BROADCAST:x", "#EXT-X-DATERANGE:ID=\"1\"", "#b", "#a", "#b"};
  Segment second = first;
  second.uri = "6.m4s";
  second.discontinuity = false;
  second.others = {};
  const auto journal = "#EXTM3U\n#EXT-X-TARGETDURATION:4\n" + format_entry(first, nullptr) +
                       format_entry(second, &first);
  const auto list = parsed(journal);
  EXPECT_THAT(list.segments, ElementsAre(first, second));
  EXPECT_EQ(journal.find("#EXT-X-MAP"), journal.rfind("#EXT-X-MAP")) << "said once";
  EXPECT_LT(journal.find("#BROADCAST"), journal.find("#EXT-X-DISCONTINUITY"));
}

TEST(MediaPlaylist, TheWholeOfACutJournalEndsWithAUri) {
  const std::string entry = "#EXT-X-GAP\n#EXTINF:4,\n5.m4s\n";
  const auto journal = "#EXTM3U\n#EXT-X-TARGETDURATION:4\n" + entry + entry;
  const auto one = journal.size() - entry.size();
  for (auto size = one; size < journal.size(); ++size)
    EXPECT_EQ(whole_entries(journal.substr(0, size)).size(), one) << size;
  EXPECT_EQ(whole_entries(journal), journal);
  EXPECT_EQ(whole_entries("#EXTM3U\n#EXTINF:4,\n5.m"), "");
  EXPECT_EQ(whole_entries("#EXTM3U\r\n#EXTINF:4,\r\na\r\n\r\n"), "#EXTM3U\r\n#EXTINF:4,\r\na\r\n");
}

TEST(MediaPlaylist, WritesTheVersionThatItsTagsNeed) {
  MediaPlaylist list;
  list.target_duration = 4s;
  list.segments.resize(1);
  list.segments[0].uri = "a";
  list.segments[0].duration = 4s;
  EXPECT_EQ(format(list).find("VERSION"), std::string::npos);
  list.segments[0].duration = 3'900ms;
  EXPECT_THAT(format(list), HasSubstr("#EXT-X-VERSION:3\n"));
  list.segments[0].range = ByteRange{1, {}};
  EXPECT_THAT(format(list), HasSubstr("#EXT-X-VERSION:4\n"));
  list.segments[0].key = "METHOD=SAMPLE-AES,URI=\"k\"";
  EXPECT_THAT(format(list), HasSubstr("#EXT-X-VERSION:5\n"));
  list.segments[0].map = Map{"i", {}};
  EXPECT_THAT(format(list), HasSubstr("#EXT-X-VERSION:6\n"));
  list.head_others = {"#EXT-X-DEFINE:NAME=\"a\",VALUE=\"b\""};
  EXPECT_THAT(format(list), HasSubstr("#EXT-X-VERSION:8\n"));
  list.skipped = 3;
  EXPECT_THAT(format(list), HasSubstr("#EXT-X-VERSION:9\n"));
  list.head_others = {"#EXT-X-DEFINE:QUERYPARAM=\"token\""};
  EXPECT_THAT(format(list), HasSubstr("#EXT-X-VERSION:11\n"));
  list.version = 7;
  EXPECT_THAT(format(list), HasSubstr("#EXT-X-VERSION:7\n"));
}

TEST(MediaPlaylist, DurationsAreRoundedToMicroseconds) {
  EXPECT_EQ(parsed(with("#EXTINF:1.0000005")).segments[0].duration, 4s) << "the last one counts";
  const auto read = [](std::string_view number) {
    return parsed("#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXTINF:" + std::string{number} + ",\na\n")
        .segments[0]
        .duration;
  };
  EXPECT_EQ(read("1.0000005"), 1'000'001us);
  EXPECT_EQ(read("1.00000049999999999999999"), 1s);
  EXPECT_EQ(read("0.9999999"), 1s);
  EXPECT_EQ(read("10"), 10s);
  EXPECT_EQ(read("9.009"), 9'009ms);
}

TEST(MediaPlaylist, RefusesHostileNumbers) {
  for (const auto* tag : {"#EXTINF:-1,",
                          "#EXTINF:nan,",
                          "#EXTINF:1e3,",
                          "#EXTINF:,",
                          "#EXTINF",
                          "#EXTINF:1000001,",
                          "#EXTINF:99999999999999999999999,",
                          "#EXTINF: 4,",
                          "#EXTINF:4.0.0,",
                          "#EXT-X-TARGETDURATION:-4",
                          "#EXT-X-TARGETDURATION:4.5",
                          "#EXT-X-TARGETDURATION:",
                          "#EXT-X-MEDIA-SEQUENCE:18446744073709551616",
                          "#EXT-X-MEDIA-SEQUENCE:-1",
                          "#EXT-X-MEDIA-SEQUENCE:0x1",
                          "#EXT-X-VERSION:0",
                          "#EXT-X-VERSION:x",
                          "#EXT-X-BYTERANGE:1@",
                          "#EXT-X-BYTERANGE:@1",
                          "#EXT-X-BYTERANGE:1@-1",
                          "#EXT-X-PART-INF:PART-TARGET=x",
                          "#EXT-X-PART-INF:",
                          "#EXT-X-PART:URI=\"a\"",
                          "#EXT-X-PART:DURATION=1",
                          "#EXT-X-PART:DURATION=-1,URI=\"a\"",
                          "#EXT-X-PART:DURATION=1,URI=\"a\",BYTERANGE=\"x\"",
                          "#EXT-X-MAP:URI=\"\"",
                          "#EXT-X-MAP:URI=\"a\",BYTERANGE=\"\"",
                          "#EXT-X-SKIP:SKIPPED-SEGMENTS=-1",
                          "#EXT-X-RENDITION-REPORT:URI=\"a\",LAST-MSN=x",
                          "#EXT-X-RENDITION-REPORT:LAST-MSN=1",
                          "#EXT-X-SERVER-CONTROL:HOLD-BACK=YES",
                          "#EXT-X-PRELOAD-HINT:TYPE=PART",
                          "#EXT-X-KEY:URI=\"a\"",
                          "#EXT-X-PLAYLIST-TYPE:LIVE",
                          "#EXT-X-PROGRAM-DATE-TIME:2026-13-01T00:00:00Z",
                          "#EXT-X-STREAM-INF:BANDWIDTH=1",
                          "#EXTM3U"}) {
    EXPECT_EQ(refused(with(tag)).at, 3U) << tag;
  }
}

TEST(MediaPlaylist, RefusesBrokenAttributeLists) {
  for (const auto* list :
       {"URI=\"a", "URI=\"a\"x", "URI=\"a\",", ",URI=\"a\"", "URI=\"a\",URI=\"b\"", "uri=\"a\"",
        "=\"a\"", "URI", "URI=\"a\" ,X=1", "URI=\"a\",X=", "URI=a\"b"})
    refused(with("#EXT-X-MAP:" + std::string{list}));
}

TEST(MediaPlaylist, RefusesWhatStandsWhereItMustNot) {
  EXPECT_EQ(refused("").at, 1U);
  EXPECT_EQ(refused("\n#EXTM3U\n").at, 1U);
  EXPECT_EQ(refused("\xEF\xBB\xBF#EXTM3U\n#EXT-X-TARGETDURATION:4\n").at, 1U);
  EXPECT_THAT(refused("#EXTM3U\n").why, HasSubstr("TARGETDURATION is missing"));
  EXPECT_EQ(refused("#EXTM3U\n#EXT-X-TARGETDURATION:4\na\n").at, 3U);
  refused(with("#EXT-X-TARGETDURATION:4"));
  refused(with("") + "#EXT-X-MEDIA-SEQUENCE:1\n");
  refused(with("") + "#EXT-X-DISCONTINUITY-SEQUENCE:1\n");
  refused(with("#EXT-X-DISCONTINUITY\n#EXT-X-DISCONTINUITY-SEQUENCE:1"));
  refused(with("") + "#EXT-X-SKIP:SKIPPED-SEGMENTS=1\n");
  refused(with("") + "#EXTINF:4,\n");
  refused(with("#EXT-X-VERSION:3\n#EXT-X-VERSION:3"));
  EXPECT_EQ(refused(with("#a\tb")).at, 3U);
  EXPECT_EQ(refused(with("#a\xFFz")).at, 3U);
  EXPECT_EQ(refused(with("#a\xC2\x85z")).at, 3U);
  EXPECT_EQ(parsed(with("#a\xC2\xA0z")).segments.size(), 1U);
}

TEST(MediaPlaylist, LimitsHold) {
  const auto text = with("") + "#EXTINF:4,\n2.m4s\n";
  EXPECT_EQ(parsed(text).segments.size(), 2U);
  EXPECT_THAT(refused(text, {.segments = 1}).why, HasSubstr("more segments"));
  EXPECT_THAT(refused(text, {.bytes = text.size() - 1}).why, HasSubstr("larger"));
  EXPECT_THAT(refused(with("#" + std::string(8192, 'x'))).why, HasSubstr("too long"));
}

TEST(DateTime, ReadsEveryZone) {
  const auto utc = parse_date_time("2026-11-21T17:04:05.123Z");
  ASSERT_TRUE(utc);
  for (const auto* same : {"2026-11-21T18:04:05.123+01:00", "2026-11-21T18:04:05.123+0100",
                           "2026-11-21T18:04:05.123+01", "2026-11-21T17:04:05.1234999Z",
                           "2026-11-21T17:04:05.123", "2026-11-22T05:34:05,123+12:30",
                           "2026-11-21T09:04:05.1229999-08:00", "2026-11-21t17:04:05.123z"})
    EXPECT_EQ(parse_date_time(same), utc) << same;
  EXPECT_EQ(parse_date_time("1970-01-01T00:00:00Z"), WallClock{});
  EXPECT_EQ(format_date_time(*utc), "2026-11-21T17:04:05.123Z");
  EXPECT_EQ(format_date_time(*parse_date_time("2024-02-29T23:59:59.9996Z")),
            "2024-03-01T00:00:00.000Z");
}

TEST(DateTime, RefusesWhatIsNone) {
  for (const auto* text :
       {"", "2026", "2026-11-21", "2026-11-21T17:04", "2026-02-29T00:00:00Z",
        "2026-11-31T00:00:00Z", "2026-11-21T24:00:00Z", "2026-11-21T00:60:00Z",
        "2026-11-21T00:00:61Z", "2026-11-21T00:00:00.Z", "2026-11-21T00:00:00+",
        "2026-11-21T00:00:00+1", "2026-11-21T00:00:00+24:00", "2026-11-21T00:00:00+01:00x",
        "2026-11-21T00:00:00Zx", "1969-12-31T23:59:59Z", "9999-01-01T00:00:00Z",
        "+026-11-21T00:00:00Z", "2026-11-21 00:00:00Z"})
    EXPECT_FALSE(parse_date_time(text)) << text;
}

#include "tools/fmp4-httpd/playlist_delivery.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace fmp4_httpd {
namespace {

using live::hls::MediaPlaylist;
using live::hls::Part;
using live::hls::RenditionReport;
using live::hls::Segment;
using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;

/// Segments from 100 on (files from 7000 on), the last three with four parts; of the next one two.
MediaPlaylist live_list(int whole = 10) {
  MediaPlaylist list;
  list.target_duration = 4s;
  list.media_sequence = 100;
  list.part_target = 1s;
  const auto part = [](int number, int index) {
    return Part{
        std::to_string(number) + "." + std::to_string(index) + ".m4s", 1s, index == 0, false, {}};
  };
  for (int i = 0; i < whole; ++i) {
    Segment segment;
    segment.uri = std::to_string(7000 + i) + ".m4s";
    segment.duration = 4s;
    segment.map = live::hls::Map{"init-7000.mp4", {}};
    for (int p = 0; i >= whole - 3 && p < 4; ++p)
      segment.parts.push_back(part(7000 + i, p));
    list.segments.push_back(segment);
  }
  list.parts = {part(7000 + whole, 0), part(7000 + whole, 1)};
  return list;
}

Directives asked(std::string_view query) {
  auto parsed = parse_directives(query);
  EXPECT_EQ(parsed.wrong, "") << query;
  return parsed;
}

TEST(Directives, AreTakenOutOfTheQuery) {
  const auto all = asked("token=a%20b&_HLS_msn=7&x&_HLS_part=3&_HLS_skip=v2&y=1");
  EXPECT_EQ(all.sequence, 7U);
  EXPECT_EQ(all.part, 3U);
  EXPECT_TRUE(all.skip);
  EXPECT_EQ(all.rest, "token=a%20b&x&y=1");
}

TEST(Directives, OfNoUseAreRefused) {
  for (const auto* query : {"_HLS_part=1", "_HLS_msn=", "_HLS_msn=-1", "_HLS_msn=1x", "_HLS_msn",
                            "_HLS_msn=99999999999999999999", "_HLS_msn=1&_HLS_part=a",
                            "_HLS_skip=no", "_HLS_skip", "_HLS_msn=1&_HLS_msn=1",
                            "_HLS_msn=1&_HLS_part=1&_HLS_part=2", "_HLS_skip=YES&_HLS_skip=YES"}) {
    EXPECT_NE(parse_directives(query).wrong, "") << query;
    EXPECT_EQ(parse_directives(std::string{query} + "&t=1").rest, "t=1") << query;
  }
}

TEST(Directives, ReservedNamesAreNotCarried) {
  EXPECT_EQ(asked("_HLS_report=a&t=1&_HLS_=&_HLS&_hls_x=1").rest, "t=1&_HLS&_hls_x=1");
}

TEST(Directives, WhatIsCarriedCannotBreakALine) {
  EXPECT_EQ(asked("a=\"\n<>#\x80").rest, "a=%22%0A%3C%3E%23%80");
  EXPECT_EQ(asked("{$a}=\\^`|[ ]\t").rest, "%7B$a%7D=%5C%5E%60%7C%5B%20%5D%09");
  EXPECT_EQ(asked("&&a=%2F/?b+c:@~&").rest, "a=%2F/?b+c:@~");
}

TEST(Readiness, IsThatOfTheSegment) {
  EXPECT_EQ(readiness(live_list(), asked("")), Readiness::ready);
  EXPECT_EQ(readiness(live_list(), asked("_HLS_msn=109")), Readiness::ready);
  EXPECT_EQ(readiness(live_list(), asked("_HLS_msn=3")), Readiness::ready);
  EXPECT_EQ(readiness(live_list(), asked("_HLS_msn=110")), Readiness::not_yet);
  EXPECT_EQ(readiness(live_list(), asked("_HLS_msn=111")), Readiness::not_yet);
  EXPECT_EQ(readiness(live_list(), asked("_HLS_msn=112")), Readiness::too_early);
}

TEST(Readiness, IsThatOfThePart) {
  EXPECT_EQ(readiness(live_list(), asked("_HLS_msn=110&_HLS_part=1")), Readiness::ready);
  EXPECT_EQ(readiness(live_list(), asked("_HLS_msn=110&_HLS_part=2")), Readiness::not_yet);
  EXPECT_EQ(readiness(live_list(), asked("_HLS_msn=110&_HLS_part=9")), Readiness::too_early);
  EXPECT_EQ(readiness(live_list(), asked("_HLS_msn=111&_HLS_part=0")), Readiness::not_yet);
}

TEST(Readiness, PartsMayBeAskedForAheadByThreeSecondsOfShortOnesElseByThree) {
  auto list = live_list();  // 110.1 is the last
  for (const auto& [part_target, last] :
       {std::pair<live::Us, int>{500ms, 7}, {334ms, 10}, {1s, 4}, {2s, 4}}) {
    list.part_target = part_target;
    const auto query = [&](int part) { return "_HLS_msn=110&_HLS_part=" + std::to_string(part); };
    EXPECT_EQ(readiness(list, asked(query(last))), Readiness::not_yet) << last;
    EXPECT_EQ(readiness(list, asked(query(last + 1))), Readiness::too_early) << last;
  }
}

TEST(Readiness, APartBeyondItsSegmentIsTheNextOnesFirst) {
  auto list = live_list();
  EXPECT_EQ(readiness(list, asked("_HLS_msn=109&_HLS_part=4")), Readiness::ready);
  list.parts.clear();
  EXPECT_EQ(readiness(list, asked("_HLS_msn=109&_HLS_part=3")), Readiness::ready);
  EXPECT_EQ(readiness(list, asked("_HLS_msn=109&_HLS_part=4")), Readiness::not_yet);
}

TEST(Readiness, AListThatTakesNoDirectivesHasAll) {
  auto list = live_list();
  EXPECT_TRUE(takes_directives(list));
  list.ended = true;
  EXPECT_FALSE(takes_directives(list));
  EXPECT_EQ(readiness(list, asked("_HLS_msn=999&_HLS_part=9")), Readiness::ready);
  list.ended = false;
  list.part_target.reset();
  EXPECT_FALSE(takes_directives(list));
  EXPECT_EQ(readiness(list, asked("_HLS_msn=999")), Readiness::ready);
}

TEST(NextPart, FollowsTheLastOne) {
  auto list = live_list();
  EXPECT_EQ(next_part(list), "7010.2.m4s");
  list.parts.clear();
  EXPECT_EQ(next_part(list), "7010.0.m4s");
  list.ended = true;
  EXPECT_EQ(next_part(list), std::nullopt);
}

TEST(Deliver, PromisesWhatAServerKeeps) {
  const auto text = deliver(live_list(), false, {{"../480p/index.m3u8", 110, 1}});
  EXPECT_THAT(text, HasSubstr("CAN-BLOCK-RELOAD=YES"));
  EXPECT_THAT(text, HasSubstr("CAN-SKIP-UNTIL=60"));
  EXPECT_THAT(text, HasSubstr("#EXT-X-PRELOAD-HINT:TYPE=PART,URI=\"7010.2.m4s\""));
  EXPECT_THAT(
      text,
      HasSubstr("#EXT-X-RENDITION-REPORT:URI=\"../480p/index.m3u8\",LAST-MSN=110,LAST-PART=1"));
}

// A hint says nothing of the discontinuity and the init segment that may precede the part: the list that has it does, and names an
// init segment that is there (§4.4.5.3, §6.2.6).
TEST(Deliver, HintsAtThePartAloneWhereTheInitSegmentChanges) {
  auto list = live_list();
  list.parts.clear();
  const auto before = deliver(list, false, {});
  EXPECT_THAT(before, HasSubstr("7009.m4s\n#EXT-X-PRELOAD-HINT:TYPE=PART,URI=\"7010.0.m4s\"\n"));
  EXPECT_THAT(before, Not(HasSubstr("TYPE=MAP")));

  list.parts = {Part{"7010.0.m4s", 1s, true, false, {}}};
  list.parts_discontinuity = true;
  list.parts_map = live::hls::Map{"init-7010.mp4", {}};
  for (const bool skip : {false, true}) {
    const auto behind = deliver(list, skip, {});
    EXPECT_THAT(behind,
                HasSubstr("7009.m4s\n#EXT-X-DISCONTINUITY\n#EXT-X-MAP:URI=\"init-7010.mp4\"\n"
                          "#EXT-X-PART:DURATION=1,URI=\"7010.0.m4s\",INDEPENDENT=YES\n"
                          "#EXT-X-PRELOAD-HINT:TYPE=PART,URI=\"7010.1.m4s\"\n"));
    EXPECT_THAT(carry_query(behind, "t=1"), HasSubstr("\"init-7010.mp4?t=1\""));
  }
}

TEST(Deliver, LeavesOutWhatTheViewerHas) {
  // 60 s from the end: 2 s of parts and 15 segments, of which the last is in part behind the boundary.
  const auto text = deliver(live_list(20), true, {});
  EXPECT_THAT(text, HasSubstr("#EXT-X-SKIP:SKIPPED-SEGMENTS=5"));
  EXPECT_THAT(text, HasSubstr("#EXT-X-MEDIA-SEQUENCE:100"));
  EXPECT_THAT(text, Not(HasSubstr("7004.m4s")));
  EXPECT_THAT(text, HasSubstr("7005.m4s"));
}

TEST(Deliver, AListOfLessThanAMinuteIsSentWhole) {
  EXPECT_EQ(deliver(live_list(), true, {}), deliver(live_list(), false, {}));
}

TEST(Deliver, TheSkipBoundaryIsSixTargetsWhereThatIsMore) {
  auto list = live_list();
  list.target_duration = 11s;
  EXPECT_THAT(deliver(list, false, {}), HasSubstr("CAN-SKIP-UNTIL=66"));
}

TEST(Deliver, DateRangesAreNotSkipped) {
  auto list = live_list(20);
  const std::string range = "#EXT-X-DATERANGE:ID=\"a\",START-DATE=\"2026-11-21T17:00:00Z\"";
  list.segments[1].others = {"#EXT-X-BITRATE:900", range};
  list.segments[5].others = {"# five"};
  const auto text = deliver(list, true, {});
  EXPECT_THAT(text, HasSubstr("SKIPPED-SEGMENTS=5"));
  EXPECT_THAT(text, HasSubstr(range + "\n"));
  EXPECT_THAT(text, Not(HasSubstr("BITRATE")));
  EXPECT_THAT(text, HasSubstr("# five"));
}

TEST(Deliver, AnEndedListPromisesNothing) {
  auto list = live_list();
  list.ended = true;
  const auto text = deliver(list, true, {{"../480p/index.m3u8", 110, 1}});
  for (const auto* tag : {"BLOCK", "SKIP", "HINT", "REPORT"})
    EXPECT_THAT(text, Not(HasSubstr(tag)));
}

TEST(Deliver, CarriesTheQueryOnEveryUri) {
  const auto text =
      carry_query(deliver(live_list(), false, {{"../480p/index.m3u8", 110, 1}}), "t=1");
  for (const auto* uri : {"\n7009.m4s?t=1\n", "\"init-7000.mp4?t=1\"", "\"7009.3.m4s?t=1\"",
                          "\"7010.2.m4s?t=1\"", "\"../480p/index.m3u8?t=1\""})
    EXPECT_THAT(text, HasSubstr(uri));
}

TEST(CarryQuery, OnlyToThisServer) {
  EXPECT_EQ(carry_query("#EXTM3U\r\n#EXT-X-KEY:METHOD=AES-128,URI=\"https://keys/1\",X-URI=\"a\"\n"
                        "https://other/x.ts\n//other/y.ts\nz.ts?v=1\n",
                        "t=1"),
            "#EXTM3U\n#EXT-X-KEY:METHOD=AES-128,URI=\"https://keys/1\",X-URI=\"a\"\n"
            "https://other/x.ts\n//other/y.ts\nz.ts?v=1&t=1\n");
}

TEST(Report, SaysWhereTheOtherStands) {
  auto list = live_list();
  EXPECT_EQ(report_of("u", list), (RenditionReport{"u", 110, 1}));
  list.parts.clear();
  EXPECT_EQ(report_of("u", list), (RenditionReport{"u", 109, 3}));
  list.segments.back().parts.clear();  // listed after a crash
  EXPECT_EQ(report_of("u", list), (RenditionReport{"u", 108, 3})) << "the last part there is";
  for (auto& segment : list.segments)
    segment.parts.clear();
  EXPECT_EQ(report_of("u", list), (RenditionReport{"u", 109, {}}));
}

}  // namespace
}  // namespace fmp4_httpd

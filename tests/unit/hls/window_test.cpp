#include "common/hls/window.hpp"

#include <string>
#include <variant>

#include <gtest/gtest.h>

namespace live::hls {
namespace {

using namespace std::chrono_literals;

MediaPlaylist fresh() {
  MediaPlaylist list;
  list.target_duration = 4s;
  list.media_sequence = 100;
  list.discontinuity_sequence = 7;
  return list;
}

void add(Window& window, int number, Us duration = 4s, bool discontinuity = false, int parts = 0) {
  Segment head;
  head.discontinuity = discontinuity;
  head.map = Map{"init.mp4", {}};
  window.open(head);
  for (int i = 0; i < parts; ++i)
    window.part(
        {std::to_string(number) + "." + std::to_string(i), duration / parts, false, false, {}});
  window.close(std::to_string(number), duration, false);
}

TEST(Window, MediaSequenceCountsWhatHasLeft) {
  Window window{{3, false}, fresh()};
  for (int i = 0; i < 5; ++i)
    add(window, i);
  EXPECT_EQ(window.list().media_sequence, 102U);
  EXPECT_EQ(window.list().segments.front().uri, "2");
  EXPECT_EQ(window.next_sequence(), 105U);
  const auto gone = window.take_gone();
  ASSERT_EQ(gone.segments.size(), 2U);
  EXPECT_EQ(gone.list_duration, 16s);
  EXPECT_TRUE(window.take_gone().segments.empty());
}

TEST(Window, ListsThreeTargetDurationsWhateverItsLength) {
  Window window{{3, false}, fresh()};
  for (int i = 0; i < 8; ++i)
    add(window, i, 2s);
  EXPECT_EQ(window.list().segments.size(), 6U);
}

TEST(Window, ADiscontinuityIsCountedWhenItsTagLeaves) {
  Window window{{3, false}, fresh()};
  add(window, 0);
  add(window, 1, 4s, true);
  add(window, 2);
  add(window, 3);
  EXPECT_EQ(window.list().discontinuity_sequence, 7U);
  EXPECT_EQ(discontinuities_at_end(window.list()), 8U);
  add(window, 4);
  EXPECT_EQ(window.list().discontinuity_sequence, 8U);
  EXPECT_EQ(discontinuities_at_end(window.list()), 8U);
}

TEST(Window, PartsStayForThreeTargetsBehindTheirSegment) {
  Window window{{10, false}, fresh()};
  for (int i = 0; i < 4; ++i)
    add(window, i, 4s, false, 4);
  EXPECT_TRUE(window.list().segments[0].parts.empty());
  EXPECT_EQ(window.list().segments[1].parts.size(), 4U);
  EXPECT_EQ(window.take_gone().parts.size(), 4U);
  window.open({});
  for (int i = 0; i < 3; ++i)
    window.part({"4." + std::to_string(i), 1s, false, false, {}});
  EXPECT_EQ(window.list().segments[1].parts.size(), 4U);
  window.part({"4.3", 1s, false, false, {}});
  EXPECT_TRUE(window.list().segments[1].parts.empty());
}

TEST(Window, AGapHasNoParts) {
  Window window{{10, false}, fresh()};
  window.open({});
  window.part({"0.0", 1s, true, false, {}});
  window.part({"0.1", 1s, false, true, {}});
  window.close("0", 4s, true);
  EXPECT_TRUE(window.list().segments[0].gap);
  EXPECT_TRUE(window.list().parts.empty());
  ASSERT_EQ(window.take_gone().parts.size(), 1U);  // the other one was never there
}

TEST(Window, WhatStandsBeforeASegmentStandsBeforeItsParts) {
  Window window{{10, false}, fresh()};
  add(window, 0);
  Segment head;
  head.discontinuity = true;
  head.map = Map{"other.mp4", {}};
  head.program_date_time = WallClock{1'700'000'000s};
  window.open(head);
  window.part({"1.0", 1s, true, false, {}});
  EXPECT_TRUE(window.list().parts_discontinuity);
  EXPECT_EQ(window.list().parts_map, head.map);
  EXPECT_EQ(window.list().parts_date_time, head.program_date_time);
  window.close("1", 1s, false);
  EXPECT_TRUE(window.list().segments[1].discontinuity);
  EXPECT_FALSE(window.list().parts_discontinuity);
  EXPECT_EQ(window.list().segments[1].parts.size(), 1U);
}

TEST(Window, ARecordingLosesNoSegment) {
  Window window{{3, true}, fresh()};
  for (int i = 0; i < 30; ++i)
    add(window, i, 4s, false, 2);
  EXPECT_EQ(window.list().segments.size(), 30U);
  EXPECT_EQ(window.list().media_sequence, 100U);
  EXPECT_EQ(window.take_gone().parts.size(), 54U);
}

TEST(Window, ALongListReadsAsAShortOneDoes) {
  for (const int count : {3, 60, 200}) {
    auto list = fresh();
    list.type = MediaPlaylist::Type::event;
    Window window{{3, true}, list};
    window.version(6);
    window.part_target(2s);
    for (int i = 0; i < count; ++i) {
      add(window, i, 4s, i % 7 == 0, 2);
      EXPECT_FALSE(window.text().empty());
    }
    Segment next;
    next.map = Map{"init.mp4", {}};
    window.open(next);
    window.part({"next.0", 2s, true, false, {}});
    EXPECT_EQ(window.text(), format(window.list()));
    EXPECT_EQ(std::get<MediaPlaylist>(parse_media_playlist(window.text())), window.list());
  }
}

TEST(Window, PromisesNothingThatOnlyAServerKeeps) {
  Window window{{10, false}, fresh()};
  window.part_target(500ms);
  const auto control = window.list().server_control.value();
  EXPECT_EQ(control.hold_back, Us{12s});
  EXPECT_EQ(control.part_hold_back, Us{1500ms});
  EXPECT_FALSE(control.can_block_reload || control.can_skip_until || control.can_skip_dateranges);
  window.part_target({});
  EXPECT_FALSE(window.list().server_control || window.list().part_target);
}

TEST(Window, PartsOfAnotherLengthLeave) {
  Window window{{10, false}, fresh()};
  window.part_target(1s);
  add(window, 0, 4s, false, 4);
  window.part_target(1s);
  EXPECT_EQ(window.list().segments[0].parts.size(), 4U);
  window.part_target(500ms);
  EXPECT_TRUE(window.list().segments[0].parts.empty());
  EXPECT_EQ(window.take_gone().parts.size(), 4U);
}

}  // namespace
}  // namespace live::hls

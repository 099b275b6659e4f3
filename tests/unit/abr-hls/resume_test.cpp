#include "tools/abr-hls/resume.hpp"

#include <algorithm>
#include <string>

#include <gtest/gtest.h>

namespace abr_hls {
namespace {

using namespace std::chrono_literals;
namespace hls = live::hls;
namespace tree = live::tree;

constexpr live::WallClock now{1'700'000'000s};
constexpr std::uint64_t now_ms = 1'700'000'000'000;

hls::Segment segment(std::uint64_t number) {
  hls::Segment out;
  out.uri = std::to_string(number) + ".m4s";
  out.duration = 4s;
  out.map = hls::Map{"init-1000.mp4", {}};
  out.program_date_time = now - 60s;
  return out;
}

/// Segments 1000 to 1000 + count, listed and in the journal.
FoundRendition rendition(const std::string& name, unsigned count) {
  FoundRendition out;
  out.name = name;
  out.journal_broadcast = "first";
  out.files = {"init-1000.mp4"};
  hls::MediaPlaylist list;
  list.target_duration = 4s;
  list.media_sequence = 500;
  list.discontinuity_sequence = 3;
  for (unsigned i = 0; i < count; ++i) {
    list.segments.push_back(segment(1000 + i));
    out.journal.push_back(list.segments.back());
    out.files.push_back(list.segments.back().uri);
  }
  out.list = std::move(list);
  return out;
}

Found found(std::vector<FoundRendition> renditions) {
  Found out;
  out.now = now;
  out.last_written = now - 10s;
  out.broadcasts = {"first"};
  out.renditions = std::move(renditions);
  tree::StreamRecord record;
  record.id = "first";
  record.started = now - 1h;
  out.record = record;
  return out;
}

const ResumeWish wish{60s, "offered", "random", tree::Container::fmp4};

const hls::MediaPlaylist& list_of(const Plan& plan, const std::string& name) {
  return *std::ranges::find(plan.renditions, name, &Plan::Rendition::name)->list;
}

std::vector<std::string> names(const std::vector<Plan::File>& files) {
  std::vector<std::string> out;
  for (const auto& file : files)
    out.push_back(file.rendition + "/" + file.name);
  return out;
}

TEST(Resume, AnEmptyFolderBeginsWithTheClock) {
  Found nothing;
  nothing.now = now;
  const auto plan = decide(nothing, wish);
  EXPECT_FALSE(plan.resumed);
  EXPECT_EQ(plan.id, "offered");
  EXPECT_EQ(plan.next_number, now_ms);
  EXPECT_EQ(plan.next_sequence, now_ms);
  EXPECT_EQ(plan.discontinuities, 0U);
}

TEST(Resume, TheListGoesOn) {
  const auto plan = decide(found({rendition("a", 5)}), wish);
  EXPECT_TRUE(plan.resumed);
  EXPECT_EQ(plan.id, "first");
  EXPECT_EQ(plan.started, now - 1h);
  EXPECT_EQ(plan.next_sequence, 505U);
  EXPECT_EQ(plan.discontinuities, 3U);
  EXPECT_EQ(plan.next_number, 1006U) << "players may wait for 1005";
  EXPECT_EQ(list_of(plan, "a").segments.size(), 5U);
  EXPECT_TRUE(plan.leftovers.empty() && plan.old.empty() && plan.joins.empty());
}

TEST(Resume, NumbersAreHigherThanAllThatWereUsed) {
  auto one = rendition("a", 2);
  one.files.push_back("1005.3.m4s");
  EXPECT_EQ(decide(found({one}), wish).next_number, 1007U);
  auto other = rendition("b", 2);
  other.journal.push_back(segment(2000));  // its file is gone
  EXPECT_EQ(decide(found({one, other}), wish).next_number, 2002U);
  other.files.push_back(
      "18446744073709551614.m4s");  // another's: behind it there is no number left
  EXPECT_EQ(decide(found({one, other}), wish).next_number, 2002U);
}

TEST(Resume, AfterTheEndAnotherBroadcastBegins) {
  auto one = rendition("a", 5);
  one.list->ended = true;
  one.list->segments[1].discontinuity = true;
  const auto plan = decide(found({one}), wish);
  EXPECT_FALSE(plan.resumed);
  EXPECT_EQ(plan.id, "offered");
  EXPECT_GT(plan.next_sequence, 504U);
  EXPECT_EQ(plan.discontinuities, 5U);
  EXPECT_EQ(plan.old.size(), 6U);
}

TEST(Resume, AfterTooLongAnotherBroadcastBegins) {
  auto late = found({rendition("a", 5)});
  late.last_written = now - 61s;
  EXPECT_FALSE(decide(late, wish).resumed);
  late.last_written = now - 60s;
  EXPECT_TRUE(decide(late, wish).resumed);
}

TEST(Resume, AnIdThatWasUsedIsNotUsedAgain) {
  auto ended = found({rendition("a", 5)});
  ended.record->state = tree::StreamRecord::State::ended;
  ended.broadcasts.insert("offered");
  EXPECT_EQ(decide(ended, wish).id, "random");
}

TEST(Resume, AnotherContainerIsAnotherBroadcast) {
  auto other = wish;
  other.container = tree::Container::ts;
  EXPECT_FALSE(decide(found({rendition("a", 5)}), other).resumed);
}

TEST(Resume, AnEventListDoesNotBecomeARollingOne) {
  auto recording = wish;
  recording.record = true;
  EXPECT_FALSE(decide(found({rendition("a", 5)}), recording).resumed);
  auto recorded = rendition("a", 5);
  recorded.list->type = hls::MediaPlaylist::Type::event;
  EXPECT_TRUE(decide(found({recorded}), recording).resumed);
  const auto plan = decide(found({recorded}), wish);
  EXPECT_FALSE(plan.resumed);
  EXPECT_EQ(plan.id, "offered");
  EXPECT_TRUE(plan.joins.empty());
}

TEST(Resume, KnowsTheIdOfAFurtherBroadcast) {
  const auto plan = decide(found({rendition("a", 5)}), wish);
  EXPECT_EQ(plan.id, "first");
  EXPECT_EQ(plan.next_id, "offered");
}

TEST(Resume, WithoutARecordTheJournalKnowsTheId) {
  auto lost = found({rendition("a", 5)});
  lost.record.reset();
  EXPECT_EQ(decide(lost, wish).id, "first");
}

TEST(Resume, DamagedFilesBecomeGaps) {
  auto one = rendition("a", 5);
  one.damaged = {"1003.m4s"};
  const auto plan = decide(found({one}), wish);
  for (int i = 0; i < 5; ++i)
    EXPECT_EQ(list_of(plan, "a").segments[static_cast<std::size_t>(i)].gap, i == 3);
  EXPECT_EQ(names(plan.old), std::vector<std::string>{"a/1003.m4s"});
}

TEST(Resume, WhatAnInitSegmentServedIsAGapWithoutIt) {
  auto one = rendition("a", 2);
  one.damaged = {"init-1000.mp4"};
  const auto plan = decide(found({one}), wish);
  EXPECT_TRUE(std::ranges::all_of(list_of(plan, "a").segments, &hls::Segment::gap));
}

TEST(Resume, ASegmentOfTheJournalThatIsNotListedYetIs) {
  auto one = rendition("a", 5);
  one.list->segments.pop_back();
  const auto plan = decide(found({one}), wish);
  EXPECT_EQ(plan.next_sequence, 505U);
  EXPECT_EQ(list_of(plan, "a").segments.back().uri, "1004.m4s");
  EXPECT_TRUE(plan.renditions[0].journal_lacks.empty());
}

TEST(Resume, ASegmentThatIsListedComesToTheJournal) {
  auto one = rendition("a", 5);
  one.journal.pop_back();
  const auto plan = decide(found({one}), wish);
  ASSERT_EQ(plan.renditions[0].journal_lacks.size(), 1U);
  EXPECT_EQ(plan.renditions[0].journal_lacks[0].uri, "1004.m4s");
}

TEST(Resume, PartsThatWereListedBecomeASegment) {
  auto one = rendition("a", 5);
  one.list->parts = {{"1005.0.m4s", 500ms, true, false, {}},
                     {"1005.1.m4s", 500ms, false, false, {}}};
  one.list->parts_map = hls::Map{"init-1000.mp4", {}};
  one.files.insert(one.files.end(), {"1005.0.m4s", "1005.1.m4s", "1005.2.m4s"});
  const auto plan = decide(found({one}), wish);
  ASSERT_EQ(plan.joins.size(), 1U);
  EXPECT_EQ(plan.joins[0].segment, "1005.m4s");
  EXPECT_EQ(plan.joins[0].parts.size(), 2U);
  const auto& last = list_of(plan, "a").segments.back();
  EXPECT_EQ(last.uri, "1005.m4s");
  EXPECT_EQ(last.duration, 1s);
  EXPECT_EQ(plan.next_sequence, 506U);
  EXPECT_EQ(plan.renditions[0].journal_lacks.size(), 1U);
  EXPECT_TRUE(list_of(plan, "a").parts.empty());
  EXPECT_EQ(names(plan.old), std::vector<std::string>{"a/1005.2.m4s"});
}

TEST(Resume, PartsThatAreDamagedBecomeAGap) {
  auto one = rendition("a", 5);
  one.list->parts = {{"1005.0.m4s", 500ms, true, false, {}},
                     {"1005.1.m4s", 500ms, false, false, {}}};
  one.damaged = {"1005.1.m4s"};
  const auto plan = decide(found({one}), wish);
  EXPECT_TRUE(plan.joins.empty());
  EXPECT_TRUE(list_of(plan, "a").segments.back().gap);
  EXPECT_EQ(plan.next_sequence, 506U);
}

TEST(Resume, ARenditionThatLacksTheLastSegmentsListsGaps) {
  auto behind = rendition("b", 5);
  behind.list->segments.resize(3);
  behind.journal.resize(3);
  const auto plan = decide(found({rendition("a", 5), behind}), wish);
  EXPECT_EQ(plan.next_sequence, 505U);
  const auto& list = list_of(plan, "b");
  ASSERT_EQ(list.segments.size(), 5U);
  EXPECT_FALSE(list.segments[2].gap);
  EXPECT_TRUE(list.segments[3].gap && list.segments[4].gap);
  EXPECT_EQ(list.segments[4].uri, "1004.m4s");
  EXPECT_EQ(plan.renditions[1].journal_lacks.size(), 2U);
}

TEST(Resume, PartsOfASegmentThatAnotherRenditionHasWholeBecomeAGap) {
  auto behind = rendition("b", 5);
  behind.list->segments.resize(3);
  behind.journal.resize(3);
  behind.list->parts = {{"1003.0.m4s", 500ms, true, false, {}}};
  behind.list->parts_map = hls::Map{"init-1000.mp4", {}};
  const auto plan = decide(found({rendition("a", 5), behind}), wish);
  EXPECT_TRUE(plan.joins.empty());
  const auto& list = list_of(plan, "b");
  ASSERT_EQ(list.segments.size(), 5U);
  EXPECT_TRUE(list.segments[3].gap && list.segments[3].parts.empty());
  EXPECT_EQ(list.segments[3].duration, 4s);
  ASSERT_EQ(plan.renditions[1].journal_lacks.size(), 2U);
  EXPECT_TRUE(plan.renditions[1].journal_lacks[0].gap);
}

TEST(Resume, AListThatWasLeftBehindLongAgoIsNotGoneOnWith) {
  auto old = rendition("b", 2);
  old.list->media_sequence = 5;
  const auto plan = decide(found({rendition("a", 5), old}), wish);
  EXPECT_FALSE(plan.renditions[1].list);
  EXPECT_EQ(plan.old.size(), 3U);
}

TEST(Resume, FilesThatNobodyWasToldOfGoAtOnce) {
  auto one = rendition("a", 5);
  one.files.insert(one.files.end(), {"1005.m4s", "1005.0.m4s", "900.m4s"});
  const auto plan = decide(found({one}), wish);
  EXPECT_EQ(names(plan.leftovers), (std::vector<std::string>{"a/1005.m4s", "a/1005.0.m4s"}));
  EXPECT_EQ(names(plan.old), std::vector<std::string>{"a/900.m4s"});
}

TEST(Resume, AListThatCannotBeReadBeginsAnew) {
  auto broken = rendition("b", 5);
  broken.list.reset();
  const auto plan = decide(found({rendition("a", 5), broken}), wish);
  EXPECT_TRUE(plan.resumed);
  EXPECT_FALSE(plan.renditions[1].list);
  EXPECT_EQ(plan.renditions[1].journal_broadcast, "first");
}

}  // namespace
}  // namespace abr_hls

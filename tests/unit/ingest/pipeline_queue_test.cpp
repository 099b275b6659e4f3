#include "common/ingest/pipeline_queue.hpp"

#include "tests/unit/ingest/media.hpp"

#include <algorithm>
#include <random>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace live::ingest {
namespace {

using test::buffer;
using test::gather;

/// Writes at most `bytes` of what is next.
std::string write(PipelineQueue& queue, std::size_t bytes = 1U << 30U, std::size_t pieces = 8) {
  std::string written;
  while (!queue.empty() && written.size() < bytes) {
    std::vector<iovec> into(pieces);
    std::string now;
    for (const auto& piece : std::span{into}.first(queue.peek(into)))
      now.append(static_cast<const char*>(piece.iov_base), piece.iov_len);
    now.resize(std::min(now.size(), bytes - written.size()));
    queue.wrote(now.size());
    written += now;
  }
  return written;
}

// An item takes 304 bytes beside its media.
constexpr std::size_t item = 304;

TEST(PipelineQueue, GivesHeadersOnceInFrontOfTheNextStart) {
  PipelineQueue queue{1 << 20};
  queue.header(buffer("[H]"), nullptr);
  queue.push(gather("lost"), false);
  queue.push(gather("K1 "), true);
  queue.push(gather("a "), false);
  queue.push(gather("K2 "), true);
  EXPECT_EQ(write(queue), "[H]K1 a K2 ");
  queue.header(buffer("[I]"), nullptr);
  queue.push(gather("b "), false);
  queue.push(gather("K3 "), true);
  EXPECT_EQ(write(queue), "b [I]K3 ");
  EXPECT_EQ(queue.counts().dropped_bytes, 0U) << "what comes before the first start does not count";
  EXPECT_EQ(queue.counts().bytes, 19U);
}

TEST(PipelineQueue, GivesTheChangeToWhoHasHadHeaders) {
  PipelineQueue queue{1 << 20};
  queue.header(buffer("[FLV 1]"), buffer("[1]"));
  queue.push(gather("K1 "), true);
  queue.header(buffer("[FLV 2]"), buffer("[2]"));
  queue.push(gather("K2 "), true);
  EXPECT_EQ(write(queue), "[FLV 1]K1 [2]K2 ");
  queue.begin_anew();
  queue.push(gather("K3 "), true);
  EXPECT_EQ(write(queue), "[FLV 2]K3 ");
}

TEST(PipelineQueue, DropsTheOldestGroupThatHasNotBeenBegun) {
  PipelineQueue queue{5 * (item + 2)};
  queue.header(buffer("[H]"), nullptr);
  queue.push(gather("K1"), true);
  queue.push(gather("a1"), false);
  EXPECT_EQ(write(queue, 4), "[H]K");
  queue.push(gather("K2"), true);
  queue.push(gather("a2"), false);
  queue.push(gather("K3"), true);
  queue.push(gather("a3"), false);
  EXPECT_EQ(queue.counts().dropped_gops, 1U);
  EXPECT_EQ(queue.counts().dropped_bytes, 4U);
  EXPECT_EQ(write(queue), "1a1K3a3");
}

TEST(PipelineQueue, DropsTheGroupThatGrowsWhenThereIsNoOther) {
  PipelineQueue queue{3 * (item + 2)};
  queue.push(gather("K1"), true);
  EXPECT_EQ(write(queue, 1), "K");
  queue.push(gather("K2"), true);
  queue.push(gather("a2"), false);
  queue.push(gather("b2"), false);
  queue.push(gather("c2"), false);
  EXPECT_EQ(queue.counts().dropped_gops, 1U);
  EXPECT_EQ(queue.counts().dropped_bytes, 8U);
  queue.push(gather("K3"), true);
  EXPECT_EQ(write(queue), "1K3");
}

TEST(PipelineQueue, AGroupThatWasBegunLosesItsEndAtMost) {
  PipelineQueue queue{3 * (item + 2)};
  queue.push(gather("K1"), true);
  EXPECT_EQ(write(queue, 1), "K");
  for (const char* piece : {"a1", "b1", "c1", "d1"})
    queue.push(gather(piece), false);
  queue.push(gather("K2"), true);
  queue.push(gather("a2"), false);
  EXPECT_EQ(queue.counts().dropped_gops, 2U) << "the end of the first, and the second";
  EXPECT_EQ(write(queue), "1a1b1");
  queue.push(gather("b2"), false);
  EXPECT_TRUE(queue.empty());
  queue.push(gather("K3"), true);
  EXPECT_EQ(write(queue), "K3");
}

TEST(PipelineQueue, KeepsTheHeadersOfWhatFollowsADrop) {
  PipelineQueue queue{3 * (item + 2)};
  queue.header(buffer("[1]"), nullptr);
  queue.push(gather("K1"), true);
  EXPECT_EQ(write(queue, 1), "[");
  queue.header(buffer("[2]"), nullptr);
  queue.push(gather("K2"), true);
  queue.push(gather("a2"), false);
  queue.push(gather("K3"), true);
  EXPECT_EQ(write(queue), "1]K1[2]K3");
}

TEST(PipelineQueue, TakesAPieceLargerThanItsLimitWhenEmpty) {
  PipelineQueue queue{10};
  queue.push(gather("K1 is longer than that"), true);
  EXPECT_EQ(write(queue), "K1 is longer than that");
}

TEST(PipelineQueue, CountsWhatItsItemsTake) {
  PipelineQueue queue{100'000};
  for (int i = 0; i < 100'000; ++i)
    queue.push(gather("x"), true);
  EXPECT_LE(queue.counts().queued, 100'000U / item);
}

TEST(PipelineQueue, BeginsAnewAtTheNextStart) {
  PipelineQueue queue{1 << 20};
  queue.header(buffer("[H]"), nullptr);
  for (const char* piece : {"K1", "a1", "b1"})
    queue.push(gather(piece), piece[0] == 'K');
  EXPECT_EQ(write(queue, 6), "[H]K1a");
  queue.push(gather("K2"), true);
  queue.push(gather("a2"), false);
  queue.begin_anew();
  EXPECT_EQ(queue.counts().dropped_gops, 1U);
  EXPECT_EQ(queue.counts().dropped_bytes, 4U);
  EXPECT_EQ(write(queue), "[H]K2a2");
  queue.begin_anew();
  EXPECT_EQ(queue.counts().dropped_gops, 2U) << "the rest of the second is lost";
  queue.push(gather("b2"), false);
  queue.push(gather("K3"), true);
  EXPECT_EQ(write(queue), "[H]K3");
}

TEST(PipelineQueue, BeginningAnewCostsNothingThatWasNotBegun) {
  PipelineQueue queue{1 << 20};
  queue.push(gather("K1"), true);
  queue.begin_anew();
  queue.begin_anew();
  EXPECT_EQ(write(queue), "K1");
  EXPECT_EQ(queue.counts().dropped_gops, 0U);
}

/// Pieces are "K<group>." and "p<group>-<number>."; headers "[<group>]" in front of every fifth group.
class Story {
 public:
  void publish(PipelineQueue& queue) {
    const bool start = number_ == 0;
    if (start && group_ % 5 == 0) queue.header(buffer(fmt::format("[{}]", group_)), nullptr);
    queue.push(
        gather(start ? fmt::format("K{}.", group_) : fmt::format("p{}-{}.", group_, number_)),
        start);
    if (++number_ == 8) {
      ++group_;
      number_ = 0;
    }
  }
  /// "" or what is wrong with what a reader got.
  static std::string judge(std::string_view got);

 private:
  int group_ = 0, number_ = 0;
};

std::string Story::judge(std::string_view got) {
  int group = -1, next = 0, header = -1;
  while (!got.empty()) {
    const auto end = got.find(got[0] == '[' ? ']' : '.');
    if (got[0] == '[') {
      header = std::stoi(std::string{got.substr(1, end - 1)});
    } else if (got[0] == 'K') {
      const int now = std::stoi(std::string{got.substr(1, end - 1)});
      if (now <= group) return "a group goes back";
      if (header != now / 5 * 5) return fmt::format("group {} has the header {}", now, header);
      group = now;
      next = 1;
    } else if (got[0] == 'p') {
      const auto wanted = fmt::format("p{}-{}.", group, next++);
      if (!got.starts_with(wanted)) return wanted + " is missing";
    } else {
      return fmt::format("cut at {}", got.substr(0, 20));
    }
    got.remove_prefix(end + 1);
  }
  return {};
}

TEST(PipelineQueue, WhateverHappensAReaderGetsWholeGroupsFromTheirStart) {
  std::mt19937 random{7};
  for (int round = 0; round < 80; ++round) {
    PipelineQueue queue{(item + 8) * (3 + random() % 40)};
    Story story;
    std::string got;
    for (int step = 0; step < 500; ++step) {
      for (auto pieces = random() % 12; pieces > 0; --pieces)
        story.publish(queue);
      got += write(queue, random() % 60, 1 + random() % 5);
      if (random() % 100 != 0) continue;
      // It dies in the middle of something: what it got whole was right.
      queue.begin_anew();
      got.resize(got.find_last_of(".]") + 1);
      ASSERT_EQ(Story::judge(got), "") << got;
      got.clear();
    }
    got += write(queue);
    ASSERT_EQ(Story::judge(got), "") << got;
    EXPECT_EQ(queue.counts().queued, 0U);
  }
}

}  // namespace
}  // namespace live::ingest

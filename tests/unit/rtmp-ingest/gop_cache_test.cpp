#include "tools/rtmp-ingest/gop_cache.hpp"

#include "tests/unit/rtmp-ingest/players.hpp"

#include <algorithm>
#include <string>

namespace rtmp_ingest {
namespace {

using test::Script;

class GopCacheTest : public testing::Test {
 protected:
  void video(bool key) {
    cache_.push(script_.video(key));
    cache_.push(script_.audio());
    ++script_.next;
  }
  /// "v0@0! a0@5": what it holds; '!' behind a start.
  std::string take() {
    std::string text;
    cache_.take([&](const Passed& passed) {
      const auto& payload = passed.message.payload;
      std::string name{live::as_text(payload)};
      name.erase(std::min(name.find('.'), name.size()));
      text += fmt::format("{}{}@{}{}", text.empty() ? "" : " ", name, passed.message.timestamp,
                          passed.start ? "!" : "");
      last_ = passed;
    });
    return text;
  }
  Script script_;
  GopCache cache_{300'000};
  Passed last_;
};

TEST_F(GopCacheTest, HoldsWhatCameSinceTheNewestStart) {
  video(false);
  EXPECT_EQ(cache_.bytes(), 0U) << "nothing to begin with";
  video(true);
  video(false);
  video(true);
  video(false);
  EXPECT_EQ(take(), "v3@120! a3@125 v4@160 a4@165");
  EXPECT_EQ(take(), "");
}

TEST_F(GopCacheTest, GivesMessagesBackAsTheyWere) {
  script_.size = 100'000;  // larger than a block
  video(true);
  auto passed = script_.video(false);
  passed.preface = test::preface("other", "avc");
  cache_.push(passed);
  EXPECT_EQ(take(), "v0@0! a0@5 v1@40");
  EXPECT_EQ(last_.message.payload, passed.message.payload);
  EXPECT_EQ(last_.message.type, live::rtmp::MessageType::video);
  EXPECT_EQ(last_.preface, passed.preface);
  EXPECT_EQ(last_.arrived, passed.arrived);
}

TEST_F(GopCacheTest, WhatGrowsBeyondTheLimitIsOfNoMoreUse) {
  script_.size = 100'000;
  video(true);
  video(false);
  EXPECT_GT(cache_.bytes(), 200'000U);
  video(false);
  video(false);
  EXPECT_EQ(cache_.bytes(), 0U);
  video(true);
  EXPECT_EQ(take(), "v4@160! a4@165");
}

}  // namespace
}  // namespace rtmp_ingest

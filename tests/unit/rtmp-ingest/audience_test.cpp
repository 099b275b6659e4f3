#include "tools/rtmp-ingest/audience.hpp"

#include "tests/unit/rtmp-ingest/players.hpp"

#include <list>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rtmp_ingest {
namespace {

using test::at;
using test::Player;
using test::Script;
using ::testing::HasSubstr;
using ::testing::StartsWith;

class AudienceTest : public testing::Test {
 protected:
  void frames(int count, int gop) {
    for (int i = 0; i < count; ++i) {
      audience_.push(script_.video(script_.next % gop == 0), script_.now());
      audience_.push(script_.audio(), script_.now() + live::Ms{5});
      ++script_.next;
    }
  }
  Player& join(int send_buffer = 0) {
    auto& player = players_.emplace_back(io_, send_buffer);
    audience_.join(player.sender(), [this, &player] { blocked_.push_back(&player); });
    return player;
  }

  live::asio::io_context io_{1};
  Script script_;
  Audience audience_{1U << 20U, {live::Ms{2'000}, 1U << 20U}};
  std::list<Player> players_;
  std::vector<Player*> blocked_;  ///< in the order of the calls
};

TEST_F(AudienceTest, EveryPlayerGetsEveryMessage) {
  for (int i = 0; i < 20; ++i)
    join();
  frames(3, 50);
  audience_.tick(script_.now());
  for (auto& player : players_)
    EXPECT_EQ(player.read(), "meta@0 avc@0 aac@0 v0@0 a0@5 v1@40 a1@45 v2@80 a2@85");
  EXPECT_EQ(audience_.counts().players, 20U);
  EXPECT_TRUE(blocked_.empty());
}

TEST_F(AudienceTest, WhoJoinsLaterBeginsAtTheNewestStart) {
  frames(7, 5);
  auto& player = join();
  EXPECT_EQ(player.read(), "");
  player->pump(script_.now());
  EXPECT_THAT(player.read(), StartsWith("meta@200 avc@200 aac@200 v5@200"));
}

TEST_F(AudienceTest, PlayersComeAndGo) {
  frames(3, 5);
  auto& first = join();
  frames(1, 5);
  EXPECT_EQ(first.read(), "meta@0 avc@0 aac@0 v0@0 a0@5 v1@40 a1@45 v2@80 a2@85 v3@120");
  audience_.leave(first.sender());
  frames(1, 5);  // the GOP of the one who left is still there
  auto& second = join();
  second->pump(script_.now());
  EXPECT_THAT(second.read(), HasSubstr("v3@120 a3@125 v4@160 a4@165"));
  audience_.leave(second.sender());
  frames(3, 5);
  auto& third = join();
  third->pump(script_.now());
  EXPECT_THAT(third.read(), StartsWith("meta@200 avc@200 aac@200 v5@200 a5@205 v6@240"));
  frames(2, 5);
  EXPECT_EQ(third.read(), "v8@320 a8@325 v9@360");
}

TEST_F(AudienceTest, AudioTravelsWithTheNextVideo) {
  auto& player = join();
  audience_.push(script_.video(true), at(0));
  EXPECT_THAT(player.read(), HasSubstr("v0@0"));
  audience_.push(script_.audio(), at(10));
  EXPECT_EQ(player.read(), "");
  ++script_.next;
  audience_.push(script_.video(false), at(40));
  EXPECT_EQ(player.read(), "a0@5 v1@40");
}

TEST_F(AudienceTest, ButDoesNotWaitForLong) {
  auto& player = join();
  audience_.push(script_.video(true), at(0));
  player.read();
  const auto audio_at = [&](int ms) {
    auto passed = script_.audio();
    passed.arrived = at(ms);
    audience_.push(passed, at(ms));
  };
  audio_at(10);
  audio_at(49);
  EXPECT_EQ(player.read(), "");
  audio_at(50);
  EXPECT_EQ(player.read(), "a0@5 a0@5 a0@5");
  audio_at(89);
  EXPECT_EQ(player.read(), "") << "the others are out";
}

TEST_F(AudienceTest, WithoutVideoAudioIsGatheredToo) {
  script_.preface = test::preface("meta", "");
  auto& player = join();
  for (; script_.next < 3; ++script_.next)
    audience_.push(script_.audio(true), script_.now());
  audience_.tick(script_.now());
  EXPECT_EQ(player.read(), "meta@45 aac@45 a1@45 a2@85");
}

TEST_F(AudienceTest, WhatWaitsLeavesWithTheSource) {
  auto& player = join();
  frames(1, 50);
  EXPECT_EQ(player.read(), "meta@0 avc@0 aac@0 v0@0");
  audience_.source_left(at(50));
  EXPECT_EQ(player.read(), "a0@5");
  auto& late = join();
  late->pump(at(60));
  EXPECT_EQ(late.read(), "") << "nobody begins at what a publisher left behind";
  ++script_.next;
  frames(1, 1);
  audience_.tick(script_.now());
  EXPECT_THAT(late.read(), HasSubstr("v2@80"));
}

TEST_F(AudienceTest, ASlowPlayerCostsTheOthersNothingAndIsToldOfOnce) {
  script_.size = 3'000;
  auto& slow = join(4'096);
  auto& quick = join();
  std::string text;
  for (int i = 0; i < 200; ++i) {
    frames(1, 50);
    text += quick.read() + ' ';
  }
  EXPECT_THAT(text, HasSubstr("v199@7960"));
  EXPECT_EQ(quick->skips(), 0U);
  EXPECT_EQ(blocked_, std::vector<Player*>{&slow});
  EXPECT_THAT(slow.read_on(script_.now()), HasSubstr("v150@6000 a150@6005 v151@6040"));
  EXPECT_FALSE(slow->blocked());
  EXPECT_EQ(audience_.counts().skips, 1U);
  EXPECT_GT(audience_.counts().skipped, 200U);
}

TEST_F(AudienceTest, TheRingKeepsNoMoreThanAGopForPlayersThatKeepUp) {
  script_.size = 1'000;
  auto& player = join();
  for (int i = 0; i < 300; ++i) {
    frames(1, 25);
    player.read();
  }
  EXPECT_LT(audience_.memory(), 25U * 1'100U);
}

TEST_F(AudienceTest, ThoseInTheMiddleOfManyOldMessagesMustLetGo) {
  script_.size = 400'000;
  Audience small{1'000'000, {live::Ms{2'000}, 1U << 20U}};
  std::vector<Player*> ended;
  for (int i = 0; i < 8; ++i) {
    auto& player = players_.emplace_back(io_);
    small.join(player.sender(), [&ended, &player] { ended.push_back(&player); });
    small.push(script_.video(true), script_.now());
    ++script_.next;
    EXPECT_LE(small.memory(), 2'000'000U + 400'000U);
  }
  EXPECT_EQ(players_.front()->ending(), Sender::Ending::held_too_much);
  EXPECT_EQ(players_.back()->ending(), Sender::Ending::none);
  EXPECT_EQ(std::ranges::count(ended, &players_.front()), 2) << "blocked, later ended";
}

TEST_F(AudienceTest, WhoHasLeftIsToldOfAndCountedOn) {
  auto& player = join();
  frames(2, 50);
  const auto bytes = audience_.counts().bytes;
  EXPECT_GT(bytes, 40U);
  player.hang_up();
  frames(1, 50);
  ASSERT_EQ(blocked_, std::vector<Player*>{&player});
  EXPECT_EQ(player->ending(), Sender::Ending::left);
  audience_.leave(player.sender());
  frames(1, 50);
  EXPECT_EQ(blocked_.size(), 1U);
  EXPECT_EQ(audience_.counts().players, 0U);
  EXPECT_EQ(audience_.counts().bytes, bytes);
}

TEST_F(AudienceTest, PlayersMayLeaveAndComeInAnswer) {
  for (int i = 0; i < 10; ++i) {
    auto& player = players_.emplace_back(io_);
    audience_.join(player.sender(), [this, &player] {
      audience_.leave(player.sender());
      join();
      // And another that is to be told of.
      for (auto& other : players_) {
        if (&other == &player || other->ending() == Sender::Ending::none) continue;
        audience_.leave(other.sender());
        break;
      }
    });
    player.hang_up();
  }
  frames(2, 50);
  EXPECT_EQ(audience_.counts().players, players_.size() - 10);
  for (auto& player : players_) {
    if (player->ending() == Sender::Ending::none) {
      EXPECT_THAT(player.read(), HasSubstr("v1@40"));
    }
  }
}

TEST_F(AudienceTest, AStalledPlayerIsToldOf) {
  script_.size = 400'000;
  auto& player = join();
  frames(1, 50);
  ASSERT_EQ(blocked_.size(), 1U);
  audience_.tick(at(1'000));
  EXPECT_EQ(player->ending(), Sender::Ending::none);
  audience_.tick(at(11'500));
  EXPECT_EQ(blocked_.size(), 2U);
  EXPECT_EQ(player->ending(), Sender::Ending::stalled);
}

}  // namespace
}  // namespace rtmp_ingest

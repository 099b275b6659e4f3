#include "tools/rtmp-ingest/sender.hpp"

#include "common/net/spawn.hpp"
#include "tests/support/tls.hpp"
#include "tests/unit/rtmp-ingest/players.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rtmp_ingest {
namespace {

using test::at;
using test::Player;
using test::Script;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class SenderTest : public testing::Test {
 protected:
  /// Frames of a GOP's length each begin with a key frame; `count` frames with their audio.
  void frames(int count, int gop) {
    for (int i = 0; i < count; ++i) {
      push(script_.video(script_.next % gop == 0));
      push(script_.audio());
      ++script_.next;
    }
  }
  void push(Passed passed) {
    ring_.push(std::make_shared<const Item>(make_item(std::move(passed))));
  }

  live::asio::io_context io_{1};
  Script script_;
  Ring ring_{1U << 20U};
  live::Patience patience_{live::Ms{2'000}, 1U << 20U};
};

TEST_F(SenderTest, SaysWordsAndTakesThem) {
  Player player{io_};
  player.say("hello", at(0));
  EXPECT_EQ(player.read(), "hello@0");
  EXPECT_TRUE(player->empty());
  EXPECT_FALSE(player->blocked());
  EXPECT_EQ(player->bytes(), 12U + 5U);
}

TEST_F(SenderTest, APlayerBeginsAtTheNewestStartWithThePrefaceStampedLikeIt) {
  frames(7, 5);
  Player player{io_};
  player->play(ring_, patience_);
  player->pump(script_.now());
  EXPECT_EQ(player.read(), "meta@200 avc@200 aac@200 v5@200 a5@205 v6@240 a6@245");
  EXPECT_TRUE(player->empty());
}

TEST_F(SenderTest, MessagesGoOutOnChunkStreamsOfTheirOwnOnMessageStream1) {
  frames(1, 5);
  Player player{io_};
  player->play(ring_, patience_);
  player->pump(script_.now());
  for (const auto& message : player.take()) {
    EXPECT_EQ(message.stream, 1U);
    const auto expected = message.type == live::rtmp::MessageType::audio   ? 4U
                          : message.type == live::rtmp::MessageType::video ? 6U
                                                                           : 5U;
    EXPECT_EQ(message.chunk_stream, expected);
  }
}

TEST_F(SenderTest, WithoutAStartItWaitsForTheNext) {
  push(script_.video(false));
  Player player{io_};
  player->play(ring_, patience_);
  player->pump(script_.now());
  EXPECT_EQ(player.read(), "");
  ++script_.next;
  frames(1, 1);
  player->pump(script_.now());
  EXPECT_THAT(player.read(), StartsWith("meta@40 avc@40 aac@40 v1@40"));
}

TEST_F(SenderTest, WordsComeBeforeTheMediaThatTheyAnnounce) {
  frames(1, 5);
  Player player{io_};
  player->play(ring_, patience_);
  player.say("start", script_.now());
  EXPECT_THAT(player.read(), StartsWith("start@0 meta@0 avc@0"));
}

TEST_F(SenderTest, WordsGoBetweenMessages) {
  script_.size = 400'000;
  frames(2, 5);
  Player player{io_};
  player->play(ring_, patience_);
  player->pump(script_.now());
  EXPECT_TRUE(player->blocked()) << "in the middle of a message";
  player.say("ping", script_.now());
  EXPECT_EQ(player.read_on(script_.now()), "meta@0 avc@0 aac@0 v0@0 ping@0 a0@5 v1@40 a1@45");
}

TEST_F(SenderTest, EveryByteArrivesThroughATinySocketInPiecesOfAnySize) {
  script_.size = 3'000;
  frames(60, 20);
  for (const std::size_t step : {1, 7, 997, 4096, 70'000}) {
    Player player{io_, 4'096};
    player->play(ring_, patience_);
    player->pump(script_.now());
    std::string text;
    for (int round = 0; text.find("a59@2365") == std::string::npos; ++round) {
      ASSERT_LT(round, 200'000) << text;
      const auto more = player.read(step);
      if (!more.empty()) text += more + ' ';
      if (round % 1'000 == 0) player.say("w", script_.now());
      player->pump(script_.now());
    }
    std::string expected = "meta@1600 avc@1600 aac@1600 ";
    for (int i = 40; i < 60; ++i)
      expected += fmt::format("v{0}@{1} a{0}@{2} ", i, i * 40, i * 40 + 5);
    for (std::size_t w = 0; (w = text.find("w@0 ", w)) != std::string::npos;)
      text.erase(w, 4);
    EXPECT_EQ(text, expected) << "in steps of " << step;
  }
}

live::awaitable<void> shake_hands(live::net::Link& link) {
  EXPECT_EQ(co_await link.handshake(std::chrono::seconds{20}), "");
}

TEST_F(SenderTest, EveryByteArrivesThroughTls) {
  script_.size = 30'000;
  frames(60, 20);
  std::array<int, 2> pair{};
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair.data()), 0);
  live::test::TlsClient client{pair[1]};
  live::Socket socket{io_};
  socket.assign({AF_UNIX, 0}, pair[0]);
  live::net::Link link{std::move(socket), live::test::server_context()};
  live::net::spawn(io_, "handshake", shake_hands(link));
  bool connected = false;
  for (int i = 0; i < 1'000 && !io_.stopped(); ++i) {
    connected = connected || client.connects();
    io_.run_for(std::chrono::milliseconds{1});
  }
  Sender sender{link};
  sender.play(ring_, patience_);
  std::string bytes;
  int blocked = 0;
  for (int round = 0; round < 10'000 && (round < 100 || !sender.empty()); ++round) {
    sender.pump(script_.now());
    blocked += sender.blocked() ? 1 : 0;
    auto words = test::command("w");
    sender.say(words, script_.now());
    if (round % 3 == 0) client.read_to(bytes);
  }
  client.read_to(bytes);
  EXPECT_GT(blocked, 1);
  EXPECT_TRUE(sender.empty());
  std::vector<live::rtmp::Message> got;
  auto reader = test::player_reader();
  EXPECT_FALSE(reader.feed(live::as_bytes(bytes), got));
  std::string text;
  for (const auto& message : got) {
    if (message.type == live::rtmp::MessageType::video)
      text += fmt::format("{} ", message.timestamp / 40);
  }
  std::string expected = "40 ";
  for (int i = 40; i < 60; ++i)
    expected += fmt::format("{} ", i);
  EXPECT_EQ(text, expected) << "the sequence header, then every frame";
}

TEST_F(SenderTest, AMessageOfManyChunksIsWholeInTheEnd) {
  script_.size = 12'000'000;
  Ring large{64U << 20U};
  large.push(std::make_shared<const Item>(make_item(script_.video(true))));
  Player player{io_};
  player->play(large, patience_);
  player->pump(script_.now());
  std::size_t bytes = 0;
  while (player->blocked()) {
    for (const auto& message : player.take())
      bytes += message.payload.size();
    player->pump(script_.now());
  }
  for (const auto& message : player.take())
    bytes += message.payload.size();
  EXPECT_EQ(bytes, 12'000'000U + 4 + 3 + 3);
}

TEST_F(SenderTest, ASlowPlayerSkipsToTheNewestStart) {
  script_.size = 3'000;
  frames(40, 50);
  Player player{io_, 4'096};
  player->play(ring_, patience_);
  player->pump(script_.now());
  ASSERT_TRUE(player->blocked());
  frames(80, 50);
  const auto text = player.read_on(script_.now());
  EXPECT_THAT(text, StartsWith("meta@0 avc@0 aac@0 v0@0 "));
  EXPECT_THAT(text, HasSubstr(" v100@4000 a100@4005 v101@4040"))
      << "and no preface: it is the same";
  EXPECT_THAT(text, Not(HasSubstr(" v99@")));
  EXPECT_THAT(text, Not(HasSubstr(" v39@")));
  EXPECT_EQ(player->skips(), 1U);
  EXPECT_GT(player->skipped(), 160U);
}

TEST_F(SenderTest, ReviewLetsTheRingForgetWhatABlockedPlayerWillNotGet) {
  script_.size = 3'000;
  frames(40, 50);
  Player player{io_, 4'096};
  player->play(ring_, patience_);
  player->pump(script_.now());
  frames(80, 50);
  EXPECT_LT(player->needs(), 20U);
  player->review(script_.now());
  EXPECT_EQ(player->needs(), ring_.end());
}

TEST_F(SenderTest, WhatChangedInThePrefaceIsToldBeforeTheItemThatNeedsIt) {
  frames(2, 50);
  Player player{io_};
  player->play(ring_, patience_);
  player->pump(script_.now());
  player.read();
  script_.preface = test::preface("meta", "avc of another size");
  frames(1, 1);
  frames(1, 50);
  player->pump(script_.now());
  EXPECT_EQ(player.read(), "avc of another size@80 v2@80 a2@85 v3@120 a3@125");
}

TEST_F(SenderTest, SeveralPrefacesAtOnceEachStandBeforeTheirItems) {
  Player player{io_};
  player->play(ring_, patience_);
  frames(1, 1);
  script_.preface = test::preface("meta", "avc 2");
  frames(1, 50);
  script_.preface = test::preface("meta 2", "avc 2");
  frames(1, 50);
  player->pump(script_.now());
  EXPECT_EQ(player.read(),
            "meta@0 avc@0 aac@0 v0@0 a0@5 avc 2@40 v1@40 a1@45 meta 2@80 v2@80 a2@85");
}

TEST_F(SenderTest, APausedPlayerGetsNothingAndGoesOnAtAStartThatItHasNotHad) {
  frames(3, 50);
  Player player{io_};
  player->play(ring_, patience_);
  player->pump(script_.now());
  player.read();
  player->pause(true);
  frames(2, 50);
  player->pump(script_.now());
  player.say("pong", script_.now());
  EXPECT_EQ(player.read(), "pong@0");
  EXPECT_GT(player->needs(), ring_.end());
  EXPECT_TRUE(player->empty());
  player->pause(false);
  player->pump(script_.now());
  EXPECT_EQ(player.read(), "") << "the GOP that it left is not shown again";
  frames(1, 1);
  player->pump(script_.now());
  EXPECT_EQ(player.read(), "v5@200 a5@205");
  EXPECT_EQ(player->skips(), 0U);
}

TEST_F(SenderTest, APauseDoesNotCutAMessage) {
  script_.size = 400'000;
  frames(1, 50);
  Player player{io_};
  player->play(ring_, patience_);
  player->pump(script_.now());
  EXPECT_TRUE(player->blocked());
  player->pause(true);
  EXPECT_EQ(player.read_on(script_.now()), "meta@0 avc@0 aac@0 v0@0");
}

TEST_F(SenderTest, NorDoesTheEndOfPlaying) {
  script_.size = 400'000;
  Player player{io_};
  {
    Ring gone{1U << 20U};
    gone.push(std::make_shared<const Item>(make_item(script_.video(true))));
    player->play(gone, patience_);
    player->pump(script_.now());
    player->stop_playing();
  }
  player.say("over", script_.now());
  EXPECT_EQ(player.read_on(script_.now()), "meta@0 avc@0 aac@0 v0@0 over@0");
  EXPECT_TRUE(player->empty());
}

TEST_F(SenderTest, WithoutAudioOnlyVideo) {
  Player player{io_};
  player->play(ring_, patience_);
  player->receive(live::rtmp::MessageType::audio, false);
  frames(2, 50);
  player->pump(script_.now());
  EXPECT_EQ(player.read(), "meta@0 avc@0 aac@0 v0@0 v1@40");
  player->receive(live::rtmp::MessageType::audio, true);
  frames(1, 50);
  player->pump(script_.now());
  EXPECT_EQ(player.read(), "v2@80 a2@85");
}

TEST_F(SenderTest, VideoComesBackWithAKeyFrame) {
  Player player{io_};
  player->play(ring_, patience_);
  player->receive(live::rtmp::MessageType::video, false);
  frames(2, 3);
  player->pump(script_.now());
  EXPECT_EQ(player.read(), "meta@0 avc@0 aac@0 a0@5 a1@45");
  player->receive(live::rtmp::MessageType::video, true);
  frames(3, 3);
  player->pump(script_.now());
  EXPECT_EQ(player.read(), "a2@85 v3@120 a3@125 v4@160 a4@165");
}

TEST_F(SenderTest, APlayerThatTakesNothingIsStalled) {
  script_.size = 400'000;
  frames(1, 50);
  Player player{io_};
  player->play(ring_, patience_);
  player->pump(at(0));
  ASSERT_TRUE(player->blocked());
  player->tick(at(1'000));
  player->tick(at(10'900));
  EXPECT_EQ(player->ending(), Sender::Ending::none);
  player.read(100'000);
  player->tick(at(11'100));
  EXPECT_EQ(player->ending(), Sender::Ending::none) << "it has read a little";
  player->tick(at(21'000));
  EXPECT_EQ(player->ending(), Sender::Ending::none);
  player->tick(at(21'101));
  EXPECT_EQ(player->ending(), Sender::Ending::stalled);
}

TEST_F(SenderTest, AnIdleStreamStallsNobody) {
  frames(1, 50);
  Player player{io_};
  player->play(ring_, patience_);
  player->pump(at(0));
  player->tick(at(60'000));
  EXPECT_EQ(player->ending(), Sender::Ending::none);
}

TEST_F(SenderTest, WhoAsksWithoutReadingIsFlooded) {
  Player player{io_, 4'096};
  const std::string answer(1'000, 'x');
  int said = 0;
  while (player->ending() == Sender::Ending::none && said < 10'000) {
    player.say(answer, at(0));
    ++said;
  }
  EXPECT_EQ(player->ending(), Sender::Ending::flooded);
  EXPECT_GT(said * 1'012, 256 << 10);
  EXPECT_FALSE(player->blocked()) << "there is nothing to wait for";
}

TEST_F(SenderTest, ManyWordsThatAreReadAreNoFlood) {
  Player player{io_};
  for (int i = 0; i < 10'000; ++i) {
    player.say(std::string(1'000, 'x'), at(0));
    player.take();
  }
  EXPECT_EQ(player->ending(), Sender::Ending::none);
  EXPECT_TRUE(player->empty());
}

TEST_F(SenderTest, APeerThatHasLeftIsNoticed) {
  Player player{io_};
  player.hang_up();
  player.say("anybody?", at(0));
  EXPECT_EQ(player->ending(), Sender::Ending::left);
  player.say("hello?", at(0));
  player->pump(at(1));
  player->tick(at(60'000));
  EXPECT_EQ(player->ending(), Sender::Ending::left);
}

}  // namespace
}  // namespace rtmp_ingest

#include "tests/support/bytes.hpp"
#include "tests/unit/rtmp/session_peer.hpp"

#include <gtest/gtest.h>

namespace live::rtmp {
namespace {

using namespace test;  // NOLINT(google-build-using-namespace)
using Lines = std::vector<std::string>;

Lines feed(Wire& wire, Answers& answers, const Buffer& in) {
  std::vector<Message> messages;
  EXPECT_FALSE(wire.feed(in, messages));
  return answers.lines(wire.out());
}

TEST(Wire, AcknowledgesByThePeersWindow) {
  Wire wire{ChunkLimits{}};
  Answers answers;
  EXPECT_EQ(
      feed(wire, answers, message(MessageType::window_size, live::test::bytes("000003e8"), 0)),
      Lines{});  // 1000 bytes, of which 16 have come
  EXPECT_EQ(feed(wire, answers, message(MessageType::audio, Buffer(116))), Lines{});  // 144
  Lines acknowledgements;
  for (int i = 0; i < 10; ++i)
    for (const auto& line : feed(wire, answers, message(MessageType::audio, Buffer(116))))
      acknowledgements.push_back(line);
  EXPECT_EQ(acknowledgements, (Lines{"ack 528", "ack 1040"}));
}

TEST(Wire, AcknowledgesWithoutBeingAskedAfterTheDefault) {
  Wire wire{ChunkLimits{}};
  std::vector<Message> messages;
  const auto one = message(MessageType::audio, Buffer(100'000), 1, 0, our_chunk_bytes);
  EXPECT_FALSE(
      wire.feed(message(MessageType::set_chunk_size, live::test::bytes("0000ea60"), 0), messages));
  for (int i = 0; i < 12; ++i)
    EXPECT_FALSE(wire.feed(one, messages));
  EXPECT_TRUE(wire.out().empty());
  EXPECT_FALSE(wire.feed(one, messages));
  EXPECT_EQ(wire.out().size(), 16U);
}

TEST(Wire, AnswersPingsAndPeerBandwidth) {
  Wire wire{ChunkLimits{}};
  Answers answers;
  EXPECT_EQ(
      feed(wire, answers,
           joined({message(MessageType::user_control, live::test::bytes("0006 12345678"), 0),
                   message(MessageType::peer_bandwidth, live::test::bytes("00001000 02"), 0),
                   message(MessageType::peer_bandwidth, live::test::bytes("00001000 00"), 0),
                   message(MessageType::peer_bandwidth, live::test::bytes("00000000 00"), 0)})),
      (Lines{"control 7 305419896", "window 4096"}));
}

TEST(Wire, IgnoresControlMessagesThatAreTooShort) {
  Wire wire{ChunkLimits{}};
  Answers answers;
  for (const auto type : {MessageType::user_control, MessageType::window_size,
                          MessageType::peer_bandwidth, MessageType::acknowledgement})
    for (std::size_t bytes = 0; bytes < 4; ++bytes)
      EXPECT_EQ(feed(wire, answers, message(type, Buffer(bytes), 0)), Lines{});
}

TEST(Wire, CutsOffAPeerThatAsksAndDoesNotRead) {
  Wire wire{ChunkLimits{}};
  std::vector<Message> messages;
  const auto ping = message(MessageType::user_control, live::test::bytes("0006 00000001"), 0);
  std::size_t pings = 0;
  while (!wire.feed(ping, messages) && pings < 100'000)
    ++pings;
  EXPECT_EQ(pings, max_unsent_bytes / ping.size());
  EXPECT_TRUE(messages.empty());
}

}  // namespace
}  // namespace live::rtmp

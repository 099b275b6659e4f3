#include "common/rtmp/server_session.hpp"

#include "tests/support/bytes.hpp"
#include "tests/unit/rtmp/session_peer.hpp"

#include <limits>

#include <gtest/gtest.h>

namespace live::rtmp {
namespace {

using namespace test;  // NOLINT(google-build-using-namespace)
using Lines = std::vector<std::string>;

void append(Buffer& to, std::string_view hex) {
  const auto more = live::test::bytes(hex);
  to.insert(to.end(), more.begin(), more.end());
}

TEST(ServerSession, SaysNothingBeforeConnectIsAccepted) {
  Server server;
  EXPECT_EQ(server.feed(connect()), Lines{});
  EXPECT_TRUE(server.session.waiting());
  EXPECT_EQ(server.last<ConnectAsked>().app, "live");
  EXPECT_EQ(server.last<ConnectAsked>().flash_version, "FMLE/3.0");
  server.session.accept_connect();
  EXPECT_EQ(server.said(), (Lines{"window 2500000", "bandwidth 2500000",
                                  "_result 1 NetConnection.Connect.Success", "onBWDone 0"}));
  EXPECT_FALSE(server.session.waiting());
}

TEST(ServerSession, PublishesAsEncodersDo) {
  Server server;
  server.connected();
  EXPECT_EQ(server.feed(command("releaseStream", 2, {null(), text("door?a=b")})),
            (Lines{"_result 2"}));
  EXPECT_EQ(server.feed(command("FCPublish", 3, {null(), text("door?a=b")})),
            (Lines{"_result 3", "onFCPublish 0 NetStream.Publish.Start"}));
  EXPECT_EQ(server.feed(command("createStream", 4)), (Lines{"_result 4 1"}));
  EXPECT_TRUE(server.events.empty());
  EXPECT_EQ(server.feed(command("publish", 5, {null(), text("door?a=b?c"), text("live")}, 1)),
            Lines{});
  const auto& asked = server.last<PublishAsked>();
  EXPECT_EQ(asked.name, "door");
  EXPECT_EQ(asked.query, "a=b?c");
  EXPECT_EQ(asked.kind, "live");
  server.session.accept_publish();
  EXPECT_EQ(server.said(), (Lines{"control 0 1", "onStatus 0 @1 NetStream.Publish.Start"}));
}

TEST(ServerSession, GivesTheMediaOfThePublishedStream) {
  Server server;
  server.published();
  const auto frame = live::test::bytes("17 01 000000 00");
  server.feed(joined({message(MessageType::video, frame, 1, 40),
                      message(MessageType::audio, frame, 0, 41),  // some count from zero
                      message(MessageType::audio, frame, 2, 42),  // nobody's
                      message(MessageType::audio, {}, 1, 43)}));
  ASSERT_EQ(server.events.size(), 2U);
  const auto& video = std::get<Media>(server.events[0]).message;
  EXPECT_EQ(video.type, MessageType::video);
  EXPECT_EQ(video.timestamp, 40U);
  EXPECT_EQ(video.payload, frame);
  EXPECT_EQ(std::get<Media>(server.events[1]).message.timestamp, 41U);
}

TEST(ServerSession, EndsAPublicationForEachOfItsCommands) {
  const std::vector<std::pair<Buffer, bool>> ends{
      {command("FCUnpublish", 6, {null(), text("door")}), true},
      {command("FCUnpublish", 6, {null(), text("door?key=1")}), true},
      {command("FCUnpublish", 6, {null(), text("window")}), false},
      {command("deleteStream", 7, {null(), number(1)}), true},
      {command("deleteStream", 7, {null()}), true},
      {command("deleteStream", 7, {null(), number(2)}), false},
      {command("closeStream", 0, {null()}, 1), true},
      {command("publish", 0, {null(), {false}}, 1), true},
  };
  for (const auto& [bytes, ended] : ends) {
    Server server;
    server.published();
    const auto said = server.feed(bytes);
    EXPECT_EQ(server.events.size(), ended ? 1U : 0U) << said.size();
    if (!ended) continue;
    EXPECT_TRUE(std::holds_alternative<PublishEnded>(server.events[0]));
    EXPECT_EQ(said.back(), "onStatus 0 @1 NetStream.Unpublish.Success");
    server.feed(bytes);  // once only
    server.feed(message(MessageType::video, live::test::bytes("17")));
    EXPECT_EQ(server.events.size(), 1U);
  }
}

TEST(ServerSession, LetsAnotherPublicationFollow) {
  Server server;
  server.published();
  server.feed(command("deleteStream", 7, {null(), number(1)}));
  EXPECT_EQ(server.feed(command("createStream", 8)), (Lines{"_result 8 1"}));
  server.feed(command("publish", 9, {null(), text("gate")}, 1));
  EXPECT_EQ(server.last<PublishAsked>().name, "gate");
  server.session.accept_publish();
  server.feed(message(MessageType::video, live::test::bytes("17")));
  EXPECT_TRUE(std::holds_alternative<Media>(server.events.back()));
}

TEST(ServerSession, RepeatsItsAnswerToTheSamePublishAndRefusesAnother) {
  Server server;
  server.published("door");
  EXPECT_EQ(server.feed(command("publish", 6, {null(), text("door")}, 1)),
            (Lines{"onStatus 0 @1 NetStream.Publish.Start"}));
  EXPECT_EQ(server.feed(command("publish", 6, {null(), text("gate")}, 1)),
            (Lines{"onStatus 0 @1 NetStream.Publish.BadName"}));
  EXPECT_EQ(server.feed(command("play", 6, {null(), text("gate")}, 1)),
            (Lines{"onStatus 0 @1 NetStream.Play.Failed"}));
  EXPECT_TRUE(server.events.empty());
  server.feed(message(MessageType::video, live::test::bytes("17")));
  EXPECT_EQ(server.events.size(), 1U);
}

TEST(ServerSession, PlaysAsPlayersAsk) {
  Server server;
  server.connected();
  EXPECT_EQ(
      server.feed(
          joined({command("createStream", 2), command("getStreamLength", 3, {null(), text("door")}),
                  command("FCSubscribe", 4, {null(), text("door")})})),
      (Lines{"_result 2 1", "_result 3 0", "_result 4", "onFCSubscribe 0 NetStream.Play.Start"}));
  EXPECT_EQ(server.feed(joined(
                {command("play", 4, {null(), text("door?t=1"), number(-2000)}, 1),
                 message(MessageType::user_control, live::test::bytes("0003 00000001 00000bb8"))})),
            Lines{});
  EXPECT_EQ(server.last<PlayAsked>().name, "door");
  EXPECT_EQ(server.last<PlayAsked>().query, "t=1");
  server.session.accept_play();
  EXPECT_EQ(server.said(), (Lines{"control 0 1", "onStatus 0 @1 NetStream.Play.Reset",
                                  "onStatus 0 @1 NetStream.Play.Start", "data |RtmpSampleAccess"}));
}

TEST(ServerSession, ObeysAPlayer) {
  Server server;
  server.connected();
  server.feed(command("play", 0, {null(), text("door")}, 1));
  server.session.accept_play();
  server.said();
  EXPECT_EQ(server.feed(command("pause", 0, {null(), {true}, number(100)}, 1)),
            (Lines{"onStatus 0 @1 NetStream.Pause.Notify"}));
  EXPECT_TRUE(server.last<Paused>().paused);
  EXPECT_EQ(server.feed(command("pause", 0, {null(), {false}, number(100)}, 1)),
            (Lines{"onStatus 0 @1 NetStream.Unpause.Notify"}));
  EXPECT_FALSE(server.last<Paused>().paused);
  EXPECT_EQ(server.feed(command("receiveVideo", 0, {null(), {false}}, 1)), Lines{});
  EXPECT_EQ(server.last<Receive>().type, MessageType::video);
  EXPECT_FALSE(server.last<Receive>().on);
  EXPECT_EQ(server.feed(command("seek", 8, {null(), number(0)}, 1)),
            (Lines{"onStatus 0 @1 NetStream.Seek.Failed", "_error 8 NetStream.Seek.Failed"}));
  server.feed(command("play", 0, {null(), text("gate")}, 1));  // another stream instead
  ASSERT_TRUE(server.session.waiting());
  EXPECT_TRUE(std::holds_alternative<PlayEnded>(server.events[server.events.size() - 2]));
  server.session.refuse_play("NetStream.Play.StreamNotFound", "not here");
  EXPECT_EQ(server.said(), (Lines{"onStatus 0 @1 NetStream.Play.StreamNotFound"}));
  server.feed(command("deleteStream", 0, {null(), number(1)}));
  EXPECT_TRUE(std::holds_alternative<PlayAsked>(server.events.back()));
}

TEST(ServerSession, TakesThePeersHaste) {  // all at once, before any answer
  Server server;
  const auto frame = live::test::bytes("17 00 000000 01");
  EXPECT_EQ(server.feed(joined({connect(), command("createStream", 2),
                                command("publish", 3, {null(), text("door"), text("live")}, 1),
                                message(MessageType::video, frame, 1)})),
            Lines{});
  ASSERT_EQ(server.events.size(), 1U);
  server.session.accept_connect();
  server.said();
  EXPECT_EQ(server.feed({}), (Lines{"_result 2 1"}));
  ASSERT_EQ(server.events.size(), 2U);
  EXPECT_EQ(server.last<PublishAsked>().name, "door");
  server.session.accept_publish();
  server.feed(command("deleteStream", 4, {null(), number(1)}));
  ASSERT_EQ(server.events.size(), 4U);
  EXPECT_EQ(std::get<Media>(server.events[2]).message.payload, frame);
  EXPECT_TRUE(std::holds_alternative<PublishEnded>(server.events[3]));
}

TEST(ServerSession, HoldsOnlySoMuchBeforeAnAnswer) {
  Server server;
  server.connected();
  server.feed(command("publish", 3, {null(), text("door")}, 1));
  const Buffer chunk(100'000);
  const auto media = joined({message(MessageType::set_chunk_size, live::test::bytes("00020000"), 0),
                             message(MessageType::video, chunk, 1, 0, 0x20000)});
  for (std::size_t held = chunk.size(); held <= max_held_bytes; held += chunk.size())
    server.feed(media);
  EXPECT_THROW(server.feed(media), std::runtime_error);

  Server many;
  many.connected();
  many.feed(command("publish", 3, {null(), text("door")}, 1));
  for (std::size_t i = 0; i < max_held_messages; ++i)
    many.feed(message(MessageType::audio, live::test::bytes("af")));
  EXPECT_THROW(many.feed(message(MessageType::audio, live::test::bytes("af"))), std::runtime_error);
}

TEST(ServerSession, RefusesAndThenHearsNothing) {
  Server server;
  server.feed(connect());
  server.session.refuse_connect("[ AccessManager.Reject ] : [ code=403 need auth ]");
  EXPECT_EQ(server.said(), (Lines{"_error 1 NetConnection.Connect.Rejected"}));
  EXPECT_EQ(server.feed(connect()), Lines{});
  EXPECT_EQ(server.feed(Buffer(10'000, 0xFF)), Lines{});
  EXPECT_EQ(server.events.size(), 1U);

  Server publisher;
  publisher.connected();
  publisher.feed(joined({command("publish", 3, {null(), text("door")}, 1),
                         message(MessageType::video, live::test::bytes("17"))}));
  publisher.session.refuse_publish("NetStream.Publish.Unauthorized", "no such key");
  EXPECT_EQ(publisher.said(), (Lines{"onStatus 0 @1 NetStream.Publish.Unauthorized"}));
  EXPECT_EQ(publisher.feed(message(MessageType::video, live::test::bytes("17"))), Lines{});
  EXPECT_EQ(publisher.events.size(), 1U);
}

TEST(ServerSession, AnswersWhatItDoesNotKnowOnlyWhenAsked) {
  Server server;
  server.connected();
  EXPECT_EQ(server.feed(command("setPeerInfo", 9)), (Lines{"_error 9 NetConnection.Call.Failed"}));
  EXPECT_EQ(server.feed(command("setPeerInfo", 0)), Lines{});
  EXPECT_EQ(server.feed(command("_checkbw", 10)), (Lines{"_result 10"}));
  EXPECT_EQ(server.feed(command("_result", 10)), Lines{});
  EXPECT_EQ(server.feed(command("_error", 10)), Lines{});
  EXPECT_EQ(server.feed(command("createStream", 0)), Lines{});
  EXPECT_EQ(server.feed(connect()), (Lines{"_error 1 NetConnection.Connect.Rejected"}));
  EXPECT_EQ(server.feed(command("publish", 11, {null(), text("door")}, 7)),
            (Lines{"_error 11 NetStream.Failed", "onStatus 0 @7 NetStream.Failed"}));
  EXPECT_EQ(server.feed(command("pause", 11, {null(), {true}}, 7)),
            (Lines{"_error 11 NetStream.Failed"}));
  EXPECT_EQ(server.feed(command("x", std::numeric_limits<double>::quiet_NaN())), Lines{});
  EXPECT_TRUE(server.events.empty());
}

TEST(ServerSession, IsNotConnectedBeforeConnect) {
  Server server;
  for (std::size_t i = 0; i < max_commands_before_connect; ++i)
    EXPECT_EQ(server.feed(command("createStream", 2)),
              (Lines{"_error 2 NetConnection.Call.Failed"}));
  EXPECT_THROW(server.feed(command("createStream", 2)), std::runtime_error);
  Server media;
  EXPECT_THROW(media.feed(message(MessageType::video, live::test::bytes("17"))),
               std::runtime_error);
}

TEST(ServerSession, ReadsAmf3Messages) {
  Server server;
  auto wrapped = values(
      {text("connect"), number(1), object({{"app", text("live")}, {"objectEncoding", number(3)}})});
  wrapped.insert(wrapped.begin(), 0);
  server.feed(message(MessageType::command_amf3, wrapped, 0));
  EXPECT_EQ(server.last<ConnectAsked>().app, "live");
  server.session.accept_connect();
  server.said();
  server.feed(command("publish", 3, {null(), text("door")}, 1));
  server.session.accept_publish();
  const auto metadata = values({text("onMetaData"), object({{"width", number(640)}})});
  auto data = metadata;
  data.insert(data.begin(), 0);
  server.feed(message(MessageType::data_amf3, data));
  EXPECT_EQ(server.last<Data>().message.type, MessageType::data);
  EXPECT_EQ(server.last<Data>().message.payload, metadata);
  // "onMetaData" and then an AMF3 integer, 5, behind the marker that switches.
  auto switched = values({text("onMetaData")});
  switched.insert(switched.begin(), 0);
  append(switched, "11 04 05");
  server.feed(message(MessageType::data_amf3, switched));
  EXPECT_EQ(server.last<Data>().message.payload, values({text("onMetaData"), number(5)}));
}

TEST(ServerSession, DropsDataThatIsTooLargeOrUnreadable) {
  Server server;
  server.published();
  server.feed(message(MessageType::data, Buffer(max_data_bytes + 1)));
  server.feed(message(MessageType::data_amf3, live::test::bytes("00 11 7f")));
  EXPECT_TRUE(server.events.empty());
  server.feed(message(MessageType::data, values({text("@setDataFrame"), text("onMetaData")})));
  EXPECT_EQ(server.events.size(), 1U);
}

TEST(ServerSession, RefusesCommandsThatAreNone) {
  const auto refuses = [](Buffer payload) {
    Server server;
    std::vector<ServerEvent> events;
    return server.session.feed(message(MessageType::command, payload, 0), events).has_value();
  };
  EXPECT_TRUE(refuses({}));
  EXPECT_TRUE(refuses(values({number(1)})));
  EXPECT_TRUE(refuses(values({text("connect"), number(1), text(std::string(70'000, 'a'))})));
  Buffer nest = values({text("connect"), number(1)});
  for (int i = 0; i < 10'000; ++i)
    append(nest, "03 0001 61");
  EXPECT_TRUE(refuses(nest));
}

TEST(ServerSession, SplitsAggregates) {
  Server server;
  server.published();
  const auto aggregate = live::test::bytes(
      "08 000002 000064 00 000000 af01 0000000d"
      "09 000002 000078 00 000000 2701 0000000d");
  server.feed(message(MessageType::aggregate, aggregate, 1, 1000));
  ASSERT_EQ(server.events.size(), 2U);
  EXPECT_EQ(std::get<Media>(server.events[0]).message.type, MessageType::audio);
  EXPECT_EQ(std::get<Media>(server.events[0]).message.timestamp, 1000U);
  EXPECT_EQ(std::get<Media>(server.events[1]).message.timestamp, 1020U);
}

TEST(ServerSession, AsksAPeerToReconnectThatKnowsHow) {
  Server server;
  server.connected();
  EXPECT_FALSE(server.session.request_reconnect("maintenance"));
  Server enhanced;
  enhanced.feed(connect("live", "rtmp://localhost/live", {{"capsEx", number(1)}}));
  enhanced.session.accept_connect();
  enhanced.said();
  EXPECT_TRUE(enhanced.session.capabilities().reconnect);
  EXPECT_TRUE(enhanced.session.request_reconnect("maintenance"));
  EXPECT_EQ(enhanced.said(), (Lines{"onStatus 0 NetConnection.Connect.ReconnectRequest"}));
  Server obs;
  obs.feed(connect("live", "rtmp://localhost/live", {{"supportsGoAway", {true}}}));
  obs.session.accept_connect();
  obs.said();
  EXPECT_FALSE(obs.session.capabilities().enhanced);
  EXPECT_TRUE(obs.session.request_reconnect("maintenance"));
  EXPECT_EQ(obs.said(), (Lines{"type 32"}));
}

TEST(ServerSession, CountsItsPings) {
  Server server;
  server.connected();
  server.session.ping(77);
  EXPECT_EQ(server.said(), (Lines{"control 6 77"}));
  server.feed(message(MessageType::user_control, live::test::bytes("0007 0000004d"), 0));
  EXPECT_EQ(server.last<Pong>().token, 77U);
  server.session.stream_eof();
  EXPECT_EQ(server.said(), (Lines{"control 1 1"}));
}

/// What a whole session comes to, however its bytes are cut.
std::pair<std::size_t, Buffer> outcome(const Buffer& in, std::size_t cut) {
  ServerSession session;
  std::vector<ServerEvent> events;
  Buffer out;
  std::size_t count = 0;
  const auto answer = [&] {
    for (const auto& event : events) {
      ++count;
      if (std::holds_alternative<ConnectAsked>(event)) session.accept_connect();
      if (std::holds_alternative<PublishAsked>(event)) session.accept_publish();
    }
    const bool again = !events.empty();
    events.clear();
    return again;
  };
  for (std::size_t at = 0; at < in.size(); at += cut) {
    const auto part = Bytes{in}.subspan(at, std::min(cut, in.size() - at));
    if (session.feed(part, events)) return {};
    while (answer())
      if (session.feed({}, events)) return {};
  }
  out = session.out();
  return {count, out};
}

TEST(ServerSession, IsTheSameHoweverItsBytesAreCut) {
  const Buffer frame(300, 0x17);
  const auto whole = joined(
      {connect(), command("releaseStream", 2, {null(), text("door")}),
       command("FCPublish", 3, {null(), text("door")}), command("createStream", 4),
       command("publish", 5, {null(), text("door"), text("live")}, 1),
       message(MessageType::data, values({text("onMetaData")})), message(MessageType::video, frame),
       message(MessageType::audio, frame), command("FCUnpublish", 6, {null(), text("door")}),
       command("deleteStream", 7, {null(), number(1)})});
  const auto expected = outcome(whole, whole.size());
  EXPECT_EQ(expected.first, 6U);
  for (std::size_t cut = 1; cut < whole.size(); ++cut)
    EXPECT_EQ(outcome(whole, cut), expected) << "in pieces of " << cut;
}

TEST(ServerSession, SurvivesEveryBrokenByte) {
  const auto whole = joined({connect(), command("createStream", 4),
                             command("publish", 5, {null(), text("door"), text("live")}, 1),
                             message(MessageType::data, values({text("onMetaData")}))});
  for (std::size_t at = 0; at < whole.size(); ++at) {
    auto broken = whole;
    broken[at] ^= 0xFF;
    outcome(broken, broken.size());
  }
}

}  // namespace
}  // namespace live::rtmp

#include "common/rtmp/client_session.hpp"

#include "tests/support/bytes.hpp"
#include "tests/unit/rtmp/session_peer.hpp"

#include <gtest/gtest.h>

namespace live::rtmp {
namespace {

using namespace test;  // NOLINT(google-build-using-namespace)
using Lines = std::vector<std::string>;

ClientOptions options(ClientOptions::Role role) {
  ClientOptions out;
  out.role = role;
  out.app = "app";
  out.tc_url = "rtmp://host/app";
  out.name = "KEY?a=b";
  return out;
}

/// A client, and the server's answers by hand.
struct Client {
  explicit Client(ClientOptions::Role role) : session(options(role)) { session.start(); }
  explicit Client(ClientOptions with) : session(std::move(with)) { session.start(); }

  Lines feed(const Buffer& in) {
    if (const auto wrong = session.feed(in, events)) throw std::runtime_error(wrong->why);
    return said();
  }
  Lines said() { return answers.lines(session.out()); }
  Lines status(std::string_view level, std::string_view code) {
    return feed(message(MessageType::command, on_status({level, code, "why"})));
  }
  /// A publisher, as far as it has asked.
  void asked() {
    said();
    feed(command("_result", 1, {object({}), object({})}));
    feed(command("_result", 4, {null(), number(5)}));
  }
  template <class Event>
  const Event& last() const {
    return std::get<Event>(events.at(events.size() - 1));
  }

  ClientSession session;
  Answers answers;
  std::vector<ClientEvent> events;
};

TEST(ClientSession, PublishesStepByStep) {
  Client client{ClientOptions::Role::publish};
  EXPECT_EQ(client.said(), (Lines{"connect 1"}));
  EXPECT_EQ(client.feed(message(MessageType::command, connect_result(1, 0, false), 0)),
            (Lines{"releaseStream 2", "FCPublish 3", "createStream 4"}));
  EXPECT_EQ(client.feed(joined({command("_error", 2), command("_result", 3)})), Lines{});
  EXPECT_EQ(client.feed(command("_result", 4, {null(), number(5)})), (Lines{"publish 5 @5"}));
  EXPECT_TRUE(client.events.empty());
  client.status("status", "NetStream.Publish.Start");
  EXPECT_TRUE(std::holds_alternative<Begun>(client.events.at(0)));
  client.status("status", "NetStream.Publish.Start");
  EXPECT_EQ(client.events.size(), 1U);
  const auto head = client.session.head(MessageType::video, 40);
  EXPECT_EQ(head.stream, 5U);
  EXPECT_EQ(head.timestamp, 40U);
  client.session.send_metadata(values({object({{"width", number(640)}})}), 80);
  EXPECT_EQ(client.said(), (Lines{"data @setDataFrame"}));
  EXPECT_EQ(client.answers.last().timestamp, 80U);
  EXPECT_EQ(client.answers.last().stream, 5U);
  client.session.finish();
  EXPECT_EQ(client.said(), (Lines{"FCUnpublish 6", "deleteStream 7 5"}));
  client.status("status", "NetStream.Unpublish.Success");
  EXPECT_EQ(client.events.size(), 1U);
}

TEST(ClientSession, HearsWhetherTheServerKnowsEnhancedRtmp) {
  for (const bool enhanced : {false, true}) {
    Client client{ClientOptions::Role::publish};
    client.feed(message(MessageType::command, connect_result(1, 0, enhanced), 0));
    EXPECT_EQ(client.session.peer_is_enhanced(), enhanced);
  }
}

TEST(ClientSession, PlaysStepByStep) {
  Client client{ClientOptions::Role::play};
  EXPECT_EQ(client.said(), (Lines{"connect 1"}));
  EXPECT_EQ(client.feed(command("_result", 1, {object({})})),
            (Lines{"window 2500000", "createStream 2"}));
  EXPECT_EQ(client.feed(command("_result", 2, {null(), number(1)})),
            (Lines{"play 3 @1 -2000", "control 3 1"}));
  client.status("status", "NetStream.Play.Reset");
  EXPECT_TRUE(client.events.empty());
  client.status("status", "NetStream.Play.Start");
  EXPECT_TRUE(std::holds_alternative<Begun>(client.events.at(0)));
  client.feed(joined({message(MessageType::video, live::test::bytes("17"), 1, 40),
                      message(MessageType::audio, {}, 1, 41),
                      message(MessageType::data_amf3, live::test::bytes("00 02 0001 61"), 1)}));
  ASSERT_EQ(client.events.size(), 3U);
  EXPECT_EQ(std::get<Received>(client.events[1]).message.timestamp, 40U);
  EXPECT_EQ(client.last<Received>().message.type, MessageType::data);
  client.status("status", "NetStream.Play.UnpublishNotify");
  client.feed(message(MessageType::user_control, live::test::bytes("0001 00000001"), 0));
  ASSERT_EQ(client.events.size(), 4U);
  EXPECT_TRUE(std::holds_alternative<Ended>(client.events[3]));
  client.status("status", "NetStream.Play.PublishNotify");
  EXPECT_TRUE(std::holds_alternative<Begun>(client.events.at(4)));
  client.session.finish();
  EXPECT_EQ(client.said(), (Lines{"deleteStream 4 1"}));
}

TEST(ClientSession, TellsWhyItWasRefused) {
  const auto refusal = [](const Buffer& in) {
    Client client{ClientOptions::Role::publish};
    client.asked();
    client.feed(in);
    return client.events.empty() ? std::string{} : client.last<Refused>().code;
  };
  const auto status = [](std::string_view level, std::string_view code) {
    return message(MessageType::command, on_status({level, code, "why"}));
  };
  EXPECT_EQ(refusal(status("error", "NetStream.Publish.BadName")), "NetStream.Publish.BadName");
  EXPECT_EQ(refusal(status("status", "NetStream.Publish.Denied")), "NetStream.Publish.Denied");
  EXPECT_EQ(refusal(status("warning", "NetStream.Publish.Idle")), "");
  EXPECT_EQ(refusal(message(MessageType::command, error(5, "NetStream.Publish.Failed", "no"), 0)),
            "NetStream.Publish.Failed");
  EXPECT_EQ(refusal(command("close", 0)), "NetConnection.Connect.Closed");
  EXPECT_EQ(
      refusal(command("onStatus", 0, {object({{"level", text("error")}, {"code", text("x")}})})),
      "x");  // without null before it
}

TEST(ClientSession, SaysNothingMoreWhenRefused) {
  Client client{ClientOptions::Role::publish};
  client.asked();
  client.status("error", "NetStream.Publish.BadName");
  EXPECT_EQ(client.status("status", "NetStream.Publish.Start"), Lines{});
  EXPECT_EQ(client.feed(Buffer(1000, 0xFF)), Lines{});
  client.session.finish();
  EXPECT_EQ(client.said(), Lines{});
  EXPECT_EQ(client.events.size(), 1U);
}

TEST(ClientSession, FollowsAReconnectRequest) {
  Client client{ClientOptions::Role::publish};
  client.asked();
  client.status("status", "NetStream.Publish.Start");
  client.feed(command("onStatus", 0,
                      {null(), object({{"level", text("status")},
                                       {"code", text("NetConnection.Connect.ReconnectRequest")},
                                       {"description", text("maintenance")},
                                       {"tcUrl", text("rtmp://other/app")}})}));
  EXPECT_EQ(client.last<ReconnectAsked>().tc_url, "rtmp://other/app");
  EXPECT_EQ(client.last<ReconnectAsked>().description, "maintenance");
}

TEST(ClientSession, AnnouncesEnhancedCodecsOnlyWhenTold) {
  const auto connect_of = [](const ClientOptions& with) {
    ClientSession session{with};
    session.start();
    std::vector<Message> messages;
    ChunkReader chunks;
    EXPECT_FALSE(chunks.feed(session.out(), messages));
    return read_connect(std::get<Command>(read_command(messages.at(0))));
  };
  auto with = options(ClientOptions::Role::publish);
  const auto plain = connect_of(with);
  EXPECT_FALSE(plain.capabilities.enhanced);
  EXPECT_EQ(plain.app, "app");
  EXPECT_EQ(plain.tc_url, "rtmp://host/app");
  with.four_ccs = {"hvc1", "Opus"};
  const auto enhanced = connect_of(with).capabilities;
  EXPECT_EQ(enhanced.four_ccs, with.four_ccs);
  EXPECT_TRUE(enhanced.reconnect);
  EXPECT_FALSE(enhanced.multitrack);
}

TEST(ClientSession, BearsCommandsThatItCannotReadOnceItHasBegun) {
  Client client{ClientOptions::Role::publish};
  const auto nonsense = message(MessageType::command, live::test::bytes("77"), 0);
  client.said();
  EXPECT_THROW(client.feed(nonsense), std::runtime_error);
  Client begun{ClientOptions::Role::publish};
  begun.asked();
  begun.status("status", "NetStream.Publish.Start");
  EXPECT_EQ(begun.feed(nonsense), Lines{});
}

TEST(ClientSession, AnswersABandwidthCheck) {
  Client client{ClientOptions::Role::publish};
  client.said();
  EXPECT_EQ(client.feed(joined({command("onBWDone", 0), command("_onbwcheck", 7)})),
            (Lines{"_result 7"}));
}

TEST(ClientSession, FinishesQuietlyBeforeThereIsAStream) {
  Client client{ClientOptions::Role::publish};
  client.said();
  client.session.finish();
  EXPECT_EQ(client.said(), Lines{});
}

TEST(ClientSession, AnswersAnAdobeChallenge) {
  auto with = options(ClientOptions::Role::publish);
  with.user = "anna";
  with.password = "secret";
  const auto retry = [&](std::string_view description) {
    Client client{with};
    client.said();
    client.feed(
        message(MessageType::command, error(1, "NetConnection.Connect.Rejected", description), 0));
    return client.last<Refused>().retry_query;
  };
  EXPECT_EQ(retry("[ AccessManager.Reject ] : [ code=403 need auth; authmod=adobe ] : "),
            "?authmod=adobe&user=anna");
  EXPECT_EQ(retry("nothing of the kind"), std::nullopt);
  with.user.clear();
  EXPECT_EQ(retry("[ AccessManager.Reject ] : [ code=403 need auth; authmod=adobe ] : "),
            std::nullopt);
}

}  // namespace
}  // namespace live::rtmp

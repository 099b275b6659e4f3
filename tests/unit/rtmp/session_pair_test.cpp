// Our client and our server talk to each other, their bytes cut at every size: what one says the other understands.
#include "common/rtmp/client_session.hpp"
#include "common/rtmp/server_session.hpp"
#include "tests/support/bytes.hpp"
#include "tests/unit/rtmp/session_peer.hpp"

#include <algorithm>

#include <gtest/gtest.h>

namespace live::rtmp {
namespace {

using namespace test;  // NOLINT(google-build-using-namespace)

/// A connection of both, in pieces of `cut` bytes.
struct Pair {
  explicit Pair(ClientOptions options, std::size_t pieces)
      : client(std::move(options)), cut(pieces) {}

  /// Moves bytes until both are silent; the server's questions are answered by `answer`.
  template <class Answer>
  void run(Answer answer) {
    while (!client.out().empty() || !server.out().empty()) {
      for (const auto& part : pieces(client.out())) {
        ASSERT_FALSE(server.feed(part, asked));
        while (!asked.empty()) {
          for (auto& event : std::exchange(asked, {})) {
            answer(event);
            server_events.push_back(std::move(event));
          }
          ASSERT_FALSE(server.feed({}, asked));
        }
      }
      for (const auto& part : pieces(server.out()))
        ASSERT_FALSE(client.feed(part, client_events));
    }
  }
  void run() {
    run([this](const ServerEvent& event) {
      if (std::holds_alternative<ConnectAsked>(event)) server.accept_connect();
      if (std::holds_alternative<PublishAsked>(event)) server.accept_publish();
      if (std::holds_alternative<PlayAsked>(event)) server.accept_play();
    });
  }

  std::vector<Buffer> pieces(Buffer& from) const {
    std::vector<Buffer> out;
    for (std::size_t at = 0; at < from.size(); at += cut) {
      const auto part = Bytes{from}.subspan(at, std::min(cut, from.size() - at));
      out.emplace_back(part.begin(), part.end());
    }
    from.clear();
    return out;
  }

  ClientSession client;
  ServerSession server;
  std::size_t cut;
  std::vector<ServerEvent> asked, server_events;
  std::vector<ClientEvent> client_events;
};

ClientOptions options(ClientOptions::Role role) {
  ClientOptions out;
  out.role = role;
  out.app = "live";
  out.tc_url = "rtmp://host/live";
  out.name = "door?key=1";
  out.four_ccs = {"hvc1", "Opus"};
  return out;
}

Buffer frame(std::size_t bytes, std::uint8_t first) {
  Buffer out(bytes);
  for (std::size_t i = 0; i < bytes; ++i)
    out[i] = static_cast<std::uint8_t>(first + i);
  return out;
}

/// Each size up to that of most messages, then some up to that of the longest conversation.
std::vector<std::size_t> cuts() {
  std::vector<std::size_t> out;
  for (std::size_t cut = 1; cut < 2'000; cut += cut < 300 ? 1 : 37)
    out.push_back(cut);
  return out;
}

TEST(SessionPair, PublishesWhateverTheCut) {
  for (const auto cut : cuts()) {
    SCOPED_TRACE(cut);
    Pair pair{options(ClientOptions::Role::publish), cut};
    pair.client.start();
    pair.run();
    ASSERT_EQ(pair.client_events.size(), 1U);
    ASSERT_TRUE(std::holds_alternative<Begun>(pair.client_events[0]));
    const auto video = frame(700, 0x17), audio = frame(90, 0xAF);
    pair.client.send_metadata(values({object({{"width", number(640)}})}));
    write_message(pair.client.out(), pair.client.head(MessageType::video, 0x1000000), video,
                  our_chunk_bytes);
    write_message(pair.client.out(), pair.client.head(MessageType::audio, 0x1000001), audio,
                  our_chunk_bytes);
    pair.client.finish();
    pair.run();
    const auto& events = pair.server_events;
    ASSERT_EQ(events.size(), 6U);
    EXPECT_EQ(std::get<ConnectAsked>(events[0]).capabilities.four_ccs.size(), 2U);
    EXPECT_EQ(std::get<PublishAsked>(events[1]).name, "door");
    EXPECT_EQ(std::get<PublishAsked>(events[1]).query, "key=1");
    EXPECT_EQ(std::get<Data>(events[2]).message.stream, 1U);
    EXPECT_EQ(std::get<Media>(events[3]).message.payload, video);
    EXPECT_EQ(std::get<Media>(events[3]).message.timestamp, 0x1000000U);
    EXPECT_EQ(std::get<Media>(events[4]).message.payload, audio);
    EXPECT_TRUE(std::holds_alternative<PublishEnded>(events[5]));
    EXPECT_EQ(pair.client_events.size(), 1U);
  }
}

TEST(SessionPair, PlaysWhateverTheCut) {
  for (const auto cut : cuts()) {
    SCOPED_TRACE(cut);
    Pair pair{options(ClientOptions::Role::play), cut};
    pair.client.start();
    pair.run();
    ASSERT_EQ(pair.server_events.size(), 2U);
    EXPECT_EQ(std::get<PlayAsked>(pair.server_events[1]).name, "door");
    const auto video = frame(700, 0x17);
    write_message(pair.server.out(), {MessageType::video, 40, ServerSession::stream_id, 6}, video,
                  pair.server.chunk_bytes());
    pair.server.status("status", "NetStream.Play.UnpublishNotify", "gone");
    pair.server.stream_eof();
    pair.run();
    const auto& events = pair.client_events;
    ASSERT_EQ(events.size(), 4U);
    EXPECT_TRUE(std::holds_alternative<Begun>(events[0]));
    EXPECT_EQ(std::get<Received>(events[1]).message.type, MessageType::data);  // |RtmpSampleAccess
    EXPECT_EQ(std::get<Received>(events[2]).message.payload, video);
    EXPECT_TRUE(std::holds_alternative<Ended>(events[3]));
    pair.client.finish();
    pair.run();
    EXPECT_TRUE(std::holds_alternative<PlayEnded>(pair.server_events.back()));
  }
}

TEST(SessionPair, RefusesAndReconnects) {
  Pair refused{options(ClientOptions::Role::publish), 7};
  refused.client.start();
  refused.run([&](const ServerEvent& event) {
    if (std::holds_alternative<ConnectAsked>(event)) refused.server.accept_connect();
    if (std::holds_alternative<PublishAsked>(event))
      refused.server.refuse_publish("NetStream.Publish.BadName", "taken");
  });
  EXPECT_EQ(std::get<Refused>(refused.client_events.at(0)).code, "NetStream.Publish.BadName");
  EXPECT_EQ(std::get<Refused>(refused.client_events.at(0)).description, "taken");

  Pair moved{options(ClientOptions::Role::publish), 7};
  moved.client.start();
  moved.run();
  EXPECT_TRUE(moved.server.request_reconnect("maintenance", "rtmp://other/live"));
  moved.run();
  EXPECT_EQ(std::get<ReconnectAsked>(moved.client_events.at(1)).tc_url, "rtmp://other/live");
}

TEST(SessionPair, AuthenticatesAsAdobesServerAsksFor) {
  const std::string reject = "[ AccessManager.Reject ] : [ authmod=adobe";
  auto with = options(ClientOptions::Role::publish);
  with.app = "live?token=1";
  with.user = "anna";
  with.password = "secret";
  const auto app = with.app, tc_url = with.tc_url;
  std::vector<std::string> queries;
  bool begun = false;
  while (!begun && queries.size() < 5) {
    Pair pair{with, 1000};
    pair.client.start();
    pair.run([&](const ServerEvent& event) {
      if (std::holds_alternative<PublishAsked>(event)) pair.server.accept_publish();
      const auto* asked = std::get_if<ConnectAsked>(&event);
      if (asked == nullptr) return;
      EXPECT_EQ(asked->app, "live");
      queries.push_back(asked->query);
      if (queries.size() == 1) pair.server.refuse_connect(reject + "; code=403 need auth ] : ");
      if (queries.size() == 2)
        pair.server.refuse_connect(reject + " ] : ?reason=needauth&user=anna&salt=S&opaque=O");
      if (queries.size() == 3) pair.server.accept_connect();
    });
    ASSERT_EQ(pair.client_events.size(), 1U);
    begun = std::holds_alternative<Begun>(pair.client_events[0]);
    if (begun) break;
    const auto retry = std::get<Refused>(pair.client_events[0]).retry_query;
    ASSERT_TRUE(retry);
    with.app = app + *retry;
    with.tc_url = tc_url + *retry;
  }
  ASSERT_EQ(queries.size(), 3U);
  EXPECT_EQ(queries[0], "token=1");
  EXPECT_EQ(queries[1], "token=1&authmod=adobe&user=anna");
  EXPECT_TRUE(
      queries[2].starts_with("token=1&authmod=adobe&user=anna&challenge=00000000&response="));
}

}  // namespace
}  // namespace live::rtmp

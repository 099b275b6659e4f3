#include "common/rtmp/connect.hpp"

#include "tests/unit/rtmp/session_peer.hpp"

#include <gtest/gtest.h>

namespace live::rtmp {
namespace {

using namespace test;  // NOLINT(google-build-using-namespace)

ConnectAsked asked(std::string_view app, std::string_view tc_url,
                   std::vector<amf0::Property> more = {}) {
  Server server;
  server.feed(connect(app, tc_url, std::move(more)));
  return server.last<ConnectAsked>();
}

TEST(Connect, FindsTheApplicationWhereverItStands) {
  struct Case {
    std::string_view app, tc_url, expected_app, expected_query;
  };
  for (const auto& [app, tc_url, expected_app, expected_query] : std::vector<Case>{
           {"live", "rtmp://host/live", "live", ""},
           {"/live/", "rtmp://host/live/", "live", ""},
           {"live?key=1", "rtmp://host/live?key=1", "live", "key=1"},
           {"live/?key=1", "rtmp://host/live?key=2", "live", "key=1"},
           {"live", "rtmp://host/live?key=1", "live", "key=1"},
           {"app/instance", "rtmp://host/app/instance", "app/instance", ""},
           {"", "rtmp://host:1935/app/KEY/?a=b", "app/KEY", "a=b"},
           {"", "rtmp://host", "", ""},
           {"", "", "", ""},
           {"///", "nonsense", "", ""},
       }) {
    const auto out = asked(app, tc_url);
    EXPECT_EQ(out.app, expected_app) << app << " " << tc_url;
    EXPECT_EQ(out.query, expected_query) << app << " " << tc_url;
    EXPECT_EQ(out.tc_url, tc_url);
  }
}

TEST(Connect, ReadsUserAndPassword) {
  EXPECT_EQ(read_tc_url("rtmp://anna:secret@host/live"), (TcUrl{"anna", "secret", "live", ""}));
  EXPECT_EQ(read_tc_url("rtmp://anna:a%40b%3a@c@host"), (TcUrl{"anna", "a@b:@c", "", ""}));
  EXPECT_EQ(read_tc_url("rtmp://anna@host/"), (TcUrl{"anna", "", "", ""}));
  EXPECT_EQ(read_tc_url("rtmp://a%zz:%4@host?x"), (TcUrl{"a%zz", "%4", "", "x"}));
  EXPECT_EQ(read_tc_url("rtmp://host/a@b"), (TcUrl{"", "", "a@b", ""}));
  const auto out = asked("live", "rtmps://anna:secret@host/live");
  EXPECT_EQ(out.user, "anna");
  EXPECT_EQ(out.password, "secret");
}

TEST(Connect, ReadsWhatAnEnhancedPeerAnnounces) {
  EXPECT_FALSE(asked("live", "").capabilities.enhanced);
  amf0::StrictArray list;
  list.values = {text("av01"), text("hvc1"), text("nonsense"), number(1), text("hvc1")};
  const auto caps = asked("live", "",
                          {{"fourCcList", amf0::Value{list}},
                           {"videoFourCcInfoMap", object({{"vp09", number(2)}})},
                           {"audioFourCcInfoMap", object({{"*", number(4)}, {"Opus", number(1)}})},
                           {"capsEx", number(13)}})
                        .capabilities;
  EXPECT_TRUE(caps.enhanced);
  EXPECT_EQ(caps.four_ccs, (std::vector<std::string>{"av01", "hvc1", "vp09", "*", "Opus"}));
  EXPECT_TRUE(caps.reconnect);
  EXPECT_FALSE(caps.multitrack);
  EXPECT_TRUE(caps.mod_ex);
  EXPECT_TRUE(caps.nano_offset);
  for (const double nonsense : {-1.0, 1e300})
    EXPECT_FALSE(asked("live", "", {{"capsEx", number(nonsense)}}).capabilities.reconnect);
}

TEST(Connect, KeepsOnlySoManyFourCcs) {
  amf0::StrictArray list;
  for (int i = 100; i < 900; ++i)
    list.values.push_back(text("v" + std::to_string(i)));
  EXPECT_EQ(asked("live", "", {{"fourCcList", amf0::Value{list}}}).capabilities.four_ccs.size(),
            max_four_ccs);
}

TEST(Connect, AnswersEnhancedOnesInKind) {
  const auto answer = [](std::vector<amf0::Property> more) {
    Server server;
    server.feed(connect("live", "", std::move(more)));
    server.session.accept_connect();
    std::vector<Message> messages;
    ChunkReader chunks;
    EXPECT_FALSE(chunks.feed(server.session.out(), messages));
    return std::get<Command>(read_command(messages.at(2)));
  };
  const auto plain = answer({});
  EXPECT_EQ(plain.value(0).find("fourCcList"), nullptr);
  EXPECT_EQ(plain.value(1).find("capsEx"), nullptr);
  EXPECT_EQ(plain.value(0).find("capabilities")->number(0), 31);
  EXPECT_EQ(plain.value(1).find("objectEncoding")->number(9), 0);
  EXPECT_EQ(answer({{"objectEncoding", number(3)}}).value(1).find("objectEncoding")->number(9), 3);
  const auto enhanced = answer({{"capsEx", number(1)}});
  for (const std::size_t object : {0U, 1U}) {
    const auto& told = enhanced.value(object);
    EXPECT_EQ(told.find("capsEx")->number(0), 15);
    EXPECT_EQ(told.find("fourCcList")->array()->values.size(), 10U);
    EXPECT_EQ(told.find("videoFourCcInfoMap")->find("hvc1")->number(0), 5);
    EXPECT_EQ(told.find("audioFourCcInfoMap")->find("Opus")->number(0), 5);
    EXPECT_EQ(told.find("audioFourCcInfoMap")->find("hvc1"), nullptr);
  }
}

}  // namespace
}  // namespace live::rtmp

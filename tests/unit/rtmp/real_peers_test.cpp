// What real clients and servers said, byte by byte as they said it: the corpora of the two fuzz targets.
//
// rtmp_server_session/: publishers of two black frames (32x32, x264 or x265) and a player each, recorded behind the
// handshake by a server made of ServerSession, whole up to their closing; OBS's up to its first frame.  ffmpeg 5.1
// and VLC say the same.  rtmp_client_session/: what "ffmpeg -listen 1" and nginx-rtmp 1.2.2 answered to ClientSession.
#include "common/base/file.hpp"
#include "common/rtmp/client_session.hpp"
#include "common/rtmp/server_session.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace live::rtmp {
namespace {

std::string recorded(const std::string& file) {
  const char* tests = std::getenv("TESTS");  // from ctest
  return read_file(std::filesystem::path{tests == nullptr ? "tests" : tests} / "fuzz/corpus" / file,
                   std::size_t{1} << 20U);
}

/// What a client's bytes come to.
struct Heard {
  ConnectAsked connect;
  std::string name, query;
  std::size_t audio = 0, video = 0, data = 0, ends = 0;
  bool plays = false, malformed = false;
};

Heard heard(const std::string& file, std::size_t cut) {
  const auto text = recorded("rtmp_server_session/" + file);
  Heard out;
  ServerSession session;
  std::vector<ServerEvent> events;
  const auto take = [&](ServerEvent& event) {
    if (auto* asked = std::get_if<ConnectAsked>(&event)) {
      out.connect = *asked;
      session.accept_connect();
    } else if (auto* publish = std::get_if<PublishAsked>(&event)) {
      out.name = publish->name, out.query = publish->query;
      session.accept_publish();
    } else if (auto* play = std::get_if<PlayAsked>(&event)) {
      out.name = play->name, out.query = play->query, out.plays = true;
      session.accept_play();
    } else if (auto* media = std::get_if<Media>(&event)) {
      ++(media->message.type == MessageType::video ? out.video : out.audio);
    } else if (std::holds_alternative<Data>(event)) {
      ++out.data;
    } else {
      ++out.ends;
    }
  };
  for (std::size_t at = 0; at < text.size() && !out.malformed; at += cut) {
    session.out().clear();
    const auto part = as_bytes(text).subspan(at, std::min(cut, text.size() - at));
    out.malformed = session.feed(part, events).has_value();
    while (!out.malformed && !events.empty()) {
      for (auto& event : std::exchange(events, {}))
        take(event);
      out.malformed = session.feed({}, events).has_value();
    }
  }
  return out;
}

struct Publisher {
  std::string file, query;
  std::size_t video, audio, data, ends;
};

TEST(RealPeers, PublishWithUs) {
  for (const auto& [file, query, video, audio, data, ends] : std::vector<Publisher>{
           {"ffmpeg-5.1-publish", "key=1", 4, 3, 1, 1},
           {"ffmpeg-7.1-publish-enhanced", "key=1", 4, 6, 1, 1},
           {"ffmpeg-9-publish-multitrack", "key=1", 4, 13, 1, 1},
           {"gstreamer-1.22-publish", "key=1", 4, 3, 4, 1},
           {"librtmp-2.4-publish", "", 4, 3, 4, 1},
       })
    for (const std::size_t cut : {1, 7, 100, 10'000}) {
      SCOPED_TRACE(file + " in pieces of " + std::to_string(cut));
      const auto out = heard(file, cut);
      EXPECT_FALSE(out.malformed);
      EXPECT_EQ(out.connect.app, "live");
      EXPECT_EQ(out.name, "door");
      EXPECT_EQ(out.query, query);
      EXPECT_EQ(out.video, video);
      EXPECT_EQ(out.audio, audio);
      EXPECT_EQ(out.data, data);
      EXPECT_EQ(out.ends, ends);
    }
}

TEST(RealPeers, ObsPublishes) {
  const auto plain = heard("obs-29-publish", 50);
  EXPECT_EQ(plain.name, "obs");
  EXPECT_EQ(plain.data, 1U);
  EXPECT_TRUE(plain.connect.capabilities.go_away);
  EXPECT_FALSE(plain.connect.capabilities.enhanced);
  const auto adobe = heard("obs-29-publish-adobe", 50);
  EXPECT_EQ(adobe.connect.app, "live");
  EXPECT_EQ(adobe.connect.query,
            "authmod=adobe&user=anna&challenge=N4LnVw==&response=ZyTUAhPWYoOMHjaHcx8wyw==&opaque="
            "6b01a92e850d562229136ee0");
  EXPECT_EQ(adobe.data, 1U);
}

TEST(RealPeers, PlayFromUs) {
  for (const std::string file :
       {"ffmpeg-5.1-play", "ffmpeg-5.1-play-live", "rtmpdump-2.4-play", "gstreamer-1.22-play"}) {
    const auto out = heard(file, 13);
    EXPECT_FALSE(out.malformed) << file;
    EXPECT_TRUE(out.plays) << file;
    EXPECT_EQ(out.name, "door") << file;
  }
}

TEST(RealPeers, AnnounceEnhancedCodecs) {
  const auto ffmpeg = heard("ffmpeg-7.1-publish-enhanced", 100).connect.capabilities;
  EXPECT_TRUE(ffmpeg.enhanced);
  EXPECT_EQ(ffmpeg.four_ccs, (std::vector<std::string>{"hvc1", "av01", "vp09"}));
}

std::vector<ClientEvent> told(const std::string& file, ClientOptions::Role role, std::size_t cut) {
  const auto text = recorded("rtmp_client_session/" + file);
  ClientOptions options;
  options.role = role;
  ClientSession session{options};
  session.start();
  std::vector<ClientEvent> events;
  for (std::size_t at = 0; at < text.size(); at += cut)
    EXPECT_FALSE(session.feed(as_bytes(text).subspan(at, std::min(cut, text.size() - at)), events));
  return events;
}

TEST(RealPeers, TakeWhatWePublish) {
  for (const std::string file : {"ffmpeg-5.1-publish", "nginx-rtmp-publish"})
    for (const std::size_t cut : {1, 9, 10'000}) {
      const auto events = told(file, ClientOptions::Role::publish, cut);
      ASSERT_FALSE(events.empty()) << file;
      EXPECT_TRUE(std::holds_alternative<Begun>(events[0])) << file;
    }
}

TEST(RealPeers, GiveUsWhatWePlay) {
  for (const std::size_t cut : {1, 9, 10'000}) {
    const auto events = told("nginx-rtmp-play", ClientOptions::Role::play, cut);
    ASSERT_EQ(events.size(), 11U);
    EXPECT_TRUE(std::holds_alternative<Begun>(events.front()));
    for (std::size_t i = 1; i < 10; ++i)
      EXPECT_TRUE(std::holds_alternative<Received>(events[i]));
    EXPECT_TRUE(std::holds_alternative<Ended>(events.back()));
  }
}

}  // namespace
}  // namespace live::rtmp

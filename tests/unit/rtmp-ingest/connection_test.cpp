// The times at which a connection ends, with ticks of a clock that runs ahead.
#include "tools/rtmp-ingest/connection.hpp"

#include "common/net/spawn.hpp"
#include "common/rtmp/client_session.hpp"

#include <array>
#include <chrono>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

namespace rtmp_ingest {
namespace {

using namespace std::chrono_literals;
using live::rtmp::Begun;
using live::rtmp::ClientOptions;
using live::rtmp::MessageType;

live::awaitable<void> run_connection(std::shared_ptr<Connection> connection) {
  co_await connection->run();
}

class ConnectionTimes : public testing::Test {
 protected:
  ConnectionTimes() {
    options_.no_output = true;
    options_.play = Play::allow;
    live::ingest::AuthorityOptions anybody;
    anybody.allow_any = true;
    authority_.emplace(io_, anybody);
    hub_.emplace(io_, options_, times_, HubEvents{});
    shared_.reset(new Shared{io_, options_, times_, *hub_, *authority_, live::ingest::Gate{}});
    std::array<int, 2> pair{};
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair.data()), 0);
    peer_ = pair[1];
    live::Socket socket{io_};
    socket.assign({AF_UNIX, 0}, pair[0]);
    auto connection = std::make_shared<Connection>(shared_, live::net::Link{std::move(socket)},
                                                   Arrival{"203.0.113.9:4711", false});
    connection_ = connection;
    live::net::spawn(io_, "connection", run_connection(std::move(connection)));
    io_.poll();
  }
  ~ConnectionTimes() override {
    ::close(std::exchange(peer_, -1));
    io_.poll();
    EXPECT_TRUE(connection_.expired()) << "the connection outlives its peer";
  }

  /// Both talk until neither says anything.
  void talk() {
    for (;;) {
      send(client_.out());
      io_.poll();
      const auto got = heard();
      if (got.empty()) return;
      live::Bytes rest{got};
      if (!handshake_.done()) {
        live::Buffer answer;
        EXPECT_FALSE(handshake_.feed(rest, answer));
        send(answer);
        if (!handshake_.done()) continue;
        client_.start();
      }
      EXPECT_FALSE(client_.feed(rest, events_));
    }
  }
  void shake_hands() {
    live::Buffer first;
    handshake_.start(first);
    send(first);
    talk();
  }
  void introduce(ClientOptions::Role role, std::vector<std::string> four_ccs = {}) {
    ClientOptions options;
    options.four_ccs = std::move(four_ccs);
    options.role = role;
    options.app = "live";
    options.tc_url = "rtmp://localhost/live";
    options.name = "door";
    client_ = live::rtmp::ClientSession{options};
  }
  /// The connect command, and nothing behind it.
  void connect() {
    introduce(ClientOptions::Role::publish);
    live::Buffer words;
    handshake_.start(words);
    send(words);
    io_.poll();
    const auto answer = heard();
    live::Bytes rest{answer};
    ASSERT_FALSE(handshake_.feed(rest, words));
    ASSERT_TRUE(handshake_.done());
    client_.start();
    send(words);
    send(client_.out());
    io_.poll();
    ASSERT_FALSE(heard().empty());
  }
  void begin(ClientOptions::Role role, std::vector<std::string> four_ccs = {}) {
    introduce(role, std::move(four_ccs));
    shake_hands();
    ASSERT_FALSE(events_.empty());
    ASSERT_TRUE(std::holds_alternative<Begun>(events_.front()));
  }
  void send_audio() {
    const live::Buffer sound{0xAF, 1, 0};
    live::rtmp::write_message(client_.out(), client_.head(MessageType::audio, 0), sound,
                              live::rtmp::our_chunk_bytes);
    talk();
  }

  /// Is the connection still there, this much later?
  bool lasts(std::chrono::milliseconds later) {
    if (const auto connection = connection_.lock())
      connection->tick(std::chrono::steady_clock::now() + later);
    io_.poll();
    return !connection_.expired();
  }

  /// What the server said; its end is no more than silence here.
  live::Buffer heard() const {
    live::Buffer got(65'536);
    const auto n = ::recv(peer_, got.data(), got.size(), MSG_DONTWAIT);
    got.resize(static_cast<std::size_t>(std::max<ssize_t>(n, 0)));
    return got;
  }
  void send(live::Buffer& words) const {
    if (words.empty()) return;
    EXPECT_EQ(::send(peer_, words.data(), words.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(words.size()));
    words.clear();
  }

  static constexpr auto margin = 5s;  ///< for a machine that is slow

  live::asio::io_context io_{1};
  Options options_;
  Times times_;
  std::optional<live::ingest::Authority> authority_;
  std::optional<Hub> hub_;
  std::shared_ptr<Shared> shared_;
  std::weak_ptr<Connection> connection_;
  live::rtmp::ClientHandshake handshake_{live::rtmp::Noise{}};
  live::rtmp::ClientSession client_{ClientOptions{}};
  std::vector<live::rtmp::ClientEvent> events_;
  int peer_ = -1;
};

TEST_F(ConnectionTimes, AreThoseOfTheManual) {
  EXPECT_EQ(times_.connect, 10s);
  EXPECT_EQ(times_.first_media, 20s);
  EXPECT_EQ(times_.silence, 30s);
  EXPECT_EQ(times_.ping, 30s);
}

TEST_F(ConnectionTimes, EndWhoSaysNothingAtAll) {
  EXPECT_TRUE(lasts(times_.connect - margin));
  EXPECT_FALSE(lasts(times_.connect + margin));
  EXPECT_EQ(shared_->counts.timed_out, 1U);
}

TEST_F(ConnectionTimes, EndWhoShakesHandsOnly) {
  live::Buffer first;
  handshake_.start(first);
  send(first);
  io_.poll();
  EXPECT_EQ(heard().size(), 1U + 2U * 1536U);
  EXPECT_TRUE(lasts(times_.connect - margin));
  EXPECT_FALSE(lasts(times_.connect + margin));
}

TEST_F(ConnectionTimes, EndWhoConnectsAndDoesNoMore) {
  connect();
  EXPECT_TRUE(lasts(times_.first_media - margin));
  EXPECT_FALSE(lasts(times_.first_media + margin));
  EXPECT_EQ(shared_->counts.timed_out, 1U);
}

TEST_F(ConnectionTimes, EndAPublisherWithoutMedia) {
  begin(ClientOptions::Role::publish);
  EXPECT_TRUE(lasts(times_.first_media - margin));
  EXPECT_FALSE(lasts(times_.first_media + margin));
  EXPECT_EQ(shared_->counts.timed_out, 1U);
}

TEST_F(ConnectionTimes, EndAPublisherThatFallsSilent) {
  begin(ClientOptions::Role::publish);
  send_audio();
  EXPECT_TRUE(lasts(times_.silence - margin));
  EXPECT_FALSE(lasts(times_.silence + margin));
  EXPECT_EQ(shared_->counts.timed_out, 1U);
}

TEST_F(ConnectionTimes, PingAPlayerAndEndOneThatDoesNotAnswer) {
  begin(ClientOptions::Role::play);
  EXPECT_TRUE(lasts(times_.ping - margin));
  EXPECT_TRUE(heard().empty());
  EXPECT_TRUE(lasts(times_.ping + margin));
  EXPECT_FALSE(heard().empty()) << "a ping";
  EXPECT_TRUE(lasts(times_.ping + times_.silence - margin));
  EXPECT_FALSE(lasts(times_.ping + times_.silence + margin));
  EXPECT_EQ(shared_->counts.timed_out, 1U);
}

TEST_F(ConnectionTimes, LetAPeerLeaveThatIsAskedToReconnect) {
  begin(ClientOptions::Role::publish, {"avc1"});
  connection_.lock()->stop(true);
  talk();
  EXPECT_TRUE(std::holds_alternative<live::rtmp::ReconnectAsked>(events_.back()));
  EXPECT_TRUE(lasts(0s));
  EXPECT_FALSE(lasts(3s + margin));
}

TEST_F(ConnectionTimes, AskNobodyToReconnectWhoDoesNotUnderstandIt) {
  begin(ClientOptions::Role::publish);
  connection_.lock()->stop(true);
  talk();
  EXPECT_TRUE(std::holds_alternative<Begun>(events_.back()));
  EXPECT_FALSE(lasts(2s + margin));
}

}  // namespace
}  // namespace rtmp_ingest

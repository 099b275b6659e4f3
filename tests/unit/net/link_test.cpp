#include "common/net/link.hpp"

#include "common/net/spawn.hpp"
#include "common/net/tls.hpp"
#include "tests/support/tls.hpp"

#include <array>
#include <cerrno>
#include <chrono>
#include <memory>
#include <optional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

namespace live::net {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

using test::server_context;
using Client = test::TlsClient;

awaitable<void> shake_hands(Link& link, std::chrono::milliseconds limit,
                            std::optional<std::string>& result) {
  result = co_await link.handshake(limit);
}
awaitable<void> await_readable(Link& link, std::optional<bool>& result) {
  result = co_await link.wait_readable();
}
awaitable<void> await_writable(Link& link, std::optional<bool>& result) {
  result = co_await link.wait_writable();
}

class LinkTest : public testing::Test {
 protected:
  LinkTest() {
    std::array<int, 2> pair{};
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair.data()), 0);
    client_ = std::make_unique<Client>(pair[1]);
    Socket socket{io_};
    socket.assign({AF_UNIX, 0}, pair[0]);
    socket_ = std::move(socket);
  }
  Link& plain() { return link_.emplace(std::move(*socket_)); }
  Link& tls() { return link_.emplace(std::move(*socket_), server_context()); }
  /// With the handshake done.
  Link& connected() {
    tls();
    EXPECT_EQ(handshake(), "");
    return *link_;
  }
  /// Runs the loop until `done`; false after 20 s.
  template <class Done>
  bool run_until(Done done) {
    const auto end = std::chrono::steady_clock::now() + 20s;
    while (!done()) {
      if (std::chrono::steady_clock::now() > end) return false;
      io_.restart();
      io_.run_for(1ms);
    }
    return true;
  }
  /// What the link says of a handshake with the client, which does its part.
  std::string handshake(std::chrono::milliseconds limit = 20s) {
    std::optional<std::string> result;
    spawn(io_, "handshake", shake_hands(*link_, limit, result));
    bool connected = false;
    EXPECT_TRUE(run_until([&] {
      connected = connected || client_->connects();
      return result && connected;
    }));
    return result.value_or("nothing");
  }
  /// The same with a peer that says `bytes` and nothing more.
  std::string handshake_of(std::string_view bytes, std::chrono::milliseconds limit = 20s) {
    tls();
    std::optional<std::string> result;
    spawn(io_, "handshake", shake_hands(*link_, limit, result));
    EXPECT_EQ(::send(client_->fd(), bytes.data(), bytes.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(bytes.size()));
    run_until([&] { return result.has_value(); });
    return result.value_or("nothing");
  }
  /// All that the link has to read now; its last outcome in `outcome_`.
  std::string read_all() {
    std::string text;
    std::array<std::uint8_t, 1000> in;
    for (;;) {
      const auto got = link_->read_some(in);
      outcome_ = got.outcome;
      if (got.outcome != Got::Outcome::some) return text;
      text += as_text(Bytes{in}.first(got.bytes));
    }
  }

  asio::io_context io_{1};
  std::unique_ptr<Client> client_;
  std::optional<Socket> socket_;
  std::optional<Link> link_;
  Got::Outcome outcome_{};
};

iovec piece(std::string& text) { return {text.data(), text.size()}; }

/// Bytes that tell their place.
std::string numbered(std::size_t size) {
  std::string text(size, ' ');
  for (std::size_t i = 0; i < size; ++i)
    text[i] = static_cast<char>('a' + (i * 7 + i / 1000) % 26);
  return text;
}

TEST_F(LinkTest, PlainNeedsNoHandshake) {
  plain();
  std::optional<std::string> result;
  spawn(io_, "handshake", shake_hands(*link_, 1ms, result));
  io_.run();
  EXPECT_EQ(result, "");
  EXPECT_FALSE(link_->is_tls());
}

TEST_F(LinkTest, PlainTellsNoneSomeAndEnded) {
  plain();
  EXPECT_EQ(read_all(), "");
  EXPECT_EQ(outcome_, Got::Outcome::none);
  std::optional<bool> readable;
  spawn(io_, "wait", await_readable(*link_, readable));
  io_.run_for(1ms);
  EXPECT_FALSE(readable);
  ASSERT_EQ(::send(client_->fd(), "hello", 5, 0), 5);
  EXPECT_TRUE(run_until([&] { return readable.has_value(); }));
  EXPECT_EQ(readable, true);
  EXPECT_EQ(read_all(), "hello");
  client_->hang_up();
  read_all();
  EXPECT_EQ(outcome_, Got::Outcome::ended);
}

TEST_F(LinkTest, PlainWritesPiecesAndTellsFullAndGone) {
  plain();
  std::string a = "one ", b = "two";
  const auto sent = link_->write_some(std::array{piece(a), iovec{nullptr, 0}, piece(b)});
  EXPECT_EQ(sent.outcome, Sent::Outcome::some);
  EXPECT_EQ(sent.bytes, 7U);
  std::string much(100'000, 'x');
  Sent last{};
  while ((last = link_->write_some(std::array{piece(much)})).outcome == Sent::Outcome::some) {
  }
  EXPECT_EQ(last.outcome, Sent::Outcome::full);
  client_->hang_up();
  EXPECT_EQ(link_->write_some(std::array{piece(much)}).outcome, Sent::Outcome::gone);
}

TEST_F(LinkTest, CloseEndsOurSideAndItsWaitsButReadsOn) {
  plain();
  std::optional<bool> readable;
  spawn(io_, "wait", await_readable(*link_, readable));
  io_.run_for(1ms);
  link_->close();
  io_.restart();
  io_.run_for(1ms);
  EXPECT_EQ(readable, false);
  char byte = 0;
  EXPECT_EQ(::recv(client_->fd(), &byte, 1, 0), 0) << "the end, in order";
  ASSERT_EQ(::send(client_->fd(), "still", 5, 0), 5);
  EXPECT_EQ(read_all(), "still");
}

TEST_F(LinkTest, ResetClosesTheDescriptor) {
  plain();
  std::optional<bool> readable;
  spawn(io_, "wait", await_readable(*link_, readable));
  io_.run_for(1ms);
  link_->reset();
  io_.restart();
  io_.run_for(1ms);
  EXPECT_EQ(readable, false);
  EXPECT_EQ(link_->read_some({}).outcome, Got::Outcome::gone);
  std::string text = "x";
  EXPECT_EQ(link_->write_some(std::array{piece(text)}).outcome, Sent::Outcome::gone);
}

TEST_F(LinkTest, TlsCarriesBytesBothWays) {
  connected();
  EXPECT_TRUE(link_->is_tls());
  EXPECT_STREQ(SSL_get_version(&client_->ssl()), "TLSv1.3");
  ASSERT_TRUE(client_->write("hello"));
  EXPECT_EQ(read_all(), "hello");
  EXPECT_EQ(outcome_, Got::Outcome::none);
  std::string a = "one ", b = "two";
  EXPECT_EQ(link_->write_some(std::array{piece(a), iovec{nullptr, 0}, piece(b)}).bytes, 7U);
  std::string text;
  client_->read_to(text);
  EXPECT_EQ(text, "one two");
}

TEST_F(LinkTest, TlsSaysThatItMayHoldBytesThoughTheDescriptorIsNotReadable) {
  connected();
  ASSERT_TRUE(client_->write("hello"));
  std::array<std::uint8_t, 2> two;
  EXPECT_EQ(link_->read_some(two).bytes, 2U);
  std::optional<bool> readable;
  spawn(io_, "wait", await_readable(*link_, readable));
  io_.restart();
  io_.run_for(1ms);
  EXPECT_EQ(readable, true);
  EXPECT_EQ(read_all(), "llo");
  readable.reset();
  spawn(io_, "wait", await_readable(*link_, readable));
  io_.restart();
  io_.run_for(1ms);
  EXPECT_FALSE(readable);
}

TEST_F(LinkTest, WhatComesWithTheEndOfTheHandshakeIsReadable) {
  tls();
  std::optional<std::string> result;
  spawn(io_, "handshake", shake_hands(*link_, 20s, result));
  ASSERT_TRUE(run_until([&] { return client_->connects(); }));
  EXPECT_TRUE(client_->write("early")) << "in one segment with the client's Finished";
  ASSERT_TRUE(run_until([&] { return result.has_value(); }));
  std::optional<bool> readable;
  spawn(io_, "wait", await_readable(*link_, readable));
  EXPECT_TRUE(run_until([&] { return readable.has_value(); }));
  EXPECT_EQ(read_all(), "early");
}

/// A writer as the contract asks for: what is taken may change, the byte behind it comes first the next time.  Each call
/// offers another number of bytes behind it, cut in pieces of another size.
void write_through(Link& link, Client& client, const std::string& text, std::string& received) {
  std::size_t done = 0, call = 0;
  int rounds = 0;
  while (done < text.size() && ++rounds < 100'000) {
    const auto size = std::min<std::size_t>(text.size() - done, 1 + (call * 7919) % 60'000);
    const auto step = 1 + (call * 104'729) % 20'000;
    std::string own = text.substr(done, size);
    std::vector<iovec> pieces;
    for (std::size_t at = 0; at < size; at += step)
      pieces.push_back({own.data() + at, std::min(step, size - at)});
    const auto sent = link.write_some(pieces);
    ASSERT_NE(sent.outcome, Sent::Outcome::gone);
    ASSERT_EQ(sent.outcome == Sent::Outcome::some, sent.bytes > 0);
    done += sent.bytes;
    if (++call % 3 == 0 || sent.outcome == Sent::Outcome::full) client.read_to(received);
  }
  client.read_to(received);
}

TEST_F(LinkTest, TlsGoesOnRightWhereTheSocketWasFull) {
  connected();
  const auto text = numbered(6'000'000);
  std::string received;
  write_through(*link_, *client_, text, received);
  EXPECT_TRUE(received == text) << received.size();
}

TEST_F(LinkTest, TlsOfAPeerThatTakesSmallRecordsOnly) {
  SSL_CTX_set_tlsext_max_fragment_length(&client_->context(), TLSEXT_max_fragment_length_1024);
  connected();
  const auto text = numbered(1'000'000);
  std::string received;
  write_through(*link_, *client_, text, received);
  EXPECT_TRUE(received == text) << received.size();
}

TEST_F(LinkTest, TlsWaitsUntilAFullSocketTakesMore) {
  connected();
  std::string much(50'000, 'x');
  while (link_->write_some(std::array{piece(much)}).outcome == Sent::Outcome::some) {
  }
  std::optional<bool> writable;
  spawn(io_, "wait", await_writable(*link_, writable));
  io_.restart();
  io_.run_for(5ms);
  EXPECT_FALSE(writable);
  std::string text;
  client_->read_to(text);
  EXPECT_TRUE(run_until([&] { return writable.has_value(); }));
  EXPECT_EQ(writable, true);
}

TEST_F(LinkTest, TlsEndsInOrderBothWays) {
  connected();
  SSL_shutdown(&client_->ssl());
  read_all();
  EXPECT_EQ(outcome_, Got::Outcome::ended);
  link_->close();
  std::string text;
  client_->read_to(text);
  EXPECT_NE(SSL_get_shutdown(&client_->ssl()) & SSL_RECEIVED_SHUTDOWN, 0);
}

TEST_F(LinkTest, TlsWithoutACloseNotifyIsBroken) {
  connected();
  client_->hang_up();
  read_all();
  EXPECT_EQ(outcome_, Got::Outcome::gone);
  std::string text = "x";
  EXPECT_EQ(link_->write_some(std::array{piece(text)}).outcome, Sent::Outcome::gone);
}

TEST_F(LinkTest, GarbageInARecordBreaksIt) {
  connected();
  const std::string_view record{"\x17\x03\x03\x00\x20 this was not encrypted by anyone", 37};
  ASSERT_EQ(::send(client_->fd(), record.data(), record.size(), 0), 37);
  read_all();
  EXPECT_EQ(outcome_, Got::Outcome::gone);
}

TEST_F(LinkTest, RenegotiationIsRefused) {
  SSL_CTX_set_max_proto_version(&client_->context(), TLS1_2_VERSION);
  connected();
  EXPECT_STREQ(SSL_get_version(&client_->ssl()), "TLSv1.2");
  ASSERT_EQ(SSL_renegotiate(&client_->ssl()), 1);
  EXPECT_FALSE(client_->connects());
  read_all();
  EXPECT_EQ(outcome_, Got::Outcome::none);
  EXPECT_TRUE(client_->connects());
  EXPECT_EQ(ERR_GET_REASON(ERR_peek_error()), SSL_R_NO_RENEGOTIATION);
}

TEST_F(LinkTest, OldVersionsAreRefused) {
  tls();
  SSL_CTX_set_security_level(&client_->context(), 0);
  SSL_CTX_set_min_proto_version(&client_->context(), TLS1_VERSION);
  SSL_CTX_set_max_proto_version(&client_->context(), TLS1_1_VERSION);
  EXPECT_EQ(handshake(), "unsupported protocol");
}

TEST_F(LinkTest, AHandshakeThatStopsHalfWayHasALimit) {
  EXPECT_EQ(handshake_of(std::string_view{"\x16\x03\x01\x02", 4}, 30ms), "not done within 30 ms");
  std::string text = "x";
  EXPECT_EQ(link_->write_some(std::array{piece(text)}).outcome, Sent::Outcome::gone);
}

TEST_F(LinkTest, APeerThatSpeaksNoTlsIsToldApart) {
  EXPECT_EQ(handshake_of("GET / HTTP/1.1\r\nHost: a\r\n\r\n"), "it does not speak TLS");
}

TEST_F(LinkTest, APeerThatSpeaksRtmpIsToldApart) {
  EXPECT_EQ(handshake_of(std::string(1537, '\x03')), "it speaks RTMP without TLS");
}

TEST_F(LinkTest, APeerThatLeavesDuringTheHandshake) {
  tls();
  std::optional<std::string> result;
  spawn(io_, "handshake", shake_hands(*link_, 20s, result));
  client_->connects();
  client_->hang_up();
  EXPECT_TRUE(run_until([&] { return result.has_value(); }));
  EXPECT_THAT(result.value_or(""), ::testing::AnyOf("the peer has left", HasSubstr("eof")));
}

TEST_F(LinkTest, ManyKeyUpdatesWithoutReadingDoNotHoldUpTheReader) {
  connected();
  std::string much(50'000, 'x');
  while (link_->write_some(std::array{piece(much)}).outcome == Sent::Outcome::some) {
  }
  ASSERT_EQ(SSL_key_update(&client_->ssl(), SSL_KEY_UPDATE_REQUESTED), 1);
  ASSERT_TRUE(client_->write("after new keys"));
  EXPECT_EQ(read_all(), "after new keys");
  EXPECT_EQ(outcome_, Got::Outcome::none);
}

}  // namespace
}  // namespace live::net

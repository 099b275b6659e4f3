#include "common/rtmp/handshake.hpp"

#include "tests/support/bytes.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace live::rtmp {
namespace {

using test::bytes;
using testing::HasSubstr;

/// Bytes that a Python script made the digests below of, with its own hmac module.
template <class Out>
void fill(Out&& out, unsigned factor, unsigned start) {
  for (unsigned i = 0; i < out.size(); ++i)
    out[i] = static_cast<std::uint8_t>((i * factor + start) ^ (i >> 8U));
}

Noise noise() {
  Noise noise{};
  fill(noise, 5, 11);
  return noise;
}

/// C0 and C1 of a Flash player, without digest.
Buffer flash_c0_c1() {
  Buffer c = bytes("03 00000000 80000702");
  Buffer rest(1528);
  fill(rest, 7, 3);
  c.insert(c.end(), rest.begin(), rest.end());
  return c;
}

struct Vector {
  std::size_t c1_at;
  const char* c1;
  std::size_t s1_at;
  const char* s1;
  const char* s2;
};
constexpr Vector scheme_0 = {66, "955cbf1c306c7ab01739b05dc23ed5effc382de934d6964f2849b50597a5d523",
                             86, "50c60dbf11871ffd90d2c2bec8f5d2580570614218a604bff088df7ae52add22",
                             "8a5a6157fe99856ab4eaa3cf763007b7e4d8aa37b4fe03d81af98c5532fc14c3"};
constexpr Vector scheme_1 = {
    1014, "ecf2432fd464eca9ce1361ae624ff887ba7f6c29df404d1bfe949b9a57d902e4", 1282,
    "315e3d240a13035d7b0454b000eff156d0a94edb5600c93371186d57afa31020",
    "8a6a7b83b52d7d81fd0095549ebfc497759718b9017dae497680c9f54a0d8f6c"};

Buffer part(const Buffer& of, std::size_t at, std::size_t n) {
  const auto begin = of.begin() + static_cast<std::ptrdiff_t>(at);
  return {begin, begin + static_cast<std::ptrdiff_t>(n)};
}

class Digests : public testing::TestWithParam<Vector> {};

TEST_P(Digests, AreAnsweredAtTheOffsetThatTheClientUses) {
  const Vector& v = GetParam();
  Buffer c = flash_c0_c1();
  std::ranges::copy(bytes(v.c1), c.begin() + 1 + static_cast<std::ptrdiff_t>(v.c1_at));
  ServerHandshake server{noise()};
  Bytes in{c};
  Buffer out;
  EXPECT_FALSE(server.feed(in, out));
  EXPECT_TRUE(server.digest());
  ASSERT_EQ(out.size(), 1 + 2 * handshake_bytes);
  EXPECT_EQ(out[0], 3);
  EXPECT_EQ(part(out, 1 + v.s1_at, 32), bytes(v.s1));
  EXPECT_EQ(part(out, 1 + 2 * handshake_bytes - 32, 32), bytes(v.s2));
}
INSTANTIATE_TEST_SUITE_P(Schemes, Digests, testing::Values(scheme_0, scheme_1));

TEST(ServerHandshake, EchoesC1WhenItsDigestIsWrong) {
  const Buffer c = flash_c0_c1();
  ServerHandshake server{noise()};
  Bytes in{c};
  Buffer out;
  EXPECT_FALSE(server.feed(in, out));
  EXPECT_FALSE(server.digest());
  EXPECT_FALSE(server.done());
  ASSERT_EQ(out.size(), 1 + 2 * handshake_bytes);
  EXPECT_EQ(part(out, 5, 4), bytes("00000000"));
  EXPECT_EQ(part(out, 1 + handshake_bytes, handshake_bytes), part(c, 1, handshake_bytes));
}

TEST(ServerHandshake, LooksForNoDigestInVersionZero) {
  Buffer c = flash_c0_c1();
  std::ranges::copy(bytes(scheme_0.c1), c.begin() + 1 + scheme_0.c1_at);
  std::fill_n(c.begin() + 5, 4, std::uint8_t{0});
  ServerHandshake server{noise()};
  Bytes in{c};
  Buffer out;
  EXPECT_FALSE(server.feed(in, out));
  EXPECT_FALSE(server.digest());
}

TEST(ServerHandshake, TakesNoMoreThanItsOwn) {
  Buffer c = flash_c0_c1();
  c.resize(1 + 2 * handshake_bytes + 5, 0x55);
  for (const std::size_t first : {std::size_t{0}, std::size_t{1}, std::size_t{1536},
                                  std::size_t{1537}, std::size_t{3072}, c.size()}) {
    ServerHandshake server{noise()};
    Buffer out;
    Bytes in = Bytes{c}.first(first);
    EXPECT_FALSE(server.feed(in, out));
    Bytes more = Bytes{c}.subspan(first - in.size());
    EXPECT_FALSE(server.feed(more, out));
    EXPECT_TRUE(server.done());
    EXPECT_EQ(more.size(), 5U);
    EXPECT_EQ(out.size(), 1 + 2 * handshake_bytes);
  }
}

std::string refusal(std::string_view first) {
  ServerHandshake server{noise()};
  Bytes in = as_bytes(first);
  Buffer out;
  const auto bad = server.feed(in, out);
  EXPECT_TRUE(out.empty());
  return bad ? bad->why : "";
}

TEST(ServerHandshake, NamesWhatItIsWhenItIsNotRtmp) {
  EXPECT_THAT(refusal("\x16\x03\x01"), HasSubstr("TLS"));
  EXPECT_THAT(refusal("GET / HTTP/1.1\r\n"), HasSubstr("HTTP"));
  EXPECT_THAT(refusal("POST /open/1"), HasSubstr("HTTP"));
  EXPECT_THAT(refusal("\x06"), HasSubstr("RTMPE"));
  EXPECT_EQ(refusal("\x7f"), "not RTMP: version 127, must be 3");
  EXPECT_EQ(refusal("\x03"), "");
}

TEST(ClientHandshake, AgreesWithTheServerByteByByte) {
  ClientHandshake client{noise()};
  ServerHandshake server{noise()};
  Buffer to_server, to_client;
  client.start(to_server);
  ASSERT_EQ(to_server.size(), 1 + handshake_bytes);
  while (!to_server.empty() || !to_client.empty()) {
    Buffer next_to_server, next_to_client;
    for (const std::uint8_t& byte : to_server) {
      Bytes in{&byte, 1};
      ASSERT_FALSE(server.feed(in, next_to_client));
    }
    for (const std::uint8_t& byte : to_client) {
      Bytes in{&byte, 1};
      ASSERT_FALSE(client.feed(in, next_to_server));
    }
    to_server.swap(next_to_server);
    to_client.swap(next_to_client);
  }
  EXPECT_TRUE(server.done());
  EXPECT_TRUE(client.done());
  EXPECT_FALSE(server.digest());
}

TEST(ClientHandshake, EchoesS1AndLeavesWhatFollows) {
  ClientHandshake client{noise()};
  Buffer s(1 + 2 * handshake_bytes + 2, 7);
  s[0] = 3;
  Bytes in{s};
  Buffer out;
  EXPECT_FALSE(client.feed(in, out));
  EXPECT_EQ(out, part(s, 1, handshake_bytes));
  EXPECT_TRUE(client.done());
  EXPECT_EQ(in.size(), 2U);
}

TEST(ClientHandshake, RefusesAServerOfAnotherProtocol) {
  ClientHandshake client{noise()};
  Bytes in = as_bytes("HTTP/1.1 400 Bad Request");
  Buffer out;
  const auto bad = client.feed(in, out);
  ASSERT_TRUE(bad);
  EXPECT_THAT(bad->why, HasSubstr("HTTP"));
}

}  // namespace
}  // namespace live::rtmp

#include "common/net/proxy_protocol.hpp"

#include "tests/support/bytes.hpp"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace live::net {
namespace {

using testing::HasSubstr;

constexpr std::string_view signature = "0D0A0D0A000D0A515549540A";

std::string hex(std::string_view rest) { return std::string{signature} + std::string{rest}; }

/// The peer, "need N", or why not.
std::string told(Bytes in, int version) {
  const auto step = parse_proxy_header(in, version);
  if (const auto* taken = std::get_if<Taken<ProxyHeader>>(&step))
    return taken->value.peer + " in " + std::to_string(taken->used);
  if (const auto* more = std::get_if<NeedMore>(&step)) return "need " + std::to_string(more->bytes);
  return std::get<Malformed>(step).why;
}
std::string line(std::string_view text) { return told(as_bytes(text), 1); }
std::string binary(std::string_view rest) { return told(test::bytes(hex(rest)), 2); }

TEST(ProxyLine, TellsTheSource) {
  EXPECT_EQ(line("PROXY TCP4 203.0.113.9 192.0.2.1 4711 1935\r\n\x03"), "203.0.113.9:4711 in 44");
  EXPECT_EQ(line("PROXY TCP6 2001:DB8::0:1 ::1 65535 0\r\n"), "[2001:db8::1]:65535 in 38");
  EXPECT_EQ(line("PROXY TCP6 ::ffff:203.0.113.9 ::1 4711 1935\r\n"), "203.0.113.9:4711 in 45");
}

TEST(ProxyLine, UnknownIsTheProxyItself) {
  EXPECT_EQ(line("PROXY UNKNOWN\r\nabc"), " in 15");
  EXPECT_EQ(line("PROXY UNKNOWN ffff:f...f:ffff what ever 65535 65535\r\n"), " in 53");
}

TEST(ProxyLine, EveryPrefixAsksForMore) {
  const std::string whole = "PROXY TCP4 203.0.113.9 192.0.2.1 4711 1935\r\n";
  for (std::size_t n = 0; n < whole.size(); ++n)
    EXPECT_EQ(line(whole.substr(0, n)), n == whole.size() - 1 ? "need 1" : "need 2") << n;
}

TEST(ProxyLine, RefusesWrongAddresses) {
  for (const char* wrong :
       {"203.0.113.256 192.0.2.1 4711 1935", "203.0.113.9 192.0.2.1 65536 1935",
        "203.0.113.9 192.0.2.1 4711 1935 ", "203.0.113.9 192.0.2.1 4711", "203.0.113.9",
        "203.0.113.9  192.0.2.1 4711 1935", "::1 ::1 1 1", "203.0.113.9 192.0.2.1 -1 1935",
        "203.0.113.9 192.0.2.1 +1 1935", "", "203.0.113.9 192.0.2.1 0x1 1935"})
    EXPECT_EQ(line("PROXY TCP4 " + std::string{wrong} + "\r\n"), "PROXY line with a wrong address")
        << wrong;
  EXPECT_EQ(line({"PROXY TCP4 1.2.3.4\0 192.0.2.1 1 1\r\n", 36}),
            "PROXY line with a wrong address");
  EXPECT_EQ(line("PROXY UDP4 203.0.113.9 192.0.2.1 4711 1935\r\n"),
            "PROXY line of an unknown protocol");
  EXPECT_EQ(line("PROXY \r\n"), "PROXY line of an unknown protocol");
}

TEST(ProxyLine, RefusesAtTheFirstByteThatIsNotItsOwn) {
  EXPECT_EQ(line("\x03"), "no PROXY header of version 1");
  EXPECT_EQ(line("PROXI"), "no PROXY header of version 1");
  EXPECT_EQ(line("\r\n\r\n"), "PROXY header of version 2, 1 was expected");
  EXPECT_EQ(told(as_bytes("PROXY T"), 2), "PROXY header of version 1, 2 was expected");
}

TEST(ProxyLine, Ends) {
  EXPECT_EQ(line("PROXY UNKNOWN " + std::string(91, 'x') + "\r\n"), " in 107");
  EXPECT_EQ(line("PROXY UNKNOWN " + std::string(92, 'x') + "\r\n"),
            "PROXY line without end in 107 bytes");
}

TEST(ProxyHeader, TellsTheSource) {
  EXPECT_EQ(binary("21 11 000C CB007109 C0000201 1267 078F 03"), "203.0.113.9:4711 in 28");
  EXPECT_EQ(binary("21 21 0024 20010DB8000000000000000000000001 00000000000000000000000000000001"
                   "1267 078F"),
            "[2001:db8::1]:4711 in 52");
  EXPECT_EQ(binary("21 21 0024 00000000000000000000FFFFCB007109 00000000000000000000000000000001"
                   "1267 078F"),
            "203.0.113.9:4711 in 52");
}

TEST(ProxyHeader, PassesOverTlvs) {
  EXPECT_EQ(binary("21 11 0011 CB007109 C0000201 1267 078F 04 0002 AABB"),
            "203.0.113.9:4711 in 33");
}

TEST(ProxyHeader, LocalAndUnspecifiedAreTheProxyItself) {
  EXPECT_EQ(binary("20 00 0000"), " in 16");
  EXPECT_EQ(binary("20 11 000C CB007109 C0000201 1267 078F"), " in 28");
  EXPECT_EQ(binary("21 00 0003 010203"), " in 19");
  EXPECT_EQ(binary("21 41 0001 01"), " in 17");
  EXPECT_EQ(binary("21 31 0000"), "unix in 16");
}

TEST(ProxyHeader, EveryPrefixAsksForMore) {
  const Buffer whole = test::bytes(hex("21 11 000C CB007109 C0000201 1267 078F"));
  for (std::size_t n = 0; n < whole.size(); ++n)
    EXPECT_EQ(told(Bytes{whole}.first(n), 2),
              "need " + std::to_string(n < 16 ? 16 - n : whole.size() - n));
}

TEST(ProxyHeader, RefusesWhatItDoesNotKnow) {
  EXPECT_EQ(binary("11 11 0000"), "PROXY header of version 1");
  EXPECT_EQ(binary("22 11 0000"), "PROXY command 2");
  EXPECT_THAT(binary("21 11 000B 0000000000000000000000"), HasSubstr("11 bytes of addresses"));
  EXPECT_EQ(binary("21 11 0209"), "PROXY header of 537 bytes, at most 536");
  EXPECT_EQ(binary("21 11 0208"), "need 520");
  EXPECT_EQ(told(as_bytes("\r\n\r\r"), 2), "no PROXY header of version 2");
}

}  // namespace
}  // namespace live::net

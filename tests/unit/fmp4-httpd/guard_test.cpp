#include "tools/fmp4-httpd/guard.hpp"

#include <gtest/gtest.h>

namespace fmp4_httpd {
namespace {

TEST(Guard, OnLoopbackAHostIsAnAddressOrLocalhost) {
  const Guard guard{{}};
  for (const auto* host : {"127.0.0.1", "127.0.0.1:8080", "localhost", "LocalHost:80", "[::1]:8080",
                           "192.168.1.7:8080", "cam.localhost:8080"}) {
    EXPECT_TRUE(guard.allows_host_on_loopback(host)) << host;
  }
  for (const auto* host : {"evil.example", "evil.example:8080", "127.0.0.1.evil.example",
                           "localhost.evil.example", "::1", "[evil]:80", "", "127.1", "0x7f.1"}) {
    EXPECT_FALSE(guard.allows_host_on_loopback(host)) << host;
  }
}

TEST(Guard, TheHostOfACorsOriginIsAProxysName) {
  const Guard guard{{"https://live.example.org", "http://cams.example.org:8443"}};
  EXPECT_TRUE(guard.allows_host_on_loopback("live.example.org"));
  EXPECT_TRUE(guard.allows_host_on_loopback("LIVE.example.org:443"));
  EXPECT_TRUE(guard.allows_host_on_loopback("cams.example.org"));
  EXPECT_FALSE(guard.allows_host_on_loopback("example.org"));
}

TEST(Guard, AnyOriginIsNotAnyHost) {
  const Guard guard{{"*"}};
  EXPECT_FALSE(guard.allows_host_on_loopback("evil.example"));
  EXPECT_TRUE(guard.allows_origin("https://anything.example", "127.0.0.1:8080"));
}

TEST(Guard, AWebSocketsOriginIsItsHost) {
  const Guard guard{{}};
  EXPECT_TRUE(guard.allows_origin("http://127.0.0.1:8080", "127.0.0.1:8080"));
  EXPECT_TRUE(guard.allows_origin("http://cam.lan", "cam.lan"));
  EXPECT_TRUE(guard.allows_origin("https://cam.lan", "cam.lan"));
  EXPECT_TRUE(guard.allows_origin("https://cam.lan", "cam.lan:443"));
  EXPECT_TRUE(guard.allows_origin("http://[::1]:8080", "[::1]:8080"));
  EXPECT_FALSE(guard.allows_origin("http://127.0.0.1:8081", "127.0.0.1:8080"));
  EXPECT_FALSE(guard.allows_origin("http://evil.example", "127.0.0.1:8080"));
  EXPECT_FALSE(guard.allows_origin("https://cam.lan:8443", "cam.lan"));
  EXPECT_FALSE(guard.allows_origin("null", "127.0.0.1:8080"));
  EXPECT_FALSE(guard.allows_origin("http://cam.lan@evil.example", "cam.lan"));
}

TEST(Guard, ListedOriginsMayReadUs) {
  const Guard guard{{"https://www.example.org"}};
  EXPECT_TRUE(guard.allows_origin("https://www.example.org", "cam.lan:8080"));
  EXPECT_EQ(guard.allow_origin("https://www.example.org"), "https://www.example.org");
  EXPECT_EQ(guard.allow_origin("https://example.org"), std::nullopt);
  EXPECT_EQ(Guard{{"*"}}.allow_origin("https://example.org"), "*");
}

TEST(Guard, KnowsAnOriginWhenItSeesOne) {
  EXPECT_TRUE(is_origin("*"));
  EXPECT_TRUE(is_origin("https://example.org:8443"));
  for (const auto* text : {"example.org", "https://", "https://a/b", "://a", "https://a@b"}) {
    EXPECT_FALSE(is_origin(text)) << text;
  }
}

}  // namespace
}  // namespace fmp4_httpd

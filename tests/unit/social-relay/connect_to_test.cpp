#include "tools/social-relay/connect_to.hpp"

#include <gtest/gtest.h>

namespace social_relay {
namespace {

using To = std::pair<std::string, std::uint16_t>;

TEST(ConnectTo, SendsElsewhereWhatItNames) {
  ConnectTo to;
  ASSERT_TRUE(to.add("a.example:443:127.0.0.1:8443"));
  EXPECT_EQ(to.resolve("a.example", 443), (To{"127.0.0.1", 8443}));
  EXPECT_EQ(to.resolve("a.example", 1935), (To{"a.example", 1935}));
  EXPECT_EQ(to.resolve("b.example", 443), (To{"b.example", 443}));
}

TEST(ConnectTo, TakesNothingForAnyAndForTheSame) {
  ConnectTo to;
  ASSERT_TRUE(to.add("a.example::[::1]:"));
  ASSERT_TRUE(to.add(":1935::1936"));
  ASSERT_TRUE(to.add("::proxy.example:"));
  EXPECT_EQ(to.resolve("a.example", 443), (To{"::1", 443}));
  EXPECT_EQ(to.resolve("b.example", 1935), (To{"b.example", 1936}));
  EXPECT_EQ(to.resolve("b.example", 443), (To{"proxy.example", 443}));
}

TEST(ConnectTo, KnowsAddressesOfIpv6) {
  ConnectTo to;
  ASSERT_TRUE(to.add("[2001:db8::1]:443:127.0.0.1:8443"));
  EXPECT_EQ(to.resolve("2001:db8::1", 443), (To{"127.0.0.1", 8443}));
}

TEST(ConnectTo, RefusesWhatIsNoRule) {
  ConnectTo to;
  for (const auto* text : {"", "a", "a:443", "a:443:b", "a:x:b:443", "a:443:b:x", "a:443:b:65536",
                           "a:0:b:443", "[::1:443:b:443", "a:443:b:443:c", "a:-1:b:443"})
    EXPECT_FALSE(to.add(text)) << text;
  EXPECT_EQ(to.resolve("a", 443), (To{"a", 443}));
}

}  // namespace
}  // namespace social_relay

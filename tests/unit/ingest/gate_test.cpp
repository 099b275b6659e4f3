#include "common/ingest/gate.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace live::ingest {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

constexpr Monotonic start{};

TEST(GateAddress, IsWhatOneCustomerHas) {
  EXPECT_EQ(Gate::address_of("203.0.113.9:4711"), "203.0.113.9");
  EXPECT_EQ(Gate::address_of("[::ffff:203.0.113.9]:4711"), "203.0.113.9");
  EXPECT_EQ(Gate::address_of("[2001:db8:1:2:3::4]:4711"), "2001:db8:1:2::/64");
  EXPECT_EQ(Gate::address_of("[2001:db8:1:2:ffff::1]:1"), "2001:db8:1:2::/64");
  EXPECT_EQ(Gate::address_of("2001:db8:1:2::9"), "2001:db8:1:2::/64");
  EXPECT_EQ(Gate::address_of("[fe80::1%eth0]:1"), "fe80::/64");
  EXPECT_EQ(Gate::address_of("[::1]:4711"), "::1");
  EXPECT_EQ(Gate::address_of("unix"), "unix");
  EXPECT_EQ(Gate::address_of("["), "");
}

TEST(Gate, LetsSoManyOfAnAddressIn) {
  Gate gate{{.per_address = 2}};
  EXPECT_FALSE(gate.enter("203.0.113.9:1"));
  EXPECT_FALSE(gate.enter("203.0.113.9:2"));
  EXPECT_EQ(gate.enter("203.0.113.9:3"), "203.0.113.9 has 2 connections");
  EXPECT_FALSE(gate.enter("203.0.113.10:1"));
  gate.leave("203.0.113.9:1");
  EXPECT_FALSE(gate.enter("203.0.113.9:3"));
  EXPECT_EQ(gate.connections(), 3U);
}

TEST(Gate, CountsAnIpv6NetworkAsOne) {
  Gate gate{{.per_address = 1}};
  EXPECT_FALSE(gate.enter("[2001:db8::1]:1"));
  EXPECT_TRUE(gate.enter("[2001:db8::2]:1"));
  EXPECT_FALSE(gate.enter("[2001:db8:0:1::2]:1"));
}

TEST(Gate, DoesNotCountThisMachine) {
  Gate gate{{.connections = 4, .per_address = 0}};
  for (const auto* peer : {"127.0.0.1:1", "[::1]:1", "unix", "[::ffff:127.0.0.1]:2"})
    EXPECT_FALSE(gate.enter(peer)) << peer;
  EXPECT_TRUE(gate.enter("203.0.113.9:1")) << "nobody may";
  EXPECT_EQ(gate.connections(), 4U);
}

TEST(Gate, LetsSoManyInAtAll) {
  Gate gate{{.connections = 1}};
  EXPECT_FALSE(gate.enter("203.0.113.9:1"));
  EXPECT_EQ(gate.enter("unix"), "1 connections are open");
  gate.leave("203.0.113.9:1");
  EXPECT_FALSE(gate.enter("unix"));
}

TEST(GatePenalty, DoublesUpToTheMost) {
  Gate gate;
  EXPECT_EQ(gate.penalty("203.0.113.9:1", start), 1s);
  EXPECT_EQ(gate.penalty("203.0.113.9:2", start + 1s), 2s);
  EXPECT_EQ(gate.penalty("203.0.113.9:3", start + 3s), 4s);
  EXPECT_EQ(gate.penalty("203.0.113.9:4", start + 7s), 8s);
  EXPECT_EQ(gate.penalty("203.0.113.9:5", start + 15s), 8s);
  EXPECT_EQ(gate.penalty("203.0.113.10:1", start + 15s), 1s) << "another address";
}

TEST(GatePenalty, IsForgottenWithTime) {
  Gate gate;
  gate.penalty("203.0.113.9:1", start);
  EXPECT_EQ(gate.penalty("203.0.113.9:1", start + 60s), 2s);
  EXPECT_EQ(gate.penalty("203.0.113.9:1", start + 121s), 1s);
}

TEST(GatePenalty, ForgetsTheOldestAddress) {
  Gate gate{{.addresses = 2}};
  gate.penalty("203.0.113.1:1", start);
  gate.penalty("203.0.113.2:1", start);
  gate.penalty("203.0.113.1:1", start);
  gate.penalty("203.0.113.3:1", start);
  EXPECT_EQ(gate.penalties(), 2U);
  EXPECT_EQ(gate.penalty("203.0.113.1:1", start), 4s);
  EXPECT_EQ(gate.penalty("203.0.113.2:1", start), 1s) << "it was the oldest";
}

}  // namespace
}  // namespace live::ingest

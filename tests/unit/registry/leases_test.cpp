#include "common/registry/leases.hpp"

#include "tests/unit/registry/stage.hpp"

#include <map>

#include <gmock/gmock.h>

namespace live::registry {
namespace {

using namespace test;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// A registry in memory that can be away, and writes down what it is asked.
class Board final : public Registry {
 public:
  awaitable<std::vector<Holder>> claim(std::vector<std::string> names, Lease lease) override {
    std::vector<Holder> out;
    for (const auto& name : names) {
      if (away) {
        out.emplace_back();
        continue;
      }
      auto& holder = entries.try_emplace(name, lease.address).first->second;
      ++claims[name];
      out.push_back({holder == lease.address ? Holder::State::ours : Holder::State::other, holder});
    }
    co_return out;
  }
  awaitable<bool> release(std::vector<std::string> names, std::string address) override {
    if (away) co_return false;
    for (const auto& name : names)
      if (const auto found = entries.find(name); found != entries.end() && found->second == address)
        entries.erase(found);
    co_return true;
  }
  awaitable<Holder> find(std::string) override { co_return Holder{}; }
  [[nodiscard]] std::string trouble() const override { return away ? "away" : ""; }

  std::map<std::string, std::string> entries;
  std::map<std::string, int> claims;
  bool away = false;
};

class Holding : public Stage {
 protected:
  [[nodiscard]] bool has(const std::string& name) const { return board_.entries.contains(name); }
  [[nodiscard]] std::string holder(const std::string& name) const {
    return has(name) ? board_.entries.at(name) : "";
  }

  Board board_;
  Leases leases_{io_, board_, "a:1", {20ms, 80ms}};
};

TEST_F(Holding, ClaimsAtOnceAndAgainWithEveryBeat) {
  leases_.hold("cam");
  EXPECT_TRUE(until([&] { return has("cam"); }));
  EXPECT_EQ(leases_.counts().ours, 1U);
  EXPECT_TRUE(until([&] { return board_.claims["cam"] >= 3; }));
}

TEST_F(Holding, ReleasesWhatIsDropped) {
  leases_.hold("cam");
  leases_.hold("door");
  EXPECT_TRUE(until([&] { return has("cam") && has("door"); }));
  leases_.drop("cam");
  EXPECT_TRUE(until([&] { return !has("cam"); }));
  EXPECT_TRUE(has("door"));
  EXPECT_EQ(leases_.counts().wanted, 1U);
}

TEST_F(Holding, WhatIsWantedAgainStays) {
  leases_.hold("cam");
  EXPECT_TRUE(until([&] { return has("cam"); }));
  leases_.drop("cam");
  leases_.hold("cam");
  const auto before = board_.claims["cam"];
  EXPECT_TRUE(until([&] { return board_.claims["cam"] > before + 1; }));
  EXPECT_TRUE(has("cam"));
}

TEST_F(Holding, AsksUntilTheOtherIsGone) {
  board_.entries["cam"] = "b:1";
  leases_.hold("cam");
  EXPECT_TRUE(until([&] { return leases_.counts().others == 1; }));
  EXPECT_EQ(leases_.trouble(), "cam is held by b:1");
  leases_.drop("cam");
  EXPECT_TRUE(until([&] { return leases_.trouble().empty(); }));
  EXPECT_EQ(holder("cam"), "b:1");
  leases_.hold("cam");
  board_.entries.erase("cam");
  EXPECT_TRUE(until([&] { return holder("cam") == "a:1"; }));
  EXPECT_EQ(leases_.trouble(), "");
}

TEST_F(Holding, GoesOnWhenTheRegistryIsBack) {
  board_.away = true;
  leases_.hold("cam");
  EXPECT_FALSE(until([&] { return has("cam"); }, 100ms));
  EXPECT_EQ(leases_.trouble(), "away");
  board_.away = false;
  EXPECT_TRUE(until([&] { return has("cam"); }));
  board_.entries.clear();  // it has been restarted, empty
  EXPECT_TRUE(until([&] { return has("cam"); }));
}

TEST_F(Holding, WhatCouldNotBeReleasedIsForgottenWhenItHasExpired) {
  leases_.hold("cam");
  EXPECT_TRUE(until([&] { return has("cam"); }));
  board_.away = true;
  leases_.drop("cam");
  EXPECT_FALSE(until([&] { return false; }, 200ms));
  board_.away = false;
  EXPECT_FALSE(until([&] { return !has("cam"); }, 100ms));
}

awaitable<bool> settled(Leases& leases, std::chrono::milliseconds limit) {
  co_await leases.settle(limit);
  co_return true;
}

TEST_F(Holding, SettlesWithNothingLeft) {
  leases_.hold("cam");
  leases_.hold("door");
  EXPECT_TRUE(until([&] { return board_.entries.size() == 2; }));
  EXPECT_TRUE(ask(settled(leases_, 10s)));
  EXPECT_THAT(board_.entries, IsEmpty());
}

TEST_F(Holding, DoesNotWaitLongForARegistryThatIsAway) {
  leases_.hold("cam");
  EXPECT_TRUE(until([&] { return has("cam"); }));
  board_.away = true;
  EXPECT_TRUE(ask(settled(leases_, 30ms)));
  EXPECT_TRUE(has("cam"));
}

}  // namespace
}  // namespace live::registry

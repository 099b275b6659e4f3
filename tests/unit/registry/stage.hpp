// A loop on which a test asks a registry and waits for its answer, and a folder of its own.
#pragma once

#include "common/net/deadline.hpp"
#include "common/net/spawn.hpp"
#include "common/registry/registry.hpp"
#include "tests/support/folder.hpp"

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <stdlib.h>

namespace live::registry::test {

using namespace std::chrono_literals;

class Stage : public ::testing::Test {
 protected:
  template <class T>
  static awaitable<void> keep(awaitable<T> work, std::optional<T>& into) {
    into = co_await std::move(work);
  }
  /// Runs the loop until `work` has an answer, at most 20 s.
  template <class T>
  T ask(awaitable<T> work) {
    std::optional<T> answer;
    net::spawn(io_, "test", keep(std::move(work), answer));
    EXPECT_TRUE(until([&] { return answer.has_value(); }));
    return answer.value_or(T{});
  }
  template <class Condition>
  [[nodiscard]] bool until(Condition done, std::chrono::milliseconds limit = 20s) {
    const auto end = std::chrono::steady_clock::now() + limit;
    io_.restart();
    while (!done() && std::chrono::steady_clock::now() < end)
      io_.run_one_for(20ms);
    return done();
  }
  Holder claim_one(Registry& registry, const std::string& name, const Lease& lease) {
    return ask(registry.claim({name}, lease)).at(0);
  }

  asio::io_context io_{1};
  live::test::OwnFolder own_;
  std::filesystem::path folder_ = own_.path();
};

inline Holder ours(std::string address) { return {Holder::State::ours, std::move(address)}; }
inline Holder other(std::string address) { return {Holder::State::other, std::move(address)}; }
inline Holder nobody() { return {Holder::State::nobody, {}}; }

}  // namespace live::registry::test

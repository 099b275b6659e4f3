// The names that one host has: claimed at once, refreshed by a heartbeat, released when they are dropped.
#pragma once

#include "common/registry/registry.hpp"

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>

namespace live::registry {

struct LeaseTimes {
  std::chrono::milliseconds heartbeat{2'500}, lifetime{10'000};
};

/// A name that another holds, or that the registry did not take, is asked for again with every heartbeat, for as long as
/// it is wanted.  Names go in and out on the loop; nothing here waits but settle().
class Leases {
 public:
  /// `address`: ours.  `registry` must outlive the loop's run.
  Leases(asio::io_context& io, Registry& registry, std::string address, LeaseTimes times = {});
  Leases(const Leases&) = delete;
  Leases& operator=(const Leases&) = delete;
  ~Leases();

  void hold(const std::string& name);
  /// Deletes it where it is ours.  When that does not succeed within its lifetime it has expired by itself.
  void drop(const std::string& name);
  /// Drops all, and waits until they are gone, at most `limit`.
  awaitable<void> settle(std::chrono::milliseconds limit);

  struct Counts {
    std::size_t wanted = 0, ours = 0, others = 0;  ///< the rest of `wanted` is not known
  };
  [[nodiscard]] Counts counts() const;
  /// What is not as it should be, in one clause: the registry is away, others hold our names; or empty.
  [[nodiscard]] std::string trouble() const;

  struct State;

 private:
  std::shared_ptr<State> state_;
};

}  // namespace live::registry

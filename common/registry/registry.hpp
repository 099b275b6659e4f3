// Which host has which stream: `<name> -> address`, for as long as its holder says so (man 5 live-registry).
//
// An entry is a lease: taken only when it is free or ours, it ends by itself when it is not refreshed, so that a host that
// dies needs nobody to tidy up after it.  Two implementations: Redis, for a fleet, and a file, for one host.
#pragma once

#include "common/net/asio.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace live::registry {

/// What a holder says of itself, the same for all of its names.
struct Lease {
  std::string address;  ///< host:port; who claims with the same address is the same holder
  std::chrono::milliseconds lifetime{10'000};
};

/// Who has a name.
struct Holder {
  enum class State {
    ours,     ///< until the lifetime has passed from now
    other,    ///< `address` has it
    nobody,   ///< find() only
    unknown,  ///< the registry could not be asked; trouble() says why
  };
  State state = State::unknown;
  std::string address;
  bool operator==(const Holder&) const = default;
};

/// On the loop that it was made with.  Nothing throws and every answer comes within some seconds, whatever the registry
/// does; callers must be ready for `unknown`.  Must outlive what awaits it.
class Registry {
 public:
  Registry() = default;
  Registry(const Registry&) = delete;
  Registry& operator=(const Registry&) = delete;
  virtual ~Registry() = default;

  /// Takes or refreshes each of `names`; the answers in their order.
  virtual awaitable<std::vector<Holder>> claim(std::vector<std::string> names, Lease lease) = 0;
  /// Removes those of `names` that `address` has (compare and delete).  False when that is unknown.
  virtual awaitable<bool> release(std::vector<std::string> names, std::string address) = 0;
  /// `other` or `nobody`, or `unknown`.
  virtual awaitable<Holder> find(std::string name) = 0;

  /// What keeps it from working at present, in one clause without secrets; empty: nothing does.
  [[nodiscard]] virtual std::string trouble() const = 0;
};

}  // namespace live::registry

// Who may connect at all: limits per address and in total.  Pure.
#pragma once

#include "common/base/units.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace live::ingest {

struct GateLimits {
  std::size_t connections = 10'000;  ///< in total
  std::size_t per_address =
      100;  ///< an IPv6 /64 counts as one address; loopback and unix sockets do not count
  std::size_t addresses = 65'536;  ///< remembered for penalties; the oldest is forgotten
  Ms first_penalty{1'000}, most_penalty{8'000};
};

class Gate {
 public:
  explicit Gate(GateLimits limits = {}) : limits_(limits) {}

  /// A connection of `peer` ("203.0.113.9:4711") came: counted; nothing, or why it is refused (not counted then).
  std::optional<std::string> enter(std::string_view peer);
  void leave(std::string_view peer);

  /// `peer` presented a wrong key at `now`: how long its answer waits.
  Ms penalty(std::string_view peer, Monotonic now);

  [[nodiscard]] std::size_t connections() const { return connections_; }

 private:
  struct Entry {
    std::size_t connections = 0;
    Ms penalty{0};
    Monotonic denied{};
  };
  GateLimits limits_;
  std::unordered_map<std::string, Entry> entries_;
  std::size_t connections_ = 0;
};

}  // namespace live::ingest

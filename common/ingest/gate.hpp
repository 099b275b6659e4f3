// Who may connect at all: limits per address and in total.  Pure.
#pragma once

#include "common/base/units.hpp"

#include <cstddef>
#include <list>
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
  Ms forget{60'000};  ///< after this long without a wrong key the penalty begins anew
};

class Gate {
 public:
  explicit Gate(GateLimits limits = {}) : limits_(limits) {}

  /// A connection of `peer` ("203.0.113.9:4711") came: counted; nothing, or why it is refused (not counted then).
  std::optional<std::string> enter(std::string_view peer);
  /// REQUIRES: a connection of `peer` was let in.
  void leave(std::string_view peer);

  /// `peer` presented a wrong key at `now`: how long its answer waits.  Loopback's and unix sockets' too.
  Ms penalty(std::string_view peer, Monotonic now);

  [[nodiscard]] std::size_t connections() const { return connections_; }
  /// Addresses that are remembered.
  [[nodiscard]] std::size_t penalties() const { return offenders_.size(); }

  /// What counts as one address: "203.0.113.9" (also where it came as "::ffff:203.0.113.9"), "2001:db8:1:2::/64"; anything
  /// else as it stands, without the port.
  static std::string address_of(std::string_view peer);

 private:
  struct Offender {
    std::string address;
    Ms penalty{0};
    Monotonic denied{};
  };
  using Offenders = std::list<Offender>;  ///< the latest last

  GateLimits limits_;
  std::size_t connections_ = 0;
  std::unordered_map<std::string, std::size_t> connected_;  ///< by address
  Offenders offenders_;
  std::unordered_map<std::string, Offenders::iterator> by_address_;
};

}  // namespace live::ingest

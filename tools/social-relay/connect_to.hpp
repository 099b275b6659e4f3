// --connect-to: other addresses for servers, as curl has it; for tests, and for networks with a way out of their own.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace social_relay {

/// TLS still wants the certificate of the server's own name.
class ConnectTo {
 public:
  /// "HOST1:PORT1:HOST2:PORT2": what would go to the first goes to the second; an empty HOST1 or PORT1 is any, an empty HOST2
  /// or PORT2 is the same as asked for.  IPv6 in brackets.  False when it is no such text.
  bool add(std::string_view text);

  [[nodiscard]] std::pair<std::string, std::uint16_t> resolve(const std::string& host,
                                                              std::uint16_t port) const;

 private:
  struct Rule {
    std::string from_host, to_host;
    std::uint16_t from_port = 0, to_port = 0;  ///< 0: any, the same
  };
  std::vector<Rule> rules_;
};

}  // namespace social_relay

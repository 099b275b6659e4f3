// Where a Redis is and who we are there.
//
//   redis://[[USER]:PASSWORD@]HOST[:PORT][/DB]     port 6379, database 0; USER as Redis 6 knows it (ACL)
//   unix:PATH[?db=DB]   unix://[[USER]:PASSWORD@]/PATH[?db=DB]
//
// User and password may be percent-encoded.
#pragma once

#include "common/base/text.hpp"

#include <string>
#include <string_view>
#include <variant>

namespace live::registry {

struct RedisUrl {
  Address address{"", 6379, {}};
  std::string user, password;
  unsigned database = 0;
  bool operator==(const RedisUrl&) const = default;

  /// Without user and password, for log lines.
  [[nodiscard]] std::string shown() const;
};

/// The URL, or one clause that says what is wrong with it and repeats nothing of it.
std::variant<RedisUrl, std::string> parse_redis_url(std::string_view text);

}  // namespace live::registry

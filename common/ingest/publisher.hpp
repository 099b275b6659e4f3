// Who publishes, and what the operator lets them: the words that the programs which take publishers share.
#pragma once

#include "common/base/text.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace live::ingest {

/// What a publisher (or a player) presents.  `key` is a secret: never in a log, a path, the environment, a metric.
struct Claim {
  std::string app;  ///< validated by is_stream_name; "" when there is none
  std::string
      path;  ///< what stood in the place of the stream's name, raw: a name, or the key itself
  std::string query;                          ///< raw, of the publish URL
  std::string client;                         ///< "203.0.113.9:4711"
  std::string protocol;                       ///< rtmp, rtmps, ws, wss
  std::string id;                             ///< new_id()
  std::optional<std::string> user, password;  ///< from the URL or a challenge
};

/// What a publisher may.
struct Grant {
  std::string name;   ///< public stream name; is_stream_name()
  std::string query;  ///< Claim::query without key, sign, user, pass, password: LIVE_QUERY
  std::optional<std::uint64_t> max_bit_rate;  ///< of its key's line; bits per second
};

struct Denial {
  enum class Why { unauthorized, bad_name, unavailable };
  Why why = Why::unauthorized;
  std::string text;  ///< for the log and the client: no secret, no hint which part was wrong
};

/// 16 random letters and digits (LIVE_ID).
std::string new_id();

}  // namespace live::ingest

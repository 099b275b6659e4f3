// Who publishes, and what the operator lets them: the words that the programs which take publishers share.
//
// A key comes in one of the places where encoders let people type one:
//
//   rtmp://host/app/KEY                         the path alone
//   rtmp://host/app/NAME?key=KEY                the query; pass= and password= too, with user=NAME or without
//   rtmp://NAME:KEY@host/app[/NAME]             user and password, or the answer to a challenge that was made of them
//
// The query counts before the password, the password before the path.  What stands beside the key is a name; every name
// that is given must be the one that the key belongs to.
#pragma once

#include "common/base/text.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace live::ingest {

/// The answer to an Adobe challenge ("authmod=adobe"): what ffmpeg, GStreamer and OBS make of a user and a password.  The
/// password itself is not in it, so that only keys which we know in plain text can be compared.
///   response = base64(md5(base64(md5(user + salt + password)) + opaque + challenge))
struct AdobeAnswer {
  std::string salt, opaque;         ///< as we sent them
  std::string challenge, response;  ///< the peer's
};

/// What a publisher (or a player) presents.  `path`, `query`, `password` may hold a key, which is a secret: never in a log, a
/// path, the environment, a metric.
struct Claim {
  std::string app;  ///< validated by is_stream_name; "" when there is none
  std::string
      path;  ///< what stood in the place of the stream's name, raw: a name, or the key itself
  std::string query;                          ///< raw, of the publish URL
  std::string client;                         ///< "203.0.113.9:4711"
  std::string protocol;                       ///< rtmp, rtmps, ws, wss
  std::string id;                             ///< new_id()
  std::optional<std::string> user, password;  ///< from the URL
  std::optional<AdobeAnswer> answer;          ///< of `user`; in the place of `password`
};

/// What a publisher may.
struct Grant {
  std::string name;                           ///< public stream name; is_stream_name()
  std::string query;                          ///< public_query() of Claim::query: LIVE_QUERY
  std::optional<std::uint64_t> max_bit_rate;  ///< of its key; bits per second
  bool by_url = false;                        ///< the auth URL gave it, and is told of the end
};

struct Denial {
  enum class Why { unauthorized, bad_name, unavailable };
  Why why = Why::unauthorized;
  std::string text;    ///< for the log and the client: no secret, no hint which part was wrong
  std::string hint{};  ///< for the log alone: what its reader could do; no secret
};

/// A claim read.
struct Presented {
  std::string path;  ///< of the claim, without slashes at its ends
  std::string key;   ///< "" = none (or an AdobeAnswer instead)
  std::string
      also;  ///< the key's other reading, where the path is the key and holds "%41"; usually ""
  std::vector<std::string>
      names;  ///< beside the key: path, user= of the query, user of the URL, as far as given

  /// The first of the names; "" = none.
  [[nodiscard]] std::string name() const { return names.empty() ? std::string{} : names.front(); }
};

constexpr std::size_t most_key = 512;     ///< characters of a key
constexpr std::size_t most_query = 8192;  ///< characters of a query

/// Nothing when the claim cannot be right: longer than the limits, or with control characters, which must not get into an
/// environment.  Slashes at both ends of the path are taken away; '+' stays '+'.
std::optional<Presented> present(const Claim& claim);

/// The value of the first parameter `name` of a raw query, percent-decoded ("%zz" stays as it is); nothing where there is none.
std::optional<std::string> query_value(std::string_view query, std::string_view name);

/// A raw query without its key, sign, user, pass and password (in any case); everything else byte for byte.
std::string public_query(std::string_view query);

/// `text` with every character but letters, digits, '-', '.', '_' and '~' percent-encoded (RFC 3986 §2.1).
std::string percent_encode(std::string_view text);

/// 16 random letters and digits (LIVE_ID).
std::string new_id();
/// `length` random letters and digits, of the kernel's (getrandom(2)).
std::string random_letters(std::size_t length);

}  // namespace live::ingest

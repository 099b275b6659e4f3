// AWS Signature Version 4 ("Authenticating Requests: Using the Authorization Header", Amazon S3 API Reference).  Pure.
//
//   canonical request   METHOD \n path \n query, sorted \n headers, lowercase and sorted \n\n their names \n hash of the body
//   string to sign      AWS4-HMAC-SHA256 \n date \n day/region/service/aws4_request \n SHA-256 of the above
//   signature           HMAC-SHA256 with a key that is derived from secret, day, region and service
#pragma once

#include "common/base/bytes.hpp"
#include "common/base/units.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace live::s3 {

struct Credentials {
  std::string access_key;
  std::string secret_key;     ///< a secret
  std::string session_token;  ///< of temporary ones; a secret; empty: none
  bool operator==(const Credentials&) const = default;
};

struct Scope {
  std::string region, service = "s3";
  bool operator==(const Scope&) const = default;
};

struct Field {
  std::string name, value;
  bool operator==(const Field&) const = default;
};

/// What is signed.  Path and query are as they are meant, not encoded.
struct ToSign {
  std::string_view method;
  std::string path;          ///< from the slash on: "/bucket/a b.mp4"
  std::vector<Field> query;  ///< in any order
  std::vector<Field>
      headers;  ///< all that are sent and matter, host and x-amz-date among them, in any order
  std::string body_hash;  ///< SHA-256 in hex, or "UNSIGNED-PAYLOAD"
};

/// The value of Authorization.  REQUIRES: `headers` has x-amz-date, as amz_date() gives it.
std::string authorization(const ToSign& request, const Credentials& credentials,
                          const Scope& scope);

/// "20130524T000000Z".
std::string amz_date(WallClock at);

/// SHA-256 in hex.
std::string sha256_hex(Bytes bytes);
constexpr std::string_view empty_sha256 =
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/// RFC 3986 §2.1: all but unreserved characters as %XX, which is what must be signed and sent alike.  A path keeps its
/// slashes.
std::string encoded(std::string_view text);
std::string encoded_path(std::string_view path);
/// "a=1&b=", encoded and sorted: as it is signed, and to be sent.
std::string encoded_query(const std::vector<Field>& query);

}  // namespace live::s3

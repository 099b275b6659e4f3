// Credentials from where S3 clients keep them ("Configuration and credential file settings", AWS CLI; "Use IAMv2 instance
// metadata").  Pure: texts in, credentials out.
#pragma once

#include "common/base/units.hpp"
#include "common/s3/signature.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace live::s3 {

/// Credentials and how long they hold.
struct Lease {
  Credentials credentials;
  std::optional<WallClock> expires;  ///< nothing: until they are refused
  bool operator==(const Lease&) const = default;
};

/// AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN; nothing when one of the first two is not set.  `variable` gives
/// "" for one that is not set.
std::optional<Lease> credentials_from_environment(
    const std::function<std::string(const char* name)>& variable);

/// Section `profile` of ~/.aws/credentials, or section "profile NAME" of ~/.aws/config.
struct Profile {
  std::optional<Lease> lease;
  std::string region, endpoint;  ///< where it says them
};
Profile profile_from_file(std::string_view text, std::string_view profile);

/// What the metadata services of instances and containers answer: {"AccessKeyId": ..., "SecretAccessKey": ..., "Token": ...,
/// "Expiration": "2013-05-24T00:00:00Z"}.
std::optional<Lease> credentials_from_json(std::string_view json);

}  // namespace live::s3

// The user information of a URL: scheme://USER:PASSWORD@host (RFC 3986 §3.2.1).
#pragma once

#include <string>
#include <string_view>

namespace live {

/// Secrets.
struct UserInfo {
  std::string user, password;  ///< %XX decoded
};

/// Takes "[USER][:PASSWORD]@" off the front of `authority`, the text between "://" and the path; both are empty where there is
/// none.  Passwords hold what people type: the last '@' ends them.
UserInfo take_user_info(std::string_view& authority);

}  // namespace live

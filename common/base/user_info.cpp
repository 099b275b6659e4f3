#include "common/base/user_info.hpp"

#include "common/base/percent.hpp"

namespace live {

UserInfo take_user_info(std::string_view& authority) {
  UserInfo out;
  const auto at = authority.rfind('@');
  if (at == std::string_view::npos) return out;
  const auto both = authority.substr(0, at);
  const auto colon = both.find(':');
  out.user = percent_decoded(both.substr(0, colon));
  if (colon != std::string_view::npos) out.password = percent_decoded(both.substr(colon + 1));
  authority.remove_prefix(at + 1);
  return out;
}

}  // namespace live

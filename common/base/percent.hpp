// Percent-encoding of URLs (RFC 3986 §2.1).
#pragma once

#include <string>
#include <string_view>

namespace live {

/// %XX decoded; a '%' that begins none stays.
std::string percent_decoded(std::string_view text);

}  // namespace live

// gzip (RFC 1952) of small texts.  Pure.
#pragma once

#include <string>
#include <string_view>

namespace live::http {

/// zlib at a level that costs little; throws std::bad_alloc.
std::string gzip(std::string_view text);

/// Does an Accept-Encoding (RFC 9110 §12.5.3) take gzip?  Not with q=0; "*" counts.
bool accepts_gzip(std::string_view accept_encoding);

}  // namespace live::http

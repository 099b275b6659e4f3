// The PROXY protocol (HAProxy, "The PROXY protocol", versions 1 and 2): who is really connected, told by a proxy before
// the first byte of the connection itself.  Pure.
#pragma once

#include "common/base/bytes.hpp"
#include "common/base/step.hpp"

#include <string>

namespace live::net {

struct ProxyHeader {
  std::string
      peer;  ///< "203.0.113.9:4711", "[2001:db8::1]:4711"; empty: the proxy's own check (LOCAL, UNKNOWN)
};
constexpr std::size_t max_proxy_header_bytes =
    536;  ///< v1: 107; v2 with 520 bytes of addresses and TLVs

/// The header of `version` (1 or 2) at the start of `in`.
Step<ProxyHeader> parse_proxy_header(Bytes in, int version);

}  // namespace live::net

// The PROXY protocol (HAProxy, "The PROXY protocol", versions 1 and 2): who is really connected, told by a proxy before
// the first byte of the connection itself.  Pure.
//
//   version 1   "PROXY TCP4 203.0.113.9 192.0.2.1 4711 1935\r\n", "PROXY TCP6 ...", "PROXY UNKNOWN ...\r\n"
//   version 2   0D0A0D0A000D0A515549540A  version(4 bits) command(4)  family(4) transport(4)  length(2)
//               addresses, and TLVs that are passed over
#pragma once

#include "common/base/bytes.hpp"
#include "common/base/step.hpp"

#include <string>

namespace live::net {

struct ProxyHeader {
  /// "203.0.113.9:4711", "[2001:db8::1]:4711" (IPv4 in IPv6 is told as IPv4), "unix"; empty: the proxy's own check, or it
  /// does not know (LOCAL, UNKNOWN, UNSPEC).
  std::string peer;
};
constexpr std::size_t max_proxy_header_bytes =
    536;  ///< v1: 107; v2 with 520 bytes of addresses and TLVs

/// The header of `version` (1 or 2) at the start of `in`.  Malformed as soon as it cannot be one any more, and when it is
/// longer than max_proxy_header_bytes: close the connection.
Step<ProxyHeader> parse_proxy_header(Bytes in, int version);

}  // namespace live::net

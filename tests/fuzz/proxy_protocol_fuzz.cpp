// USES: live::net
#include "common/net/proxy_protocol.hpp"

#include <cstddef>
#include <cstdint>

/// A header is as long as it says whatever follows it, and a prefix of one never is one.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const live::Bytes in{data, size};
  for (const int version : {1, 2}) {
    const auto step = live::net::parse_proxy_header(in, version);
    if (const auto* taken = std::get_if<live::Taken<live::net::ProxyHeader>>(&step)) {
      if (taken->used > size || taken->used > live::net::max_proxy_header_bytes) __builtin_trap();
      const auto cut = live::net::parse_proxy_header(in.first(taken->used - 1), version);
      if (!std::holds_alternative<live::NeedMore>(cut)) __builtin_trap();
    } else if (std::holds_alternative<live::NeedMore>(step)) {
      if (size >= live::net::max_proxy_header_bytes) __builtin_trap();
    }
  }
  return 0;
}

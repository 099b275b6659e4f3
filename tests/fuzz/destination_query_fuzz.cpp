// USES: social-relay_objects
#include "common/base/bytes.hpp"
#include "tools/social-relay/destination_query.hpp"

#include <cstddef>
#include <cstdint>

/// Whatever a query says: only the services' own hosts are named, with a key that is printable, and at most one relay each.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto read = social_relay::read_query(live::as_text({data, size}));
  if (read.destinations.size() + read.refused.size() > social_relay::services().size())
    __builtin_trap();
  for (const auto& destination : read.destinations) {
    const auto* service = social_relay::find_service(destination.service);
    if (service == nullptr || !social_relay::is_key(destination.url.name)) __builtin_trap();
    const auto known = live::rtmp::parse_app_url(service->url);
    if (std::get<live::rtmp::Url>(known).tc_url() != destination.url.tc_url()) __builtin_trap();
  }
  return 0;
}

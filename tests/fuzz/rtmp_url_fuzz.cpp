// USES: live::rtmp
#include "common/base/bytes.hpp"
#include "common/rtmp/url.hpp"

#include <cstddef>
#include <cstdint>
#include <string>

/// What is read has a host, a port and an application; what logs show of it is a URL again, of the same server, and holds
/// no credentials.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = live::as_text({data, size});
  const auto read = live::rtmp::parse_url(text);
  const auto* url = std::get_if<live::rtmp::Url>(&read);
  if (url == nullptr) return 0;
  if (url->host.empty() || url->port == 0 || url->app.empty()) __builtin_trap();
  const auto again = live::rtmp::parse_app_url(url->tc_url());
  const auto* same = std::get_if<live::rtmp::Url>(&again);
  if (same == nullptr || same->host != url->host || same->port != url->port ||
      same->tls != url->tls || !same->user.empty() || !same->name.empty())
    __builtin_trap();
  return 0;
}

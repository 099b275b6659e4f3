// USES: live::http
// What a request for a file may ask: a size of 4 bytes, then the values of Range, If-Range, If-None-Match, If-Match,
// If-Modified-Since and Accept-Encoding, a line each.
#include "common/base/bytes.hpp"
#include "common/http/gzip.hpp"
#include "common/http/range.hpp"
#include "common/http/static_file.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

/// A span lies inside of what there is, and what is answered has the length that it tells.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace live::http;
  constexpr std::array names{"range",    "if-range",          "if-none-match",
                             "if-match", "if-modified-since", "accept-encoding"};
  if (size < 4) return 0;
  const auto length = live::load_be({data, 4}, 4);
  auto text = live::as_text({data + 4, size - 4});
  Request request;
  for (const auto* name : names) {
    const auto end = std::min(text.find('\n'), text.size());
    request.headers.emplace_back(name, text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  const auto wanted = wanted_range(request.header("range"), length);
  if (const auto* span = std::get_if<ByteSpan>(&wanted)) {
    if (span->length == 0 || span->first >= length || span->length > length - span->first)
      __builtin_trap();
    content_range(*span, length);
  }
  accepts_gzip(request.header("accept-encoding"));
  const OpenFile file{nullptr, length, 1'795'257'246, "\"tag\""};
  const auto response = file_response(request, file, {});
  const bool whole = response.status == 200;
  if (whole && response.body.size() != length) __builtin_trap();
  if (response.status == 206 && response.body.size() > length) __builtin_trap();
  if (!whole && response.status != 206 && response.body.size() != 0) __builtin_trap();
  return 0;
}

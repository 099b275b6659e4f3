// USES: live::http
#include "common/base/bytes.hpp"
#include "common/http/request.hpp"

#include <cstddef>
#include <cstdint>

/// A head that is read has a decoded path without control characters, and took no more than there is.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto in = live::as_text({data, size});
  const auto step = live::http::parse_request(in);
  if (const auto* taken = std::get_if<live::Taken<live::http::Request>>(&step)) {
    const auto& path = taken->value.path;
    if (taken->used > size || path.empty() || (path[0] != '/' && path != "*")) __builtin_trap();
    for (const char c : path)
      if (c >= 0 && c < ' ') __builtin_trap();
  }
  return 0;
}

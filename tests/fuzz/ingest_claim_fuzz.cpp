// USES: live::ingest
#include "common/base/bytes.hpp"
#include "common/ingest/publisher.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>

/// "path?query": what goes to an environment has neither secrets nor control characters, and is part of what was given.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace live::ingest;
  const auto in = live::as_text({data, size});
  const auto mark = std::min(in.find('?'), in.size());
  Claim claim;
  claim.path = in.substr(0, mark);
  claim.query = in.substr(std::min(mark + 1, in.size()));
  const auto shown = public_query(claim.query);
  if (shown.size() > claim.query.size() || public_query(shown) != shown) __builtin_trap();
  for (const auto* name : {"key", "sign", "user", "pass", "password"})
    if (query_value(shown, name)) __builtin_trap();
  const auto presented = present(claim);
  if (!presented) return 0;
  if (presented->key.size() > most_key || presented->names.size() > 2) __builtin_trap();
  for (const char c : presented->key + presented->also + presented->name() + shown)
    if (static_cast<unsigned char>(c) < ' ' || c == '\x7f') __builtin_trap();
  const auto encoded = "key=" + percent_encode(presented->key);
  if (query_value(encoded, "key") != presented->key) __builtin_trap();
  return 0;
}

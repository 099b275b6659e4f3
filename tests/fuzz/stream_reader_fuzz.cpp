// USES: live::mp4
// A stream of a stranger, whole and in pieces whose sizes the first byte chooses: the same must come out.
#include "common/mp4/stream_reader.hpp"

#include <algorithm>
#include <cstdlib>

using namespace live::mp4;

namespace {

constexpr StreamLimits small{1U << 16U, 1U << 16U, 1U << 20U};

struct Seen {
  std::vector<Item> items;
  std::optional<live::Malformed> why;
};

Seen feed(live::Bytes stream, std::uint32_t seed) {
  Seen seen;
  StreamReader reader{small};
  while (!stream.empty() && !seen.why) {
    seed = seed * 1'664'525U + 1'013'904'223U;
    const auto n = std::min<std::size_t>(stream.size(), 1 + (seed >> 26U));
    seen.why = reader.feed(stream.first(n), seen.items);
    stream = stream.subspan(n);
  }
  return seen;
}

live::Bytes bytes_of(const Item& item) {
  const auto* init = std::get_if<InitItem>(&item);
  return init != nullptr ? init->bytes : std::get<FragmentItem>(item).bytes;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const live::Bytes stream{data + 1, size - 1};
  Seen whole;
  StreamReader reader{small};
  whole.why = reader.feed(stream, whole.items);
  const auto pieces = feed(stream, data[0]);
  if (whole.why.has_value() != pieces.why.has_value()) std::abort();
  if (whole.why && whole.why->at != pieces.why->at) std::abort();
  if (whole.items.size() != pieces.items.size()) std::abort();
  std::size_t total = 0;
  for (std::size_t i = 0; i < whole.items.size(); ++i) {
    if (!std::ranges::equal(bytes_of(whole.items[i]), bytes_of(pieces.items[i]))) std::abort();
    total += bytes_of(whole.items[i]).size();
  }
  if (total > stream.size()) std::abort();
  return 0;
}

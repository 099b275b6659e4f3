// USES: live::facts
#include "common/facts/media_facts.hpp"
#include "common/facts/transport_stream.hpp"

#include <cstddef>
#include <cstdint>

/// Whatever the bytes, what is kept of them is bounded, and facts are found or not.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace live::facts;
  const live::Bytes in{data, size};
  constexpr TransportStreamLimits limits{.begin_bytes = 1'000, .streams = 4, .stamps = 10};
  if (const auto streams = read_transport_stream(in, limits)) {
    if (streams->empty() || streams->size() > limits.streams) __builtin_trap();
    for (const auto& stream : *streams)
      if (stream.begin.size() > limits.begin_bytes || stream.shown.size() > limits.stamps)
        __builtin_trap();
  }
  const auto facts = facts_of_ts(in);
  if (facts && !facts->video && !facts->audio) __builtin_trap();
  return 0;
}

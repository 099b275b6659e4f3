// USES: live::mp4
// A fragment of a stranger: no sample leads outside of it, and none shares a byte with another.
#include "common/mp4/fragment.hpp"
#include "tests/unit/mp4/streams.hpp"

#include <cstdlib>

using namespace live::mp4;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto init = live::test::init();
  const live::Bytes bytes{data, size};
  const auto read = read_fragment(bytes, init);
  const auto* fragment = std::get_if<Fragment>(&read);
  if (fragment == nullptr) return 0;
  std::size_t total = 0;
  for (const auto& sample : samples(bytes, *fragment, init)) {
    if (sample.data.empty()) continue;
    if (sample.data.data() < data || sample.data.data() + sample.data.size() > data + size)
      std::abort();
    total += sample.data.size();
  }
  if (total > size || fragment->sequence_at + 4 > size) std::abort();
  for (const auto& track : fragment->tracks)
    if (track.decode_time_at + track.decode_time_bytes > size) std::abort();
  return 0;
}

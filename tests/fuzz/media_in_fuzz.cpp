// USES: live::media_in
// A stranger's FLV or fMP4, in pieces: every unit follows an epoch that has its track, and FLV's are in order.
//
//   kind and seed of the pieces' sizes(1)  stream
#include "common/media_in/flv_reader.hpp"
#include "common/media_in/fmp4_reader.hpp"

#include <algorithm>
#include <cstdlib>
#include <optional>

using namespace live;
using namespace live::media_in;

namespace {

struct Check {
  bool ordered = false;
  std::optional<Epoch> epoch;
  std::optional<std::int64_t> video, audio;  ///< decode times given last

  void look_at(const Item& item) {
    if (const auto* next = std::get_if<Epoch>(&item)) {
      if (!next->video && !next->audio) std::abort();
      if (epoch && epoch->audio && next->audio &&
          epoch->audio->stream.sample_rate != next->audio->stream.sample_rate)
        audio.reset();
      epoch = *next;
      return;
    }
    const auto& unit = std::get<Unit>(item);
    if (!epoch || !(unit.video ? epoch->video : epoch->audio)) std::abort();
    if (unit.duration <= 0 || unit.packet.size() > (1U << 25U)) std::abort();
    auto& last = unit.video ? video : audio;
    if (ordered && last && unit.dts <= *last) std::abort();
    last = unit.dts;
  }
};

template <class Reader>
bool run(Reader& reader, Bytes stream, std::uint32_t seed, Check& check) {
  std::vector<Item> items;
  bool broken = false;
  while (!stream.empty() && !broken) {
    seed = seed * 1'664'525U + 1'013'904'223U;
    const auto n = std::min<std::size_t>(stream.size(), 1 + (seed >> 24U));
    broken = reader.feed(stream.first(n), items).has_value();
    stream = stream.subspan(n);
  }
  if constexpr (requires { reader.finish(items); }) reader.finish(items);
  for (const auto& item : items)
    check.look_at(item);
  return broken;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const Bytes stream{data + 1, size - 1};
  Check check;
  if ((data[0] & 1U) != 0) {
    check.ordered = true;
    FlvReader reader;
    run(reader, stream, data[0], check);
  } else {
    Fmp4Reader reader;
    run(reader, stream, data[0], check);
  }
  return 0;
}

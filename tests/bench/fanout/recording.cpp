#include "tests/bench/fanout/recording.hpp"

#include "common/base/failure.hpp"
#include "common/base/file.hpp"
#include "common/mp4/stream_reader.hpp"

namespace fanout {

Recording read_recording(const std::string& path) {
  constexpr std::size_t limit_bytes = 1U << 30U;
  const auto file = live::read_file(path, limit_bytes);
  live::mp4::StreamReader reader;
  std::vector<live::mp4::Item> items;
  if (const auto broken = reader.feed(live::as_bytes(file), items))
    live::fail(live::Exit::bad_data, "read {}: {}", path, broken->why);

  Recording recording;
  for (auto& item : items) {
    if (auto* const init = std::get_if<live::mp4::InitItem>(&item)) {
      if (!recording.init.empty())
        live::fail(live::Exit::bad_data, "read {}: a second epoch", path);
      recording.init = std::move(init->bytes);
    } else {
      recording.fragments.push_back(std::move(std::get<live::mp4::FragmentItem>(item).bytes));
    }
  }
  if (recording.fragments.empty()) live::fail(live::Exit::bad_data, "read {}: no fragments", path);
  return recording;
}

}  // namespace fanout

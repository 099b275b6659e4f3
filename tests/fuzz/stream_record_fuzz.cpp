// USES: live::tree
#include "common/base/bytes.hpp"
#include "common/tree/hold.hpp"
#include "common/tree/names.hpp"
#include "common/tree/stream_record.hpp"

#include <cstddef>
#include <cstdint>

/// Records are written and read alike, and name nothing outside their folder; so do names and holds.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace live;
  using namespace live::tree;
  const auto text = as_text({data, size});
  if (const auto record = parse_stream_record(text)) {
    if (parse_stream_record(to_json(*record)) != record) __builtin_trap();
    for (const auto& rendition : record->renditions)
      if (rendition.name.find('/') != std::string::npos) __builtin_trap();
  }
  if (const auto name = parse_file_name(text); name && to_text(*name) != text) __builtin_trap();
  if (const auto hold = parse_hold(text))
    for (const auto& pattern : *hold)
      if (pattern != "*" && !is_rendition_name(pattern)) __builtin_trap();
  return 0;
}

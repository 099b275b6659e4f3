// USES: live::hls
#include "common/base/bytes.hpp"
#include "common/hls/date_time.hpp"
#include "common/hls/media_playlist.hpp"

#include <cstddef>
#include <cstdint>
#include <string>

/// What is read is written and read alike, entry by entry too; the whole of a journal is its begin.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace live;
  using namespace live::hls;
  const auto text = as_text({data, size});
  const auto first = parse_media_playlist(text, {.bytes = 1U << 20U, .segments = 10'000});
  if (const auto* list = std::get_if<MediaPlaylist>(&first)) {
    const auto again = parse_media_playlist(format(*list));
    if (!std::holds_alternative<MediaPlaylist>(again)) __builtin_trap();
    if (std::get<MediaPlaylist>(again) != *list) __builtin_trap();

    std::string journal = "#EXTM3U\n#EXT-X-TARGETDURATION:4\n";
    const Segment* before = nullptr;
    for (const auto& segment : list->segments) {
      journal += format_entry(segment, before);
      before = &segment;
    }
    const auto entries = parse_media_playlist(journal);
    if (!std::holds_alternative<MediaPlaylist>(entries)) __builtin_trap();
    if (std::get<MediaPlaylist>(entries).segments != list->segments) __builtin_trap();
  }
  if (!text.starts_with(whole_entries(text))) __builtin_trap();
  if (const auto date = parse_date_time(text);
      date && parse_date_time(format_date_time(*date)) != date)
    __builtin_trap();
  return 0;
}

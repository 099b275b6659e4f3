// USES: s3-dvr-sync_objects
#include "common/base/bytes.hpp"
#include "tools/s3-dvr-sync/journal_entries.hpp"
#include "tools/s3-dvr-sync/rolling_journal.hpp"
#include "tools/s3-dvr-sync/vod.hpp"

#include <cstddef>
#include <cstdint>
#include <string>

namespace {

using namespace s3_dvr_sync;
using Entries = std::vector<JournalEntry>;

/// Feeds `text` in two pieces; nothing when it is none.
std::optional<Entries> read(std::string_view text, std::size_t cut) {
  JournalParser parser;
  Entries out;
  std::size_t taken = 0;
  for (const auto end : {cut, text.size()}) {
    auto step = parser.feed(text.substr(taken, end - taken));
    if (std::holds_alternative<live::Malformed>(step)) return {};
    if (auto* some = std::get_if<live::Taken<Entries>>(&step)) {
      taken += some->used;
      out.insert(out.end(), some->value.begin(), some->value.end());
    }
  }
  return out;
}

}  // namespace

/// A journal in two pieces is what it is in one; whatever stands in it makes playlists that parse; a rolling list's entries are
/// read as they are written.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace hls = live::hls;
  const auto text = live::as_text({data, size});
  if (const auto whole = read(text, 0)) {
    const auto cut = size == 0 ? 0 : data[size / 2] * size / 256;
    const auto pieces = read(text, cut);
    if (pieces && pieces != whole) __builtin_trap();
    VodRules rules;
    rules.split = std::chrono::seconds{10};
    VodList list{rules};
    for (const auto& entry : *whole)
      list.add(entry.segment, 1000);
    for (const auto& volume : list.volumes())
      if (!std::holds_alternative<hls::MediaPlaylist>(
              hls::parse_media_playlist(hls::format(volume.list()))))
        __builtin_trap();
  }
  const auto parsed = hls::parse_media_playlist(text, {.bytes = 1U << 16U, .segments = 1000});
  if (const auto* rolling = std::get_if<hls::MediaPlaylist>(&parsed);
      rolling != nullptr && rolling->media_sequence < (1U << 30U) && rolling->skipped == 0) {
    const auto news = RollingList{}.news(
        *rolling, [](const hls::Segment&) { return std::string{"id"}; },
        [](const hls::Segment&) { return std::optional<std::uint64_t>{1}; });
    const auto entries = read("#EXTM3U\n#EXT-X-TARGETDURATION:4\n" + news.text, 0);
    if (!entries || entries->size() != rolling->segments.size()) __builtin_trap();
  }
  if (const auto mark = parse_vod_mark(text); mark && parse_vod_mark(to_text(*mark)) != mark)
    __builtin_trap();
  return 0;
}

// USES: fmp4-httpd_objects
// A query in the first line, and the playlist that it is for.
#include "common/base/bytes.hpp"
#include "tools/fmp4-httpd/playlist_delivery.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <variant>

namespace {

using live::hls::MediaPlaylist;

MediaPlaylist read(const std::string& text) {
  auto parsed = live::hls::parse_media_playlist(text);
  auto* const playlist = std::get_if<MediaPlaylist>(&parsed);
  if (playlist == nullptr) __builtin_trap();
  return std::move(*playlist);
}

}  // namespace

/// What is delivered is a playlist again, with as many lines when a query is carried, and nothing of the query breaks out.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace fmp4_httpd;
  const auto text = live::as_text({data, size});
  const auto end = std::min(text.find('\n'), text.size());
  const Directives asked = parse_directives(text.substr(0, end));
  for (const char c : asked.rest)
    if (c <= ' ' || c >= 0x7f || c == '"') __builtin_trap();
  const auto parsed = live::hls::parse_media_playlist(text.substr(std::min(end + 1, text.size())),
                                                      {.bytes = 1U << 20U, .segments = 10'000});
  const auto* const playlist = std::get_if<MediaPlaylist>(&parsed);
  if (playlist == nullptr) return 0;
  const auto ready = readiness(*playlist, asked);
  if (playlist->ended && ready != Readiness::ready) __builtin_trap();
  const auto delivered =
      deliver(*playlist, asked.skip, {report_of("../low/index.m3u8", *playlist)});
  const auto again = read(delivered);
  if (again.skipped + again.segments.size() != playlist->skipped + playlist->segments.size())
    __builtin_trap();
  const auto carried = carry_query(delivered, asked.rest);
  read(carried);
  if (std::ranges::count(carried, '\n') != std::ranges::count(delivered, '\n')) __builtin_trap();
  return 0;
}

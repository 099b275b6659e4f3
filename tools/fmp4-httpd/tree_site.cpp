#include "tools/fmp4-httpd/tree_site.hpp"

#include "common/base/text.hpp"
#include "common/tree/names.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>
#include <unistd.h>

namespace fmp4_httpd {
namespace {

using live::Monotonic;
using live::http::Body;
using live::http::error_response;
using live::http::Headers;
using live::http::OpenFile;
using live::http::Response;

constexpr std::string_view playlist_suffix = ".m3u8";
/// "up to three target durations" (rfc8216bis §6.2.5.2): then 503.
constexpr int patience_targets = 3;

struct Kind {
  std::string_view ending, content_type;
};
constexpr std::array kinds{
    Kind{".m4s", "video/mp4"},         Kind{".mp4", "video/mp4"},
    Kind{".ts", "video/mp2t"},         Kind{".mkv", "video/x-matroska"},
    Kind{".webm", "video/webm"},       Kind{".flv", "video/x-flv"},
    Kind{".jpg", "image/jpeg"},        Kind{".vtt", "text/vtt"},
    Kind{".m4a", "audio/mp4"},         Kind{".aac", "audio/aac"},
    Kind{".json", "application/json"},
};

std::string_view content_type(std::string_view path) {
  for (const auto& kind : kinds)
    if (path.ends_with(kind.ending)) return kind.content_type;
  return "application/octet-stream";
}

std::string_view last_component(std::string_view path) { return path.substr(path.rfind('/') + 1); }

/// Numbers are never used twice (man 5 hls-tree), so that these files never change.
constexpr auto forever = "public, max-age=31536000, immutable";
constexpr auto always_asked = "no-cache";

std::string_view cache_control(std::string_view path) {
  return live::tree::parse_file_name(last_component(path)) ? forever : always_asked;
}

std::string_view playlist_cache_control(std::string_view path, std::string_view text) {
  const auto name = last_component(path);
  if (name == live::tree::multivariant_name) return "max-age=60";
  const bool closed =
      name.starts_with("vod-") && text.find("#EXT-X-ENDLIST") != std::string_view::npos;
  return closed ? forever : always_asked;
}

Response not_found(Headers headers, std::string_view why = "there is no such file") {
  return error_response(404, why, std::move(headers));
}

Monotonic patience(const live::hls::MediaPlaylist& playlist) {
  return std::chrono::steady_clock::now() + playlist.target_duration * patience_targets;
}

}  // namespace

TreeSite::TreeSite(live::asio::io_context& io, const std::filesystem::path& root)
    : root_(root), listing_(root_), watch_(io, root_) {}

live::http::Answer TreeSite::answer(const Request& request, Headers headers) {
  const auto path = request.path.substr(1);
  return path.ends_with(playlist_suffix) ? playlist(request, path, std::move(headers))
                                         : file(request, path, std::move(headers));
}

live::http::Answer TreeSite::playlist(const Request& request, const std::string& path,
                                      Headers headers) {
  if (last_component(path) == live::tree::media_playlist_name &&
      path.find('/') != std::string::npos) {
    auto watched = watch_.find(path.substr(0, path.rfind('/')));
    if (watched && watched->playlist()->part_target)
      return media_playlist(request, std::move(watched), std::move(headers));
  }
  const auto opened = root_.open(path);
  const auto text = opened ? live::http::text_of(*opened, most_playlist_bytes) : std::nullopt;
  if (!text) return not_found(std::move(headers), "there is no such playlist");
  const auto rest = parse_directives(request.query).rest;
  return PlaylistText{carry_query(*text, rest)}.response(
      request, playlist_cache_control(path, *text), std::move(headers));
}

live::http::Answer TreeSite::media_playlist(const Request& request, Shared watched,
                                            Headers headers) {
  auto asked = parse_directives(request.query);
  if (!asked.wrong.empty() && takes_directives(*watched->playlist()))
    return error_response(400, asked.wrong, std::move(headers));
  switch (readiness(*watched->playlist(), asked)) {
    case Readiness::ready:
      return complete(request, *watched, asked, std::move(headers));
    case Readiness::too_early:
      return error_response(400, "_HLS_msn or _HLS_part is too far ahead", std::move(headers));
    case Readiness::not_yet:
      break;
  }
  if (watch_.stopped()) return error_response(503, "the server is stopping", std::move(headers));
  auto& waiters = watched->for_playlist;
  const auto until = patience(*watched->playlist());
  return live::http::Later{
      [this, watched = std::move(watched), asked = std::move(asked), headers = std::move(headers),
       until](const Request& again) { return reload(again, *watched, asked, headers, until); },
      waiters, until};
}

std::optional<Response> TreeSite::reload(const Request& request, WatchedPlaylist& watched,
                                         const Directives& asked, const Headers& headers,
                                         Monotonic until) {
  const auto* const playlist = watched.playlist();
  if (playlist == nullptr) return not_found(headers, "the stream is gone");
  if (readiness(*playlist, asked) != Readiness::not_yet)
    return complete(request, watched, asked, headers);
  // Never a list without what was asked for (§6.2.5.2).
  if (watch_.stopped()) return error_response(503, "the server is stopping", headers);
  if (std::chrono::steady_clock::now() >= until)
    return error_response(503, "nothing new has come", headers);
  return std::nullopt;
}

Response TreeSite::complete(const Request& request, WatchedPlaylist& watched,
                            const Directives& asked, Headers headers) {
  auto& made = asked.skip ? watched.delivered_delta : watched.delivered;
  if (made.version != watch_.stream_version(watched)) {
    std::vector<live::hls::RenditionReport> reports;
    for (const auto& [name, sister] : watch_.sisters(watched)) {
      const auto uri = fmt::format("../{}/{}", name, live::tree::media_playlist_name);
      if (!sister->playlist()->ended) reports.push_back(report_of(uri, *sister->playlist()));
    }
    made.text = PlaylistText{deliver(*watched.playlist(), asked.skip, std::move(reports))};
    made.version = watch_.stream_version(watched);
  }
  if (asked.rest.empty()) return made.text.response(request, always_asked, std::move(headers));
  return PlaylistText{carry_query(made.text.text(), asked.rest)}.response(request, always_asked,
                                                                          std::move(headers));
}

live::http::Answer TreeSite::file(const Request& request, const std::string& path,
                                  Headers headers) {
  const auto opened = root_.open(path);
  if (!opened) {
    const auto name = live::tree::parse_file_name(last_component(path));
    const auto slash = path.rfind('/');
    const bool is_part = name && name->kind == live::tree::FileName::Kind::part;
    auto watched =
        is_part && slash != std::string::npos ? watch_.find(path.substr(0, slash)) : nullptr;
    const bool hinted = watched && next_part(*watched->playlist()) == last_component(path);
    if (!hinted || watch_.stopped()) return not_found(std::move(headers));
    auto& waiters = watched->for_files;
    const auto until = patience(*watched->playlist());
    return live::http::Later{
        [this, watched = std::move(watched), path, headers = std::move(headers), until](
            const Request& again) { return hinted_part(again, *watched, path, headers, until); },
        waiters, until};
  }
  headers.emplace_back("Content-Type", content_type(path));
  headers.emplace_back("Cache-Control", cache_control(path));
  return file_response(request, *opened, std::move(headers));
}

/// The part that the playlist hinted at: sent as it appears, 404 as soon as the playlist has gone on without it.
std::optional<Response> TreeSite::hinted_part(const Request& request,
                                              const WatchedPlaylist& watched,
                                              const std::string& path, const Headers& headers,
                                              Monotonic until) {
  if (const auto opened = root_.open(path)) {
    auto all = headers;
    all.emplace_back("Content-Type", content_type(path));
    all.emplace_back("Cache-Control", forever);
    return file_response(request, *opened, std::move(all));
  }
  const auto* const playlist = watched.playlist();
  const bool expected = playlist != nullptr && next_part(*playlist) == last_component(path);
  if (!expected || watch_.stopped() || std::chrono::steady_clock::now() >= until)
    return not_found(headers, "this part has not come");
  return std::nullopt;
}

}  // namespace fmp4_httpd

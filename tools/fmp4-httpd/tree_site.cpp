#include "tools/fmp4-httpd/tree_site.hpp"

#include "common/base/text.hpp"
#include "common/http/gzip.hpp"
#include "common/tree/names.hpp"

#include <algorithm>
#include <array>
#include <functional>
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
constexpr std::size_t least_to_zip = 256;  // below, the header of gzip eats the gain

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

/// `text` with validators of its own, zipped where the client takes that.
Response text_response(const live::http::Request& request, std::string text, std::string_view cache,
                       Headers headers) {
  headers.emplace_back("Content-Type", "application/vnd.apple.mpegurl");
  headers.emplace_back("Cache-Control", cache);
  headers.emplace_back("Vary", "Accept-Encoding");
  const bool zip =
      text.size() >= least_to_zip && live::http::accepts_gzip(request.header("accept-encoding"));
  const auto etag = fmt::format("\"{:x}{}\"", std::hash<std::string>{}(text), zip ? "-z" : "");
  headers.emplace_back("ETag", etag);
  constexpr std::time_t no_date = 0;
  if (!request.header("if-none-match").empty() || !request.header("if-match").empty()) {
    const auto status = live::http::precondition(request, etag, no_date);
    if (status) return {*status, std::move(headers), {}};
  }
  if (zip) headers.emplace_back("Content-Encoding", "gzip");
  return {200, std::move(headers), zip ? live::http::gzip(text) : std::move(text)};
}

Monotonic patience(const live::hls::MediaPlaylist& playlist) {
  return std::chrono::steady_clock::now() + playlist.target_duration * patience_targets;
}

}  // namespace

TreeSite::TreeSite(live::asio::io_context& io, const std::filesystem::path& root)
    : root_(root), watch_(io, root_) {}

bool TreeSite::has_stream(std::string_view name) const {
  return live::is_stream_name(name) &&
         root_.open(fmt::format("{}/{}", name, live::tree::multivariant_name)).has_value();
}

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
  auto asked = parse_directives(request.query);
  const auto rest =
      std::holds_alternative<Directives>(asked) ? std::get<Directives>(asked).rest : "";
  return text_response(request, carry_query(*text, rest), playlist_cache_control(path, *text),
                       std::move(headers));
}

live::http::Answer TreeSite::media_playlist(const Request& request, Shared watched,
                                            Headers headers) {
  auto parsed = parse_directives(request.query);
  if (const auto* why = std::get_if<std::string>(&parsed))
    return error_response(400, *why, std::move(headers));
  auto asked = std::get<Directives>(std::move(parsed));
  switch (readiness(*watched->playlist(), asked)) {
    case Readiness::ready:
      return complete(request, *watched, asked, std::move(headers));
    case Readiness::too_early:
      return error_response(400, "_HLS_msn or _HLS_part is too far ahead", std::move(headers));
    case Readiness::not_yet:
      break;
  }
  if (watch_.stopped()) return error_response(503, "the server is stopping", std::move(headers));
  return live::http::Later{
      [this, request, watched = std::move(watched), asked = std::move(asked),
       headers = std::move(headers)] { return reload(request, watched, asked, headers); }};
}

live::awaitable<Response> TreeSite::reload(Request request, Shared watched, Directives asked,
                                           Headers headers) {
  const auto deadline = patience(*watched->playlist());
  for (;;) {
    const auto* const playlist = watched->playlist();
    if (playlist == nullptr) co_return not_found(std::move(headers), "the stream is gone");
    if (readiness(*playlist, asked) != Readiness::not_yet || watch_.stopped()) break;
    if (std::chrono::steady_clock::now() >= deadline)
      co_return error_response(503, "nothing new has come", std::move(headers));
    co_await watched->change(deadline);
  }
  co_return complete(request, *watched, asked, std::move(headers));
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
    made.text = deliver(*watched.playlist(), asked.skip, std::move(reports));
    made.version = watch_.stream_version(watched);
  }
  return text_response(request, carry_query(made.text, asked.rest), always_asked,
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
    return live::http::Later{
        [this, request, watched = std::move(watched), path, headers = std::move(headers)] {
          return hinted_part(request, watched, path, headers);
        }};
  }
  headers.emplace_back("Content-Type", content_type(path));
  headers.emplace_back("Cache-Control", cache_control(path));
  return file_response(request, *opened, std::move(headers));
}

/// The part that the playlist hinted at: sent as it appears, 404 as soon as the playlist has gone on without it.
live::awaitable<Response> TreeSite::hinted_part(Request request, Shared watched, std::string path,
                                                Headers headers) {
  const auto name = last_component(path);
  const auto deadline = patience(*watched->playlist());
  for (;;) {
    if (const auto opened = root_.open(path)) {
      headers.emplace_back("Content-Type", content_type(path));
      headers.emplace_back("Cache-Control", forever);
      co_return file_response(request, *opened, std::move(headers));
    }
    const auto* const playlist = watched->playlist();
    const bool expected = playlist != nullptr && next_part(*playlist) == name;
    if (!expected || watch_.stopped() || std::chrono::steady_clock::now() >= deadline)
      co_return not_found(std::move(headers), "this part has not come");
    co_await watched->change(deadline);
  }
}

}  // namespace fmp4_httpd

#include "tools/fmp4-httpd/route.hpp"

#include "common/base/text.hpp"

#include <algorithm>
#include <array>

namespace fmp4_httpd {
namespace {

constexpr std::string_view media_suffix = ".mp4";
constexpr std::string_view socket_suffix = ".ws";
constexpr std::string_view asset_folder = "-/";

/// Files that browsers, crawlers and monitors ask every server for.
constexpr std::array<std::string_view, 6> reserved_names{"stats.json", "favicon.ico", "robots.txt",
                                                         "metrics",    "healthz",     "live.m3u8"};
/// `/NAME.mp4` is the stream NAME, so a stream cannot be called NAME.mp4; likewise for the rest.
constexpr std::array<std::string_view, 8> reserved_endings{".mp4",   ".ws",  ".m3u8", ".m4s",
                                                           ".mjpeg", ".jpg", ".jpeg", ".json"};

Route stream_route(Page page, std::string_view name) {
  return live::is_stream_name(name) ? Route{page, name} : Route{};
}

}  // namespace

Route route_of(std::string_view path) {
  if (!path.starts_with('/')) return {};
  path.remove_prefix(1);
  if (path.empty()) return {Page::index, {}};
  if (path == "stats.json") return {Page::stats, {}};
  if (path == "favicon.ico") return {Page::icon, {}};
  if (path.starts_with(asset_folder)) return {Page::asset, path.substr(asset_folder.size())};
  if (path.ends_with('/')) return stream_route(Page::player, path.substr(0, path.size() - 1));
  if (path.ends_with(media_suffix)) {
    return stream_route(Page::media, path.substr(0, path.size() - media_suffix.size()));
  }
  if (path.ends_with(socket_suffix)) {
    return stream_route(Page::web_socket, path.substr(0, path.size() - socket_suffix.size()));
  }
  return stream_route(Page::no_slash, path);
}

bool is_reserved(std::string_view name) {
  const auto ends = [name](std::string_view ending) { return name.ends_with(ending); };
  return std::ranges::find(reserved_names, name) != reserved_names.end() ||
         std::ranges::any_of(reserved_endings, ends);
}

}  // namespace fmp4_httpd

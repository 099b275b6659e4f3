// Which path means what.  Pure.
#pragma once

#include <string_view>

namespace fmp4_httpd {

enum class Page {
  index,       ///< /             all streams
  stats,       ///< /stats.json
  asset,       ///< /-/NAME       what the pages need
  icon,        ///< /favicon.ico
  player,      ///< /S/
  no_slash,    ///< /S            leads to /S/
  media,       ///< /S.mp4
  web_socket,  ///< /S.ws
  none,
};

struct Route {
  Page page = Page::none;
  std::string_view name;  ///< of the stream or asset; into the path
};

/// REQUIRES nothing of `path`, which is the request's target without its query.
Route route_of(std::string_view path);

/// Is `name` a route, or would it look like one, so that no stream may bear it?
bool is_reserved(std::string_view name);

}  // namespace fmp4_httpd

#include "tools/fmp4-httpd/site.hpp"

#include "common/base/file.hpp"
#include "common/base/text.hpp"
#include "common/http/ws_handshake.hpp"
#include "common/net/send.hpp"
#include "tools/fmp4-httpd/web_assets.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace fmp4_httpd {
namespace {

using live::http::Answer;
using live::http::Body;
using live::http::Connection;
using live::http::Headers;
using live::http::Request;
using live::http::Response;
using live::http::TakeOver;

constexpr std::string_view installed_script = "hls.min.js";  ///< --hls-js
constexpr std::size_t most_script_bytes = 8U << 20U;
/// What players of other origins read beside the headers that they always may (Fetch, "CORS-safelisted response-header").
constexpr std::string_view exposed_headers = "Accept-Ranges, Content-Range, Date, ETag";
constexpr std::string_view methods = "GET, HEAD, OPTIONS";

void append(Headers& headers, Headers more) {
  for (auto& header : more)
    headers.push_back(std::move(header));
}

/// What a handler that takes over sends itself: `head`, small enough for the socket to take at once.
TakeOver only_head(std::string head) {
  return {[head = std::move(head)](Connection connection) {
    const iovec piece{const_cast<char*>(head.data()), head.size()};
    live::net::send_some(connection.socket.native_handle(), {&piece, 1});
    boost::system::error_code ignored;
    connection.socket.shutdown(live::Socket::shutdown_send, ignored);
  }};
}

TakeOver watch(Channel& channel, Transport transport, std::string head) {
  return {[&channel, transport, head = std::move(head)](Connection connection) {
    channel.hub().join(std::move(connection), transport, live::as_bytes(head));
  }};
}

/// The pages run their own scripts alone and talk to this server alone.  blob: is Media Source; ws: stands for
/// older Safari, whose 'self' does not include it.
constexpr auto page_policy =
    "default-src 'none'; script-src 'self'; worker-src blob:; style-src 'self'; img-src 'self'; "
    "media-src 'self' blob:; connect-src 'self' ws: wss:; base-uri 'none'; form-action 'none'";

}  // namespace

Site::Site(const Channels& channels, TreeSite* tree, const Options& options)
    : channels_(channels),
      tree_(tree),
      max_viewers_(options.max_viewers),
      guard_(options.cors),
      hls_js_(options.hls_js.empty() ? "" : live::read_file(options.hls_js, most_script_bytes)) {}

Answer Site::answer(const Request& request, const live::http::Peer& peer) const {
  const auto host = request.header("host");
  // A unix socket is reached through a proxy only, which no stranger's DNS leads to.
  if (peer.local && peer.name != "unix" && !host.empty() && !guard_.allows_host_on_loopback(host)) {
    return refuse(request, 403,
                  fmt::format("Host {} on a loopback address: name an address or localhost; for a "
                              "proxy on this machine start fmp4-httpd with --cors https://{}",
                              live::printable(host), live::printable(host)));
  }
  const auto route = route_of(request.path);
  if (request.method == "OPTIONS" &&
      (route.page != Page::none || tree_ != nullptr || request.path == "*")) {
    auto headers = common_headers(request);
    headers.emplace_back("Allow", methods);
    return Response{204, std::move(headers), {}};
  }
  if (route.page == Page::none && tree_ == nullptr)
    return refuse(request, 404, "there is nothing here");
  if (request.method != "GET" && request.method != "HEAD") {
    return refuse(request, 405, fmt::format("allowed are {}", methods),
                  {{"Allow", std::string{methods}}});
  }
  switch (route.page) {
    case Page::index:
      return page(request, "index.html");
    case Page::asset:
      return page(request, route.name);
    case Page::stats:
      return stats(request);
    case Page::icon:
      return Response{204, {{"Cache-Control", "max-age=86400"}}, {}};
    case Page::none:
      return tree_->answer(request, common_headers(request));
    default:
      return of_stream(request, route);
  }
}

Answer Site::of_stream(const Request& request, const Route& route) const {
  auto* const channel = find(route.name);
  if (channel == nullptr && tree_ != nullptr) return of_tree(request, route);
  if (channel == nullptr) {
    return refuse(request, 404, fmt::format("there is no stream {}; / lists them", route.name));
  }
  switch (route.page) {
    case Page::player:
      return page(request, "player.html");
    case Page::media:
      return media(request, *channel);
    case Page::web_socket:
      return web_socket(request, *channel);
    default:
      break;
  }
  return to_folder(request, route.name);
}

Answer Site::to_folder(const Request& request, std::string_view name) const {
  auto headers = common_headers(request);
  // Relative, so that it also holds behind a proxy that adds a prefix.
  // What the viewer carries (a token) goes along.
  const auto* const mark = request.query.empty() ? "" : "?";
  headers.emplace_back("Location", fmt::format("{}/{}{}", name, mark, request.query));
  headers.emplace_back("Cache-Control", "no-store");
  return Response{308, std::move(headers), {}};
}

Answer Site::of_tree(const Request& request, const Route& route) const {
  const bool page_of_stream = route.page == Page::player || route.page == Page::no_slash;
  if (page_of_stream && tree_->has_stream(route.name))
    return route.page == Page::player ? page(request, "hls.html") : to_folder(request, route.name);
  return tree_->answer(request, common_headers(request));
}

bool Site::add_origin(std::string_view origin, Headers& headers) const {
  if (!guard_.has_cors()) return false;
  headers.emplace_back("Vary", "Origin");
  const auto allowed = origin.empty() ? std::nullopt : guard_.allow_origin(origin);
  if (allowed) {
    headers.emplace_back("Access-Control-Allow-Origin", *allowed);
    headers.emplace_back("Access-Control-Expose-Headers", exposed_headers);
  }
  return allowed.has_value();
}

Headers Site::common_headers(const Request& request) const {
  Headers headers{{"X-Content-Type-Options", "nosniff"}};
  if (add_origin(request.header("origin"), headers) && request.method == "OPTIONS") {
    headers.emplace_back("Access-Control-Allow-Methods", methods);
    headers.emplace_back("Access-Control-Allow-Headers", "Range");
    headers.emplace_back("Access-Control-Max-Age", "86400");
  }
  return headers;
}

Answer Site::refuse(const Request& request, int status, std::string_view why, Headers more) const {
  auto headers = common_headers(request);
  append(headers, std::move(more));
  return live::http::error_response(status, why, std::move(headers));
}

Answer Site::page(const Request& request, std::string_view asset) const {
  const auto assets = web_assets();
  const auto found = std::ranges::find(assets, asset, &Asset::path);
  const bool installed = asset == installed_script;
  if (found == assets.end() && !installed) return refuse(request, 404, "there is nothing here");
  auto headers = common_headers(request);
  if (installed) {
    append(headers,
           {{"Content-Type", "text/javascript; charset=utf-8"}, {"Cache-Control", "no-cache"}});
    // Without --hls-js an empty script: the page sees that it brings nothing, and no error stands on the console.
    return Response{200, std::move(headers), Body::of_static(live::as_bytes(hls_js_))};
  }
  headers.emplace_back("Content-Type", found->content_type);
  // A new version of the program must not meet an old page's scripts.
  headers.emplace_back("Cache-Control", "no-cache");
  headers.emplace_back("Content-Security-Policy", page_policy);
  return Response{200, std::move(headers), Body::of_static(live::as_bytes(found->body))};
}

Answer Site::stats(const Request& request) const {
  auto headers = common_headers(request);
  headers.emplace_back("Content-Type", "application/json");
  headers.emplace_back("Cache-Control", "no-store");
  return Response{200, std::move(headers),
                  Body{stats_json(channels_, tree_ != nullptr ? tree_->streams() : TreeStreams{},
                                  max_viewers_)}};
}

std::optional<Answer> Site::not_watchable(const Request& request, const Channel& channel) const {
  const auto state = channel.stream().state();
  if (state != live::StreamState::live) {
    const auto why = state == live::StreamState::waiting
                         ? fmt::format("stream {} has not begun", channel.name())
                         : fmt::format("stream {} has {}", channel.name(), to_text(state));
    return refuse(request, 503, why, {{"Retry-After", "2"}});
  }
  std::size_t viewers = 0;
  for (const auto& each : channels_)
    viewers += each->hub().viewers();
  if (viewers >= max_viewers_) {
    return refuse(request, 503, "as many viewers as allowed are watching", {{"Retry-After", "10"}});
  }
  return std::nullopt;
}

Answer Site::media(const Request& request, Channel& channel) const {
  if (auto refusal = not_watchable(request, channel)) return std::move(*refusal);
  auto headers = common_headers(request);
  append(headers, {{"Content-Type", channel.stream().epoch()->mime},
                   {"Accept-Ranges", "none"},
                   {"Cache-Control", "no-store"},
                   {"X-Accel-Buffering", "no"},
                   {"Connection", "close"}});
  if (!request.http_1_0) headers.emplace_back("Transfer-Encoding", "chunked");
  auto head = live::http::format_head(200, headers);
  if (request.method == "HEAD") return only_head(std::move(head));
  return watch(channel, request.http_1_0 ? Transport::plain : Transport::chunked, std::move(head));
}

Answer Site::web_socket(const Request& request, Channel& channel) const {
  const auto origin = request.header("origin");
  const auto host = request.header("host");
  if (!origin.empty() && !guard_.allows_origin(origin, host)) {
    return refuse(request, 403,
                  fmt::format("a page of {} may not play the streams of {}; --cors allows it",
                              live::printable(origin), live::printable(host)));
  }
  auto shaken = live::http::answer_websocket(request);
  if (shaken.status == 101) {
    if (auto refusal = not_watchable(request, channel)) return std::move(*refusal);
    return watch(channel, Transport::web_socket, live::http::format_head(101, shaken.headers));
  }
  append(shaken.headers, common_headers(request));
  return shaken;
}

Channel* Site::find(std::string_view name) const {
  const auto found = std::ranges::find_if(
      channels_, [name](const auto& channel) { return channel->name() == name; });
  return found == channels_.end() ? nullptr : found->get();
}

}  // namespace fmp4_httpd

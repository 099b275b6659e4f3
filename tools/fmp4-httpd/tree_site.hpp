// --root: an HLS tree, and the recordings in it, over HTTP.
#pragma once

#include "common/http/serve.hpp"
#include "common/http/static_file.hpp"
#include "tools/fmp4-httpd/playlist_delivery.hpp"
#include "tools/fmp4-httpd/tree_listing.hpp"
#include "tools/fmp4-httpd/tree_watch.hpp"

#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace fmp4_httpd {

class TreeSite {
 public:
  /// Throws Failure when `root` is no folder that can be read.
  TreeSite(live::asio::io_context& io, const std::filesystem::path& root);

  /// GET or HEAD of a file ("/stream/360p/index.m3u8"), with `headers` (CORS and the like) on whatever is answered.
  live::http::Answer answer(const live::http::Request& request, live::http::Headers headers);
  [[nodiscard]] bool has_stream(std::string_view name) const { return listing_.has(name); }
  const std::vector<TreeStream>& streams() {
    return listing_.streams(std::chrono::steady_clock::now());
  }

  void tick(live::Monotonic now) { watch_.tick(now); }
  void stop() { watch_.stop(); }
  [[nodiscard]] std::size_t waiting() const { return watch_.waiting(); }

 private:
  using Request = live::http::Request;
  using Response = live::http::Response;
  using Answer = live::http::Answer;
  using Headers = live::http::Headers;
  using Shared = std::shared_ptr<WatchedPlaylist>;

  Answer playlist(const Request& request, const std::string& path, Headers headers);
  Answer media_playlist(const Request& request, Shared watched, Headers headers);
  Answer file(const Request& request, const std::string& path, Headers headers);
  /// For Later: nothing while there is nothing to say.
  std::optional<Response> reload(const Request& request, WatchedPlaylist& watched,
                                 const Directives& asked, const Headers& headers,
                                 live::Monotonic until);
  std::optional<Response> hinted_part(const Request& request, const WatchedPlaylist& watched,
                                      const std::string& path, const Headers& headers,
                                      live::Monotonic until);
  Response complete(const Request& request, WatchedPlaylist& watched, const Directives& asked,
                    Headers headers);

  live::http::Root root_;
  TreeListing listing_;
  TreeWatch watch_;
};

}  // namespace fmp4_httpd

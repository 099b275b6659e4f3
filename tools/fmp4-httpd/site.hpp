// The HTTP face of the program: which request gets what.
#pragma once

#include "common/http/serve.hpp"
#include "tools/fmp4-httpd/guard.hpp"
#include "tools/fmp4-httpd/route.hpp"
#include "tools/fmp4-httpd/stats.hpp"
#include "tools/fmp4-httpd/tree_site.hpp"

namespace fmp4_httpd {

/// REQUIRES: `channels` and `tree` (nullptr without --root) outlive it.
class Site {
 public:
  /// Throws Failure when --hls-js cannot be read.
  Site(const Channels& channels, TreeSite* tree, const Options& options);

  /// For http::Server.
  [[nodiscard]] live::http::Answer answer(const live::http::Request& request,
                                          const live::http::Peer& peer) const;
  /// The CORS headers that a page of `origin` gets; false when it gets none.
  bool add_origin(std::string_view origin, live::http::Headers& headers) const;

 private:
  using Request = live::http::Request;
  using Headers = live::http::Headers;
  using Answer = live::http::Answer;

  [[nodiscard]] Headers common_headers(const Request& request) const;
  [[nodiscard]] Answer refuse(const Request& request, int status, std::string_view why,
                              Headers more = {}) const;
  [[nodiscard]] Answer page(const Request& request, std::string_view asset) const;
  [[nodiscard]] Answer stats(const Request& request) const;
  Answer media(const Request& request, Channel& channel) const;
  Answer web_socket(const Request& request, Channel& channel) const;
  [[nodiscard]] std::optional<Answer> not_watchable(const Request& request,
                                                    const Channel& channel) const;
  [[nodiscard]] Channel* find(std::string_view name) const;
  [[nodiscard]] Answer of_stream(const Request& request, const Route& route) const;

  [[nodiscard]] Answer of_tree(const Request& request, const Route& route) const;
  [[nodiscard]] Answer to_folder(const Request& request, std::string_view name) const;

  const Channels& channels_;
  TreeSite* const tree_;
  const std::uint64_t max_viewers_;
  const Guard guard_;
  const std::string hls_js_;  ///< the script, empty when there is none
};

}  // namespace fmp4_httpd

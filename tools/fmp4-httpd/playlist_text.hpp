// A playlist as it goes out, made once for the many who ask for the same version: its validators, and its zipped form.
#pragma once

#include "common/http/request.hpp"
#include "common/http/response.hpp"

#include <array>
#include <string>
#include <string_view>

namespace fmp4_httpd {

class PlaylistText {
 public:
  PlaylistText() = default;
  explicit PlaylistText(const std::string& text);

  [[nodiscard]] std::string_view text() const;
  /// 200, 304 or 412 with `headers` and Cache-Control `cache`; zipped where the client takes that.  Its bytes are shared.
  live::http::Response response(const live::http::Request& request, std::string_view cache,
                                live::http::Headers headers);

 private:
  struct Form {
    live::http::Body body;
    std::string etag;  ///< strong, with its quotes; empty: not made yet
  };
  const Form& form(bool zipped);

  std::array<Form, 2> forms_;  ///< plain, zipped
};

}  // namespace fmp4_httpd

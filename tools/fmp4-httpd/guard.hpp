// Who may talk to this server from a browser's page: the Host and Origin headers.  Pure.
//
// A page of another site can open a WebSocket to us, and with DNS rebinding (its own name made to lead to
// 127.0.0.1) even read our answers.  Against the first, a WebSocket's Origin must be our own Host or listed
// with --cors; against the second, a connection over loopback must name a Host that no stranger's DNS can
// own: an address, localhost, or the host of a --cors origin.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace fmp4_httpd {

class Guard {
 public:
  /// `cors`: origins as browsers send them ("https://example.org", no path), or "*".
  explicit Guard(std::vector<std::string> cors) : cors_(std::move(cors)) {}

  /// May a request over loopback name this Host?
  [[nodiscard]] bool allows_host_on_loopback(std::string_view host) const;
  /// May a page of `origin` open a WebSocket to `host`?
  [[nodiscard]] bool allows_origin(std::string_view origin, std::string_view host) const;
  /// The value of Access-Control-Allow-Origin for a request from `origin`, if it gets one.
  [[nodiscard]] std::optional<std::string> allow_origin(std::string_view origin) const;
  [[nodiscard]] bool has_cors() const { return !cors_.empty(); }

 private:
  [[nodiscard]] bool lists(std::string_view origin) const;
  std::vector<std::string> cors_;
};

/// Has `text` the form of an origin: scheme "://" host [":" port], or "*"?
bool is_origin(std::string_view text);

}  // namespace fmp4_httpd

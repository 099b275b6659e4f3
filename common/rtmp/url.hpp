// Where a client publishes or plays.
//
//   rtmp[s]://[USER[:PASSWORD]@]HOST[:PORT]/APP[/MORE...]/NAME[?QUERY]
//
// Ports 1935 and, with TLS, 443.  APP is everything before the last slash, as ffmpeg and librtmp cut it; the query belongs
// to NAME.  User and password may be percent-encoded; NAME and QUERY go to the server as they stand.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

namespace live::rtmp {

struct Url {
  bool tls = false;
  std::string host;  ///< without brackets
  std::uint16_t port = 1935;
  std::string user, password;  ///< secrets
  std::string app;
  std::string name;  ///< with its query; of most services a secret; may be empty
  bool operator==(const Url&) const = default;

  /// "rtmp://host[:port]/app": what connect says, and what log lines may show.
  [[nodiscard]] std::string tc_url() const;
};

/// The URL, or one clause that says what is wrong with it and repeats nothing of it.
std::variant<Url, std::string> parse_url(std::string_view text);
/// One without a name, as services give it beside the stream key: all behind the host is the application, a query too
/// ("rtmps://b.rtmps.youtube.com:443/live2?backup=1").
std::variant<Url, std::string> parse_app_url(std::string_view text);

}  // namespace live::rtmp

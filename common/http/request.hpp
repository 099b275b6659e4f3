// The head of an HTTP/1.x request as a value (RFC 9112), read by Beast's parser without I/O.
//
//   GET /cam.mp4?x=1 HTTP/1.1 CRLF  Host: example CRLF  CRLF
//
// Refused: a target over 8 kB (414), a head over 16 kB (431), line ends without CR, targets that do
// not decode to text without control characters, HTTP/2 prefaces and everything else that is no
// HTTP/1.x (400). A request line that cannot become right is refused as soon as that is visible,
// not after a time-out.
#pragma once

#include "common/base/step.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace live::http {

struct Request {
  std::string method;  ///< as sent: "GET"
  std::string path;    ///< percent-decoded, begins with '/'; "*" for OPTIONS *
  std::string query;   ///< raw, without '?'
  bool http_1_0 = false;
  bool keep_alive = true;            ///< may another request follow on the connection?
  std::uint64_t content_length = 0;  ///< of the body that follows the head
  bool chunked = false;              ///< the body has a transfer coding instead

  std::vector<std::pair<std::string, std::string>> headers;  ///< names in lower case, in order

  /// The value of the first header `name` (lower case), or nothing.
  [[nodiscard]] std::string_view header(std::string_view name) const;
  /// Is `token` (lower case) one of the comma-separated values of header `name`?
  [[nodiscard]] bool header_has(std::string_view name, std::string_view token) const;
};

/// The request can never be right: answer `status` and close.
struct Rejected {
  int status;
  std::string why;  ///< one clause, printable
};

struct HeadLimits {
  std::size_t target_bytes = 8'192;
  std::size_t head_bytes = 16'384;
};

/// Reads the request head at the start of `in`, all bytes received so far; `used` is where its body
/// begins.
std::variant<Taken<Request>, NeedMore, Rejected> parse_request(std::string_view in,
                                                               const HeadLimits& limits = {});

/// "%41b" → "Ab"; nothing for a broken escape or a decoded control character.
std::optional<std::string> percent_decode(std::string_view text);

}  // namespace live::http

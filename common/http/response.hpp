// A response as a value, and the text of its head.
#pragma once

#include "common/base/bytes.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace live::http {

/// The bytes of a response: owned, shared, or static.
class Body {
 public:
  Body() = default;
  Body(std::string text);                      // NOLINT(google-explicit-constructor)
  Body(const char* text);                      // NOLINT(google-explicit-constructor)
  Body(std::shared_ptr<const Buffer> buffer);  // NOLINT(google-explicit-constructor)
  /// `bytes` live as long as the program: an embedded page.
  static Body of_static(Bytes bytes);

  [[nodiscard]] Bytes bytes() const { return bytes_; }

 private:
  std::shared_ptr<const void> owner_;
  Bytes bytes_;
};

using Headers = std::vector<std::pair<std::string, std::string>>;

struct Response {
  int status = 200;
  Headers headers;  ///< without Content-Length, Connection and Date, which serving adds
  Body body;
};

/// "Not Found"; "Unknown" for a status that the project never sends.
std::string_view reason(int status);

/// A one-line text/plain answer "STATUS Reason: why"; never stored by caches.
Response error_response(int status, std::string_view why, Headers headers = {});
/// 405 with Allow.
Response method_not_allowed(std::string_view allow);

/// "HTTP/1.1 STATUS Reason", `headers`, Date and the empty line: the head of an answer that a
/// handler streams by itself.  Always says HTTP/1.1, also to a 1.0 client (RFC 9110 §2.5).
std::string format_head(int status, const Headers& headers);

/// "Sun, 06 Nov 1994 08:49:37 GMT" of now.
std::string http_date();

}  // namespace live::http

// A response as a value, and the text of its head.
#pragma once

#include "common/base/bytes.hpp"
#include "common/base/fd.hpp"

#include <cstdint>
#include <ctime>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace live::http {

/// Bytes of an open file; they go from the page cache to the socket (sendfile(2)).
struct FileSpan {
  std::shared_ptr<const Fd> fd;
  std::uint64_t first = 0, length = 0;
};

/// The bytes of a response: owned, shared, static, or in a file.
class Body {
 public:
  Body() = default;
  Body(std::string text);                      // NOLINT(google-explicit-constructor)
  Body(const char* text);                      // NOLINT(google-explicit-constructor)
  Body(std::shared_ptr<const Buffer> buffer);  // NOLINT(google-explicit-constructor)
  /// `bytes` live as long as the program: an embedded page.
  static Body of_static(Bytes bytes);
  static Body of_file(std::shared_ptr<const Fd> fd, std::uint64_t first, std::uint64_t length);

  [[nodiscard]] Bytes bytes() const { return bytes_; }  ///< empty for a file's
  [[nodiscard]] const FileSpan& file() const { return file_; }
  [[nodiscard]] std::uint64_t size() const { return bytes_.size() + file_.length; }

 private:
  std::shared_ptr<const void> owner_;
  Bytes bytes_;
  FileSpan file_;
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

/// "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110 §5.6.7).
std::string http_date(std::time_t time);
std::string http_date();  ///< of now

}  // namespace live::http

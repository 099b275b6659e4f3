// Files of one folder over HTTP: conditional requests and ranges as RFC 9110 §13 and §14 want them, and no way out.
#pragma once

#include "common/base/fd.hpp"
#include "common/http/request.hpp"
#include "common/http/response.hpp"

#include <cstdint>
#include <ctime>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace live::http {

/// A regular file that is open, as it was then.
struct OpenFile {
  std::shared_ptr<const Fd> fd;
  std::uint64_t size = 0;
  std::time_t modified = 0;
  std::string etag;  ///< strong, with its quotes: of inode, size and time of change in ns
};

/// All of it as it is now; nothing when it is larger than `limit_bytes` or cannot be read.
std::optional<std::string> text_of(const OpenFile& file, std::uint64_t limit_bytes);

/// A folder whose files may be asked for by strangers.
class Root {
 public:
  /// Throws Failure(no_input) when it is no folder that can be read.
  explicit Root(const std::filesystem::path& folder);

  /// The regular file at `path` ("stream/360p/index.m3u8", decoded, no '/' in front); nothing when there is none, when a
  /// component is empty or begins with a dot, at the end of a link too, or when the way leads out of the folder (openat2(2),
  /// RESOLVE_BENEATH).  Never waits (a FIFO is none of ours).
  [[nodiscard]] std::optional<OpenFile> open(std::string_view path) const;
  /// Is there a folder at `path`?  The same rules.
  [[nodiscard]] bool has_folder(std::string_view path) const;
  [[nodiscard]] const std::filesystem::path& folder() const { return folder_; }

 private:
  [[nodiscard]] Fd beneath(std::string_view path, int flags) const;
  [[nodiscard]] Fd over_links(const char* path, std::uint64_t flags) const;
  std::filesystem::path folder_;
  Fd fd_;
};

/// What applies to GET and HEAD of something with these validators: 304, 412, or nothing when it is to be sent.
/// RFC 9110 §13.2.2.
std::optional<int> precondition(const Request& request, std::string_view etag,
                                std::time_t modified);

/// The answer where `status` of precondition() or of a range stands for what `headers` describe: caches may keep that, but not
/// that it was refused.
Response without_content(int status, Headers headers);

/// 200, 206, 304, 412 or 416 with `headers` (Content-Type, Cache-Control, CORS), validators and Accept-Ranges.
Response file_response(const Request& request, const OpenFile& file, Headers headers);

}  // namespace live::http

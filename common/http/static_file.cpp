#include "common/http/static_file.hpp"

#include "common/base/failure.hpp"
#include "common/http/range.hpp"

#include <array>
#include <cerrno>
#include <climits>
#include <cstring>
#include <string>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace live::http {
namespace {

constexpr std::size_t longest_path = 1024;

bool is_servable(std::string_view path) {
  if (path.empty() || path.size() > longest_path) return false;
  for (std::size_t at = 0; at <= path.size();) {
    const auto end = std::min(path.find('/', at), path.size());
    if (end == at || path[at] == '.') return false;
    at = end + 1;
  }
  return path.find('\0') == std::string_view::npos;
}

/// Is `etag` in the list of an If-None-Match (weak comparison) or If-Match (strong, RFC 9110 §8.8.3.2)?
bool lists(std::string_view list, std::string_view etag, bool weak) {
  while (!list.empty()) {
    const auto comma = std::min(list.find(','), list.size());
    auto one = list.substr(0, comma);
    list.remove_prefix(std::min(comma + 1, list.size()));
    one.remove_prefix(std::min(one.find_first_not_of(" \t"), one.size()));
    one = one.substr(0, one.find_last_not_of(" \t") + 1);
    if (one == "*") return true;
    if (weak && one.starts_with("W/")) one.remove_prefix(2);
    if (one == etag) return true;
  }
  return false;
}

/// Nothing for what is no date in the form that everybody sends (IMF-fixdate).
std::optional<std::time_t> parse_http_date(std::string_view text) {
  std::tm parts{};
  const std::string copy{text};
  const auto* const end = ::strptime(copy.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
  if (end == nullptr || *end != '\0') return std::nullopt;
  return ::timegm(&parts);
}

/// RFC 9110 §13.1.5: the range counts only if the representation is the one that the client has a part of.
bool range_applies(const Request& request, const OpenFile& file) {
  const auto condition = request.header("if-range");
  if (condition.empty()) return true;
  if (condition.front() == '"') return condition == file.etag;
  return parse_http_date(condition) == file.modified;
}

/// Nothing when that cannot be told.
std::string path_of(const Fd& fd) {
  std::array<char, PATH_MAX> path{};
  const auto link = fmt::format("/proc/self/fd/{}", fd.get());
  const auto n = ::readlink(link.c_str(), path.data(), path.size());
  return {path.data(), n > 0 ? static_cast<std::size_t>(n) : 0};
}

Fd open_at(const Fd& folder, const char* path, std::uint64_t flags, std::uint64_t resolve) {
  open_how how{};
  how.flags = flags;
  how.resolve = resolve;
  return Fd{static_cast<int>(::syscall(SYS_openat2, folder.get(), path, &how, sizeof how))};
}

}  // namespace

std::optional<std::string> text_of(const OpenFile& file, std::uint64_t limit_bytes) {
  if (file.size > limit_bytes) return std::nullopt;
  std::string text(file.size, '\0');
  const auto n = ::pread(file.fd->get(), text.data(), text.size(), 0);
  if (n < 0) return std::nullopt;
  text.resize(static_cast<std::size_t>(n));
  return text;
}

Root::Root(const std::filesystem::path& folder)
    : folder_(folder), fd_(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {
  if (!fd_) fail(Exit::no_input, "serve {}: {}", folder.string(), std::strerror(errno));
}

Fd Root::beneath(std::string_view path, int flags) const {
  if (!is_servable(path)) return {};
  const std::string copy{path};
  const auto how = static_cast<std::uint64_t>(flags | O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  auto fd = open_at(fd_, copy.c_str(), how, RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS);
  return fd || errno != ELOOP ? std::move(fd) : over_links(copy.c_str(), how);
}

/// Where the links lead to has a servable path of its own.
Fd Root::over_links(const char* path, std::uint64_t flags) const {
  auto fd = open_at(fd_, path, flags, RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS);
  if (!fd) return fd;
  const auto root = path_of(fd_);
  const auto real = path_of(fd);
  if (root.empty() || !real.starts_with(root)) return {};
  auto below = std::string_view{real}.substr(root.size());
  if (below.starts_with('/')) below.remove_prefix(1);
  return below.empty() || is_servable(below) ? std::move(fd) : Fd{};
}

std::optional<OpenFile> Root::open(std::string_view path) const {
  auto fd = beneath(path, 0);
  struct stat status {};
  if (!fd || ::fstat(fd.get(), &status) != 0 || !S_ISREG(status.st_mode)) return std::nullopt;
  OpenFile file;
  file.size = static_cast<std::uint64_t>(status.st_size);
  file.modified = status.st_mtim.tv_sec;
  file.etag = fmt::format("\"{:x}-{:x}-{:x}.{:x}\"", status.st_ino, file.size,
                          status.st_mtim.tv_sec, status.st_mtim.tv_nsec);
  file.fd = std::make_shared<const Fd>(std::move(fd));
  return file;
}

bool Root::has_folder(std::string_view path) const {
  return static_cast<bool>(beneath(path, O_DIRECTORY));
}

std::optional<int> precondition(const Request& request, std::string_view etag,
                                std::time_t modified) {
  if (const auto match = request.header("if-match"); !match.empty()) {
    if (!lists(match, etag, false)) return 412;
  } else if (const auto since = parse_http_date(request.header("if-unmodified-since"));
             since && modified > *since) {
    return 412;
  }
  if (const auto none = request.header("if-none-match"); !none.empty()) {
    if (lists(none, etag, true)) return 304;
  } else if (const auto since = parse_http_date(request.header("if-modified-since"));
             since && modified <= *since) {
    return 304;
  }
  return std::nullopt;
}

Response without_content(int status, Headers headers) {
  constexpr int not_modified = 304;
  if (status != not_modified) {
    std::erase_if(headers, [](const auto& each) { return each.first == "Cache-Control"; });
    headers.emplace_back("Cache-Control", "no-store");
  }
  return {status, std::move(headers), {}};
}

Response file_response(const Request& request, const OpenFile& file, Headers headers) {
  headers.emplace_back("ETag", file.etag);
  headers.emplace_back("Last-Modified", http_date(file.modified));
  if (const auto status = precondition(request, file.etag, file.modified))
    return without_content(*status, std::move(headers));
  headers.emplace_back("Accept-Ranges", "bytes");
  // "A server MUST ignore a Range header field received with a request method that is unrecognized or for which range handling
  // is not defined": GET alone (RFC 9110 §14.2).
  const bool applies = request.method == "GET" && range_applies(request, file);
  const auto range = applies ? request.header("range") : std::string_view{};
  const auto wanted = wanted_range(range, file.size);
  if (std::holds_alternative<Unsatisfiable>(wanted)) {
    headers.emplace_back("Content-Range", fmt::format("bytes */{}", file.size));
    return without_content(416, std::move(headers));
  }
  if (const auto* span = std::get_if<ByteSpan>(&wanted)) {
    headers.emplace_back("Content-Range", content_range(*span, file.size));
    return {206, std::move(headers), Body::of_file(file.fd, span->first, span->length)};
  }
  return {200, std::move(headers), Body::of_file(file.fd, 0, file.size)};
}

}  // namespace live::http

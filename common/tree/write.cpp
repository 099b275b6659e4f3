#include "common/tree/write.hpp"

#include "common/base/failure.hpp"
#include "common/base/fd.hpp"

#include <algorithm>
#include <array>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace live::tree {
namespace {

/// How much of a file is whole lines.
off_t whole_lines(int fd, off_t size) {
  std::array<char, 4096> part{};
  while (size > 0) {
    const auto from = std::max<off_t>(0, size - static_cast<off_t>(part.size()));
    const auto wanted = static_cast<std::size_t>(size - from);
    if (::pread(fd, part.data(), wanted, from) != static_cast<ssize_t>(wanted)) return -1;
    const std::string_view text{part.data(), wanted};
    const auto end = text.rfind('\n');
    if (end != std::string_view::npos) return from + static_cast<off_t>(end) + 1;
    size = from;
  }
  return 0;
}

/// All of `text`; false with errno.
bool write_text(int fd, std::string_view text) {
  while (!text.empty()) {
    const auto n = ::write(fd, text.data(), text.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return false;
    text.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

}  // namespace

Written write_whole(const std::filesystem::path& path, std::span<const Bytes> pieces,
                    bool durable) {
  return replace_file(path, pieces, durable);
}

Written write_whole(const std::filesystem::path& path, std::string_view text, bool durable) {
  const std::array pieces{as_bytes(text)};
  return replace_file(path, pieces, durable);
}

Written append_line(const std::filesystem::path& path, std::string_view lines, bool durable) {
  const Fd file{::open(path.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0644)};
  if (!file) {
    if (is_full(errno)) return Written::full;
    fail(Exit::cannot_create, "create {}: {}", path.string(), errno_text());
  }
  struct stat facts {};
  if (::fstat(file.get(), &facts) != 0) fail(Exit::io, "stat {}: {}", path.string(), errno_text());
  const auto whole = whole_lines(file.get(), facts.st_size);
  if (whole < 0) fail(Exit::io, "read {}: {}", path.string(), errno_text());
  if (whole < facts.st_size && ::ftruncate(file.get(), whole) != 0)
    fail(Exit::io, "truncate {}: {}", path.string(), errno_text());
  if (write_text(file.get(), lines) && (!durable || ::fdatasync(file.get()) == 0))
    return Written::done;
  const int error = errno;
  const bool undone = ::ftruncate(file.get(), whole) == 0;
  if (undone && is_full(error)) return Written::full;
  fail(Exit::io, "write {}: {}", path.string(), errno_text(error));
}

void cut_to(const std::filesystem::path& path, std::uint64_t bytes) {
  if (::truncate(path.c_str(), static_cast<off_t>(bytes)) != 0)
    fail(Exit::io, "truncate {}: {}", path.string(), errno_text());
}

}  // namespace live::tree

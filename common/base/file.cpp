#include "common/base/file.hpp"

#include "common/base/failure.hpp"
#include "common/base/fd.hpp"

#include <array>
#include <cerrno>

#include <fcntl.h>
#include <unistd.h>

namespace live {

std::string read_file(const std::filesystem::path& path, std::size_t limit_bytes) {
  const Fd file{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  if (!file) fail(Exit::no_input, "open {}: {}", path.string(), errno_text());
  std::string text;
  std::array<char, 16'384> part{};
  for (;;) {
    const auto n = ::read(file.get(), part.data(), part.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) fail(Exit::no_input, "read {}: {}", path.string(), errno_text());
    if (n == 0) return text;
    text.append(part.data(), static_cast<std::size_t>(n));
    if (text.size() > limit_bytes)
      fail(Exit::bad_data, "read {}: larger than {} bytes", path.string(), limit_bytes);
  }
}

void write_all(int fd, Bytes bytes) {
  while (!bytes.empty()) {
    const auto n = ::write(fd, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) fail(Exit::io, "write: {}", errno_text());
    bytes = bytes.subspan(static_cast<std::size_t>(n));
  }
}

void publish_file(const std::filesystem::path& path, std::string_view text) {
  const auto next = path.parent_path() / ("." + path.filename().string() + ".tmp");
  {
    const Fd file{::open(next.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644)};
    if (!file) fail(Exit::cannot_create, "create {}: {}", next.string(), errno_text());
    write_all(file.get(), as_bytes(text));
  }
  if (::rename(next.c_str(), path.c_str()) != 0)
    fail(Exit::cannot_create, "rename {} to {}: {}", next.string(), path.string(), errno_text());
}

}  // namespace live

#include "common/base/file.hpp"

#include "common/base/failure.hpp"
#include "common/base/fd.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <vector>

#include <fcntl.h>
#include <sys/uio.h>
#include <unistd.h>

namespace live {
namespace {

/// All of `pieces`; false with errno.
bool write_pieces(int fd, std::span<const Bytes> pieces) {
  constexpr std::size_t most = 1024;  // IOV_MAX of Linux
  std::vector<iovec> left;
  while (!pieces.empty()) {
    const auto some = pieces.first(std::min(most, pieces.size()));
    pieces = pieces.subspan(some.size());
    left.clear();
    for (const auto piece : some)
      if (!piece.empty()) left.push_back({const_cast<std::uint8_t*>(piece.data()), piece.size()});
    for (std::span<iovec> now{left}; !now.empty();) {
      const auto n = ::writev(fd, now.data(), static_cast<int>(now.size()));
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) return false;
      for (auto gone = static_cast<std::size_t>(n); !now.empty();) {
        auto& front = now.front();
        const auto taken = std::min(gone, front.iov_len);
        front.iov_base = static_cast<std::uint8_t*>(front.iov_base) + taken;
        front.iov_len -= taken;
        gone -= taken;
        if (front.iov_len > 0) break;
        now = now.subspan(1);
      }
    }
  }
  return true;
}

}  // namespace

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

bool is_full(int error) { return error == ENOSPC || error == EDQUOT; }

Written replace_file(const std::filesystem::path& path, std::span<const Bytes> pieces,
                     bool durable) {
  const auto next = path.parent_path() / ("." + path.filename().string() + ".tmp");
  constexpr int flags = O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW;
  const Fd file{::open(next.c_str(), flags, 0644)};
  if (!file) {
    if (is_full(errno)) return Written::full;
    fail(Exit::cannot_create, "create {}: {}", next.string(), errno_text());
  }
  const char* verb = "write";
  bool done = write_pieces(file.get(), pieces);
  if (done && durable) {
    verb = "fdatasync";
    done = ::fdatasync(file.get()) == 0;
  }
  if (done) {
    verb = "rename";
    done = ::rename(next.c_str(), path.c_str()) == 0;
  }
  if (done) return Written::done;
  const int error = errno;
  ::unlink(next.c_str());
  if (is_full(error)) return Written::full;
  fail(Exit::io, "{} {}: {}", verb, next.string(), errno_text(error));
}

void publish_file(const std::filesystem::path& path, std::string_view text) {
  const std::array pieces{as_bytes(text)};
  if (replace_file(path, pieces, false) == Written::full)
    fail(Exit::io, "write {}: no space", path.string());
}

}  // namespace live

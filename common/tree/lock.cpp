#include "common/tree/lock.hpp"

#include "common/base/failure.hpp"
#include "common/tree/names.hpp"

#include <thread>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

namespace live::tree {
namespace {

namespace fs = std::filesystem;

/// The lock file, made where `make` says so; an empty Fd where it is not there.
Fd open_lock(const fs::path& path, bool make) {
  const int flags = O_RDWR | O_CLOEXEC | O_NOFOLLOW | (make ? O_CREAT : 0);
  Fd fd{::open(path.c_str(), flags, 0644)};
  if (!fd && errno != ENOENT) fail(Exit::cannot_create, "open {}: {}", path.string(), errno_text());
  return fd;
}

/// Does `path` still name what `fd` has open?
bool is_there(const fs::path& path, int fd) {
  struct stat open {};
  struct stat named {};
  return ::fstat(fd, &open) == 0 && ::lstat(path.c_str(), &named) == 0 &&
         open.st_dev == named.st_dev && open.st_ino == named.st_ino;
}

enum class Attempt { got, held, moved };

Attempt try_lock(const fs::path& path, int fd) {
  while (::flock(fd, LOCK_EX | LOCK_NB) != 0) {
    if (errno == EWOULDBLOCK) return Attempt::held;
    if (errno != EINTR) fail(Exit::io, "lock {}: {}", path.string(), errno_text());
  }
  return is_there(path, fd) ? Attempt::got : Attempt::moved;
}

void make_folder(const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) fail(Exit::cannot_create, "create {}: {}", folder.string(), error.message());
}

}  // namespace

std::optional<Lock> Lock::take(const fs::path& folder, std::chrono::milliseconds patience) {
  using Clock = std::chrono::steady_clock;
  constexpr std::chrono::milliseconds pause{20};  // flock(2) knows no deadline
  constexpr int most_moves = 10;                  // in a row, where nobody cleans that often
  const auto deadline = Clock::now() + patience;
  for (int moves = 0;;) {
    make_folder(folder);
    auto fd = open_lock(folder / lock_name, true);
    // Without a file the folder went away in between.
    const auto attempt = fd ? try_lock(folder / lock_name, fd.get()) : Attempt::moved;
    if (attempt == Attempt::got) return Lock{std::move(fd)};
    if (attempt == Attempt::moved && ++moves < most_moves) continue;
    if (Clock::now() >= deadline) return {};
    std::this_thread::sleep_for(pause);
  }
}

std::optional<Lock> Lock::take_existing(const fs::path& folder) {
  auto fd = open_lock(folder / lock_name, false);
  if (!fd || try_lock(folder / lock_name, fd.get()) != Attempt::got) return {};
  return Lock{std::move(fd)};
}

}  // namespace live::tree

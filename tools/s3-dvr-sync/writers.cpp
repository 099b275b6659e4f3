#include "tools/s3-dvr-sync/writers.hpp"

#include "common/base/fd.hpp"

#include <cerrno>
#include <csignal>

#include <fcntl.h>

namespace s3_dvr_sync {

Writers writers_of(const std::filesystem::path& path) {
  const live::Fd file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)};
  if (!file) return Writers::unknown;
  // Whoever opens it for writing meanwhile waits until it is taken back, and we are told by a signal that means nothing.
  ::fcntl(file.get(), F_SETSIG, SIGURG);
  if (::fcntl(file.get(), F_SETLEASE, F_RDLCK) != 0)
    return errno == EAGAIN ? Writers::some : Writers::unknown;
  ::fcntl(file.get(), F_SETLEASE, F_UNLCK);
  return Writers::none;
}

}  // namespace s3_dvr_sync

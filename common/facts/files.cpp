#include "common/facts/files.hpp"

#include "common/base/fd.hpp"

#include <algorithm>
#include <cerrno>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace live::facts {

std::optional<Buffer> read_begin(const std::filesystem::path& path, std::size_t limit) {
  const Fd file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)};
  struct stat about {};
  if (!file || ::fstat(file.get(), &about) != 0 || !S_ISREG(about.st_mode)) return {};
  Buffer bytes(std::min(limit, static_cast<std::size_t>(about.st_size)));
  std::size_t have = 0;
  while (have < bytes.size()) {
    const auto n = ::read(file.get(), bytes.data() + have, bytes.size() - have);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) break;
    have += static_cast<std::size_t>(n);
  }
  bytes.resize(have);
  return bytes;
}

std::optional<MediaFacts> facts_of_files(const std::optional<std::filesystem::path>& init,
                                         const std::filesystem::path& segment,
                                         const FileLimits& limits) {
  const auto media = read_begin(segment, limits.segment_bytes);
  if (!media) return {};
  if (!init) return facts_of_ts(*media);
  const auto head = read_begin(*init, limits.init_bytes);
  if (!head) return {};
  return facts_of_fmp4(*head, *media);
}

}  // namespace live::facts

#include "tools/s3-dvr-sync/upload_log.hpp"

#include <sys/stat.h>

namespace s3_dvr_sync {

std::optional<FileMark> mark_of(const std::filesystem::path& file) {
  struct stat found {};
  if (::stat(file.c_str(), &found) != 0 || !S_ISREG(found.st_mode)) return {};
  constexpr std::int64_t ns_in_s = 1'000'000'000;
  return FileMark{static_cast<std::uint64_t>(found.st_size),
                  found.st_mtim.tv_sec * ns_in_s + found.st_mtim.tv_nsec, found.st_ino};
}

}  // namespace s3_dvr_sync

#include "common/base/file_mark.hpp"

#include <sys/stat.h>

namespace live {

std::optional<FileMark> mark_of(const std::filesystem::path& file) {
  struct stat found {};
  if (::lstat(file.c_str(), &found) != 0 || !S_ISREG(found.st_mode)) return {};
  constexpr std::int64_t ns_in_s = 1'000'000'000;
  return FileMark{static_cast<std::uint64_t>(found.st_size),
                  found.st_mtim.tv_sec * ns_in_s + found.st_mtim.tv_nsec, found.st_ino};
}

}  // namespace live

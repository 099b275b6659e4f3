// Which bytes a file has, without reading them: what says that it was replaced or written to.
#pragma once

#include "common/base/units.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>

namespace live {

struct FileMark {
  std::uint64_t size = 0;
  std::int64_t mtime_ns = 0;  ///< since 1970
  std::uint64_t inode = 0;
  bool operator==(const FileMark&) const = default;
};

/// Nothing when it is not there, or no regular file; a link is none.
std::optional<FileMark> mark_of(const std::filesystem::path& file);

inline WallClock written_at(const FileMark& mark) {
  return WallClock{
      std::chrono::duration_cast<WallClock::duration>(std::chrono::nanoseconds{mark.mtime_ns})};
}

}  // namespace live

// Whether somebody has a file open for writing, as far as the file system tells (fcntl(2), "Leases").
#pragma once

#include <filesystem>

namespace s3_dvr_sync {

enum class Writers {
  none,
  some,
  unknown,  ///< the file system gives no leases, or the file is not ours
};

/// Never follows a link.
Writers writers_of(const std::filesystem::path& path);

}  // namespace s3_dvr_sync

// The writer's lock of a stream folder: flock(2) on `.lock` for as long as it writes (man 5 hls-tree).
#pragma once

#include "common/base/fd.hpp"

#include <chrono>
#include <filesystem>
#include <optional>

namespace live::tree {

/// Held until destroyed, or until the process ends however it ends.
class Lock {
 public:
  /// Makes the folder and the file where they are not there.  After locking it looks again whether the path still is what
  /// was locked (a cleaner renames the folder away), and tries again if not.  Nothing when another holds it for all of
  /// `patience` (0: asks once).  Throws Failure(cannot_create, io).
  static std::optional<Lock> take(const std::filesystem::path& folder,
                                  std::chrono::milliseconds patience);
  /// The same, but where the folder or its lock file is not there it makes nothing: nothing.
  static std::optional<Lock> take_existing(const std::filesystem::path& folder);

 private:
  explicit Lock(Fd fd) : fd_(std::move(fd)) {}
  Fd fd_;
};

}  // namespace live::tree

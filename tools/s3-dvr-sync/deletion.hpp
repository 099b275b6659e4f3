// Which local files may go.  Pure: what is chosen is to be shown to be in the bucket (HEAD: size, checksum) before it is
// deleted, and to be the file still that was uploaded.
#pragma once

#include "common/base/units.hpp"
#include "tools/s3-dvr-sync/upload_log.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace s3_dvr_sync {

struct DeletionRules {
  bool delete_uploaded = false;  ///< as soon as it is uploaded, or as old as `keep` says
  /// What is uploaded goes when it is that old, by the time of its file.
  std::optional<std::chrono::milliseconds> keep{};
  std::optional<std::uint64_t>
      keep_size{};             ///< bytes: while there is more than that, the oldest uploaded go
  std::uint64_t min_free = 0;  ///< bytes: while there is less free than that, likewise
  /// When the uploaded ones do not suffice for keep_size or min_free, the oldest of the others go, too.
  bool delete_unsynced = false;
  [[nodiscard]] bool any() const { return delete_uploaded || keep || keep_size || min_free > 0; }
};

/// A file that these rules are about.
struct Candidate {
  std::string key;
  std::filesystem::path path;
  FileMark mark;  ///< as it is now
  std::optional<live::WallClock>
      uploaded;  ///< when it was verified with that mark; nothing: it is not
};

struct Doomed {
  Candidate candidate;
  bool lost = false;    ///< it was never uploaded: to be counted and logged as lost
  bool needed = false;  ///< without that there is not the space that there should be
};

/// In the order in which they are to go.  `free`: bytes that the file system has now.
std::vector<Doomed> choose_doomed(std::vector<Candidate> candidates, const DeletionRules& rules,
                                  std::uint64_t free, live::WallClock now);

/// Deletes `path` if it still has this mark and nobody has it open for writing (where the file system can tell); true when it is
/// gone.  Never follows a link.
bool delete_if_same(const std::filesystem::path& path, const FileMark& mark);

}  // namespace s3_dvr_sync

// Recordings below DIR: *.mp4 *.mkv *.ts *.flv *.jpg, once they are closed.
//
//   closed   renamed into place (as inotify tells, or its times and that nobody has it open for writing), or the same mark for
//            --settle, by the file's own time or by our watching
//   never    links, names that begin with a dot, what a writer of ours has made, and *.mp4 and *.ts in folders with a
//            playlist of HLS: those are trees
//
// A file that was seen to grow is closed by our watching only: its own time means nothing while a clock is being set.
#pragma once

#include "common/base/units.hpp"
#include "tools/s3-dvr-sync/upload_log.hpp"

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace s3_dvr_sync {

struct FoundFile {
  std::string key;  ///< its path below DIR
  std::filesystem::path path;
  FileMark mark;
  bool operator==(const FoundFile&) const = default;
};

class FileScan {
 public:
  FileScan(std::filesystem::path root, std::chrono::milliseconds settle)
      : root_(std::move(root)), settle_(settle) {}

  struct Result {
    std::vector<FoundFile> closed;               ///< in the order of their times, the oldest first
    std::size_t growing = 0;                     ///< found, and not closed yet
    std::vector<std::filesystem::path> folders;  ///< to be watched; DIR first
    std::vector<std::filesystem::path>
        listed;  ///< with a list of segments, not of a writer of ours
    /// What can have no key (it is not UTF-8), and folders that cannot be read: nobody uploads it.
    std::vector<std::filesystem::path> unfit;
  };
  /// Everything below DIR, as it is now.
  Result scan(live::Monotonic now, live::WallClock wall);
  /// inotify saw that `path` was renamed to this name: it is closed as it is now.
  void renamed_into_place(const std::filesystem::path& path);

  /// Files in all, folders deep: what is beyond is left out and said.
  static constexpr std::size_t most_files = 2'000'000;
  static constexpr int most_levels = 32;

 private:
  struct Watched {
    FileMark mark;
    live::Monotonic since;
    bool closed = false;
    bool seen = true;   ///< in the scan that goes on
    bool grew = false;  ///< under our eyes
  };
  struct Walk;
  void look(const std::filesystem::path& folder, int level, Walk& walk);
  void take(const std::filesystem::path& path, Walk& walk);

  std::filesystem::path root_;
  std::chrono::milliseconds settle_;
  std::map<std::filesystem::path, Watched> watched_;
  std::set<std::filesystem::path> renamed_;
  bool complained_ = false;
};

/// One of the endings above, UTF-8, and no dot in front.
bool is_recording_name(std::string_view name);

}  // namespace s3_dvr_sync

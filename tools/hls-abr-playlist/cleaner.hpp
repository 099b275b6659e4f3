// Removes the folders of streams that are over: under the writer's lock, by a rename within ROOT, and only what is an HLS
// tree through and through (man 5 hls-tree).
#pragma once

#include "common/base/units.hpp"
#include "tools/hls-abr-playlist/folder.hpp"

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>

namespace hls_abr_playlist {

class Cleaner {
 public:
  /// `after`: how long a folder stays when its stream is over; nothing: for ever.
  Cleaner(std::filesystem::path root, std::optional<std::chrono::milliseconds> after)
      : root_(std::move(root)), after_(after) {}

  struct Outcome {
    bool removed = false;
    std::string
        kept;  ///< why it stays although its time has come, in one clause; empty while it has not
  };
  /// REQUIRES: the stream is over.  Its time is counted from the files, so that it goes on over restarts of ours.  A folder
  /// that cannot be looked at, or renamed, is kept.
  Outcome clean(Folder& folder);
  /// Deletes what a removal that was cut short has left.
  void empty_trash();

 private:
  [[nodiscard]] bool is_due(Folder& folder) const;

  std::filesystem::path root_;
  std::optional<std::chrono::milliseconds> after_;
};

}  // namespace hls_abr_playlist

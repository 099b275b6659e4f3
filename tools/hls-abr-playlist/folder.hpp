// A stream's folder: reads what has changed in it and tells the Stream.  Never follows a link.
#pragma once

#include "common/base/file_mark.hpp"
#include "tools/hls-abr-playlist/stream.hpp"

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace hls_abr_playlist {

struct FolderLimits {
  std::size_t renditions = 64;              ///< of a stream; more are left out
  std::size_t playlist_bytes = 16U << 20U;  ///< 16 MiB: a recording of a month
};

class Folder {
 public:
  Folder(std::filesystem::path path, std::uint64_t start);

  /// Looks at everything again and reads what has changed.  Says in the log what cannot be used, once for each version.
  void scan(live::Monotonic now);
  [[nodiscard]] Stream& stream() { return stream_; }
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  /// The folders in it that may be renditions, now or soon.
  [[nodiscard]] std::vector<std::filesystem::path> subfolders() const;
  /// Is the folder itself there, and a folder?
  [[nodiscard]] bool exists() const;
  /// Does somebody hold the writer's lock?
  [[nodiscard]] bool is_locked() const;
  /// When a media playlist or .stream.json was last written; nothing without any.
  [[nodiscard]] std::optional<live::WallClock> last_written() const;

 private:
  void scan_record();
  void scan_published(live::Monotonic now);
  void scan_rendition(const std::string& name, live::Monotonic now);
  [[nodiscard]] Found look(const std::string& name, const Wanted& wanted) const;
  [[nodiscard]] std::vector<std::string> rendition_names() const;

  std::filesystem::path path_;
  Stream stream_;
  std::map<std::string, live::FileMark> playlists_;  ///< by rendition
  std::optional<live::FileMark> record_;
  std::set<std::string> puzzling_;  ///< renditions of which we have said that they are
  bool adopted_ = false;
};

}  // namespace hls_abr_playlist

#include "tools/s3-dvr-sync/file_scan.hpp"

#include "common/base/log.hpp"
#include "common/base/text.hpp"
#include "common/tree/names.hpp"

#include <algorithm>
#include <array>
#include <system_error>
#include <utility>

namespace s3_dvr_sync {
namespace {

namespace fs = std::filesystem;

constexpr std::array<std::string_view, 5> endings{".mp4", ".mkv", ".ts", ".flv", ".jpg"};

live::Ms age(const FileMark& mark, live::WallClock wall) {
  return std::chrono::duration_cast<live::Ms>(wall - written_at(mark));
}

struct Listing {
  std::vector<fs::path> files, folders;
  bool playlist = false;
};

Listing list(const fs::path& folder) {
  Listing out;
  std::error_code error;
  for (fs::directory_iterator it{folder, error}, end; !error && it != end; it.increment(error)) {
    const auto name = it->path().filename().string();
    if (name.starts_with('.')) continue;
    std::error_code ignored;
    if (it->is_symlink(ignored)) continue;
    if (it->is_directory(ignored))
      out.folders.push_back(it->path());
    else if (name.ends_with(".m3u8"))
      out.playlist = true;
    else if (is_recording_name(name))
      out.files.push_back(it->path());
  }
  std::ranges::sort(out.folders);
  return out;
}

}  // namespace

struct FileScan::Walk {
  live::Monotonic now;
  live::WallClock wall;
  Result result;
  bool left_out = false;
};

bool is_recording_name(std::string_view name) {
  return !name.starts_with('.') && live::is_utf8(name) &&
         std::ranges::any_of(endings, [&](auto ending) {
           return name.size() > ending.size() && name.ends_with(ending);
         });
}

void FileScan::renamed_into_place(const fs::path& path) {
  constexpr std::size_t most = 10'000;  // between two scans; the others are found to be settled
  if (renamed_.size() < most && is_recording_name(path.filename().string())) renamed_.insert(path);
}

FileScan::Result FileScan::scan(live::Monotonic now, live::WallClock wall) {
  Walk walk{now, wall, {}, false};
  for (auto& [path, watched] : watched_)
    watched.seen = false;
  look(root_, 0, walk);
  std::erase_if(watched_, [](const auto& entry) { return !entry.second.seen; });
  renamed_.clear();
  if (walk.left_out && !std::exchange(complained_, true))
    live::log::warn("{}: more than {} files or {} levels of folders: the rest is left out",
                    root_.string(), most_files, most_levels);
  std::ranges::sort(walk.result.closed, [](const FoundFile& a, const FoundFile& b) {
    return std::pair{a.mark.mtime_ns, std::string_view{a.key}} <
           std::pair{b.mark.mtime_ns, std::string_view{b.key}};
  });
  return std::move(walk.result);
}

void FileScan::look(const fs::path& folder, int level, Walk& walk) {
  // A rendition may have a hundred thousand segments.
  if (level > 0 && mark_of(folder / live::tree::media_playlist_name)) return;
  const auto listing = list(folder);
  walk.result.folders.push_back(folder);
  if (!listing.playlist)
    for (const auto& path : listing.files)
      take(path, walk);
  if (level >= most_levels) {
    walk.left_out = walk.left_out || !listing.folders.empty();
    return;
  }
  for (const auto& next : listing.folders)
    look(next, level + 1, walk);
}

void FileScan::take(const fs::path& path, Walk& walk) {
  auto key = path.lexically_relative(root_).string();
  const auto mark = mark_of(path);
  if (!mark || !live::is_utf8(key)) return;
  if (watched_.size() >= most_files && !watched_.contains(path)) {
    walk.left_out = true;
    return;
  }
  auto& watched = watched_[path];
  watched.seen = true;
  if (watched.mark != *mark || watched.since == live::Monotonic{})
    watched = {*mark, walk.now, false, true};
  watched.closed = watched.closed || renamed_.contains(path) || age(*mark, walk.wall) >= settle_ ||
                   walk.now - watched.since >= settle_;
  if (watched.closed)
    walk.result.closed.push_back({std::move(key), path, *mark});
  else
    ++walk.result.growing;
}

}  // namespace s3_dvr_sync

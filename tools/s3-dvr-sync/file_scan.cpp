#include "tools/s3-dvr-sync/file_scan.hpp"

#include "common/base/log.hpp"
#include "common/base/text.hpp"
#include "common/tree/names.hpp"
#include "tools/s3-dvr-sync/tree_layout.hpp"
#include "tools/s3-dvr-sync/writers.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <span>
#include <system_error>
#include <utility>

#include <sys/stat.h>

namespace s3_dvr_sync {
namespace {

namespace fs = std::filesystem;

constexpr std::array<std::string_view, 5> endings{".mp4", ".mkv", ".ts", ".flv", ".jpg"};
constexpr std::array<std::string_view, 2> endings_of_segments{".mp4", ".ts"};
constexpr std::size_t most_unfit = 1000;

/// In capitals, too, as cameras with FAT have them.
bool ends_with(std::string_view name, std::string_view ending) {
  return name.size() > ending.size() &&
         std::ranges::equal(name.substr(name.size() - ending.size()), ending,
                            [](unsigned char c, char lower) { return std::tolower(c) == lower; });
}

bool ends_like(std::string_view name, std::span<const std::string_view> any) {
  return !name.starts_with('.') &&
         std::ranges::any_of(any, [&](auto ending) { return ends_with(name, ending); });
}

live::Ms age(const FileMark& mark, live::WallClock wall) {
  return std::chrono::duration_cast<live::Ms>(wall - written_at(mark));
}

/// Its inode was changed after its last byte was written, as by rename(2), and nobody has it open for writing.
bool was_put_into_place(const fs::path& path, const FileMark& mark) {
  struct stat facts {};
  if (::lstat(path.c_str(), &facts) != 0) return false;
  const auto changed =
      std::chrono::seconds{facts.st_ctim.tv_sec} + std::chrono::nanoseconds{facts.st_ctim.tv_nsec};
  return changed.count() > mark.mtime_ns && writers_of(path) == Writers::none;
}

struct Listing {
  std::vector<fs::path> files, folders;
  bool playlist = false;  ///< there is one, of HLS
  bool segments = false;  ///< one that lists segments
  bool unreadable = false;
};

void note_list(const fs::path& path, Listing& out) {
  out.segments = out.segments || lists_segments(path);
  out.playlist = out.playlist || out.segments || !is_plain_list(path);
}

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
      note_list(it->path(), out);
    else if (ends_like(name, endings))
      out.files.push_back(it->path());
  }
  out.unreadable = error && error != std::errc::no_such_file_or_directory;
  if (out.playlist)
    std::erase_if(out.files, [](const fs::path& path) {
      return ends_like(path.filename().string(), endings_of_segments);
    });
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
  return live::is_utf8(name) && ends_like(name, endings);
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
  if (is_of_ours(folder)) {
    if (level == 0) walk.result.listed.push_back(folder);
    return;
  }
  // A rendition may have a hundred thousand segments.
  const auto playlist = folder / live::tree::media_playlist_name;
  if (level > 0 && mark_of(playlist)) {
    if (lists_segments(playlist)) walk.result.listed.push_back(folder);
    return;
  }
  const auto listing = list(folder);
  walk.result.folders.push_back(folder);
  if (listing.segments) walk.result.listed.push_back(folder);
  if (listing.unreadable && walk.result.unfit.size() < most_unfit)
    walk.result.unfit.push_back(folder);
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
  if (!mark) return;
  if (!live::is_utf8(key)) {
    if (walk.result.unfit.size() < most_unfit) walk.result.unfit.push_back(path);
    return;
  }
  if (watched_.size() >= most_files && !watched_.contains(path)) {
    walk.left_out = true;
    return;
  }
  auto& watched = watched_[path];
  watched.seen = true;
  const bool fresh = watched.since == live::Monotonic{};
  if (fresh || watched.mark != *mark) watched = {*mark, walk.now, false, true, !fresh};
  watched.closed = watched.closed || renamed_.contains(path) ||
                   (!watched.grew && age(*mark, walk.wall) >= settle_) ||
                   walk.now - watched.since >= settle_ ||
                   (!watched.grew && was_put_into_place(path, *mark));
  if (watched.closed)
    walk.result.closed.push_back({std::move(key), path, *mark});
  else
    ++walk.result.growing;
}

}  // namespace s3_dvr_sync

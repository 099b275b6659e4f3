#include "tools/hls-abr-playlist/folder.hpp"

#include "common/base/failure.hpp"
#include "common/base/log.hpp"
#include "common/base/text.hpp"
#include "common/facts/files.hpp"
#include "common/tree/lock.hpp"
#include "common/tree/names.hpp"

#include <algorithm>
#include <chrono>

#include <sys/stat.h>

namespace hls_abr_playlist {
namespace {

namespace fs = std::filesystem;
namespace tree = live::tree;

}  // namespace

Folder::Folder(fs::path path, std::uint64_t start) : path_(std::move(path)), stream_(start) {}

bool Folder::exists() const {
  struct stat about {};
  return ::lstat(path_.c_str(), &about) == 0 && S_ISDIR(about.st_mode);
}

bool Folder::is_locked() const {
  if (!live::mark_of(path_ / tree::lock_name)) return false;
  try {
    return !tree::Lock::take_existing(path_);
  } catch (const live::Failure&) {
    return true;  // whoever cannot tell must not say that nobody is there
  }
}

std::optional<live::WallClock> Folder::last_written() const {
  std::optional<live::WallClock> newest;
  const auto take = [&](const fs::path& path) {
    if (const auto mark = live::mark_of(path)) newest = std::max(newest, {live::written_at(*mark)});
  };
  take(path_ / tree::record_name);
  for (const auto& name : rendition_names())
    take(path_ / name / tree::media_playlist_name);
  return newest;
}

std::vector<fs::path> Folder::subfolders() const {
  std::vector<fs::path> found;
  std::error_code error;
  for (fs::directory_iterator it{path_, error}, end; !error && it != end; it.increment(error)) {
    std::error_code ignored;
    if (tree::is_rendition_name(it->path().filename().string()) &&
        fs::is_directory(it->symlink_status(ignored)))
      found.push_back(it->path());
  }
  std::ranges::sort(found);
  found.resize(std::min(found.size(), FolderLimits{}.renditions));
  return found;
}

/// In order.
std::vector<std::string> Folder::rendition_names() const {
  std::vector<std::string> names;
  for (const auto& folder : subfolders())
    if (live::mark_of(folder / tree::media_playlist_name))
      names.push_back(folder.filename().string());
  return names;
}

void Folder::scan_record() {
  const auto mark = live::mark_of(path_ / tree::record_name);
  if (mark == record_) return;
  record_ = mark;
  auto record = mark ? tree::read_stream_record(path_) : std::nullopt;
  if (stream_.record(std::move(record))) playlists_.clear();
}

Found Folder::look(const std::string& name, const Wanted& wanted) const {
  const auto folder = path_ / name;
  Found found;
  std::optional<live::WallClock> newest;
  for (const auto& uri : wanted.sizes) {
    const auto mark = tree::is_plain_name(uri) ? live::mark_of(folder / uri) : std::nullopt;
    if (!mark) continue;
    found.sizes[uri] = mark->size;
    newest = std::max(newest, {live::written_at(*mark)});
  }
  if (newest)
    found.age =
        std::max(live::Ms{0},
                 std::chrono::duration_cast<live::Ms>(std::chrono::system_clock::now() - *newest));
  for (const auto& one : wanted.media) {
    if (!tree::is_plain_name(one.segment) || (one.init && !tree::is_plain_name(*one.init)))
      continue;
    std::optional<fs::path> init;
    if (one.init) init = folder / *one.init;
    if (auto facts = live::facts::facts_of_files(init, folder / one.segment))
      found.facts.emplace(one.kind, *std::move(facts));
  }
  return found;
}

void Folder::scan_rendition(const std::string& name, live::Monotonic now) {
  const auto path = path_ / name / tree::media_playlist_name;
  const auto mark = live::mark_of(path);
  auto& known = playlists_[name];
  if (!mark || *mark == known) return;
  known = *mark;
  const auto text = live::facts::read_begin(path, FolderLimits{}.playlist_bytes);
  if (!text) return;
  auto parsed = live::hls::parse_media_playlist(live::as_text(*text));
  if (const auto* malformed = std::get_if<live::Malformed>(&parsed)) {
    if (puzzling_.insert(name).second)
      live::log::warn("{}: line {}: {}; the version before it stays", path.string(), malformed->at,
                      live::printable(malformed->why));
    return;
  }
  auto& list = std::get<live::hls::MediaPlaylist>(parsed);
  auto& rendition = stream_.rendition(name);
  const auto wanted = rendition.wanted(list);
  // A list may come before what it names (rsync, cp): looked at again until its newest segment is there.
  const auto* newest =
      wanted.media.empty() || !wanted.media.front().newest ? nullptr : &wanted.media.front();
  if (newest != nullptr && tree::is_plain_name(newest->segment) &&
      !live::mark_of(path_ / name / newest->segment)) {
    known = {};
    return;
  }
  const auto found = look(name, wanted);
  if (newest == nullptr || found.facts.contains(newest->kind)) {
    puzzling_.erase(name);
  } else if (puzzling_.insert(name).second) {
    live::log::warn("{}: {} tells nothing that is known here", path.string(),
                    live::printable(newest->segment));
  }
  rendition.update(std::move(list), found, now);
}

/// What stands in live.m3u8 from before we began, or whether it has gone.
void Folder::scan_published(live::Monotonic now) {
  const auto path = path_ / tree::multivariant_name;
  const auto mark = live::mark_of(path);
  const bool first_look = !std::exchange(adopted_, true);
  if (!mark) return stream_.not_published();
  if (!first_look) return;
  constexpr std::size_t limit = 1U << 20U;
  const auto text = live::facts::read_begin(path, limit);
  if (!text || text->empty() || text->back() != '\n')
    return;  // of ours, and not cut by a power cut
  auto parsed = live::hls::parse_multivariant_playlist(live::as_text(*text));
  auto* list = std::get_if<live::hls::MultivariantPlaylist>(&parsed);
  if (list == nullptr) return;
  const auto& record = stream_.record();
  const bool ours = record && record->started <= live::written_at(*mark);
  stream_.adopt(std::move(*list), ours, now);
}

void Folder::scan(live::Monotonic now) {
  scan_record();
  const auto names = rendition_names();
  std::vector<std::string> gone;
  for (const auto& [name, rendition] : stream_.renditions())
    if (!std::ranges::binary_search(names, name)) gone.push_back(name);
  for (const auto& name : gone) {
    stream_.forget(name);
    playlists_.erase(name);
  }
  for (const auto& name : names)
    scan_rendition(name, now);
  scan_published(now);
}

}  // namespace hls_abr_playlist

#include "tools/s3-dvr-sync/tree_layout.hpp"

#include "common/base/file_mark.hpp"
#include "common/base/text.hpp"
#include "common/tree/names.hpp"

#include <algorithm>
#include <string_view>
#include <system_error>
#include <utility>

namespace s3_dvr_sync {
namespace {

namespace fs = std::filesystem;
namespace tree = live::tree;

constexpr std::size_t most_streams = 10'000;
constexpr std::size_t most_renditions = 64;
constexpr std::string_view playlist_ending = ".m3u8";

struct Contents {
  std::vector<fs::path> folders, playlists;
};

Contents contents_of(const fs::path& folder) {
  Contents out;
  std::error_code error;
  for (fs::directory_iterator it{folder, error}, end; !error && it != end; it.increment(error)) {
    const auto name = it->path().filename().string();
    if (!live::is_stream_name(name)) continue;
    std::error_code ignored;
    if (it->is_symlink(ignored)) continue;
    if (it->is_directory(ignored))
      out.folders.push_back(it->path());
    else if (name.ends_with(playlist_ending) && it->is_regular_file(ignored))
      out.playlists.push_back(it->path());
  }
  std::ranges::sort(out.folders);
  std::ranges::sort(out.playlists);
  return out;
}

/// Does its begin tell that it lists segments?
bool lists_segments(const fs::path& path) {
  FILE* file = std::fopen(path.c_str(), "re");
  if (file == nullptr) return false;
  std::string begin(4096, '\0');
  begin.resize(std::fread(begin.data(), 1, begin.size(), file));
  std::fclose(file);
  return begin.find("#EXT-X-TARGETDURATION") != std::string::npos;
}

void add_folder(const fs::path& folder, FoundStream& stream) {
  const auto name = folder.filename().string();
  const bool journal = live::mark_of(folder / tree::journal_name).has_value();
  if (journal) {
    stream.renditions.push_back({name, folder, folder / tree::media_playlist_name, true});
    return;
  }
  const auto inside = contents_of(folder);
  const auto preferred = folder / tree::media_playlist_name;
  const auto chosen = std::ranges::find(inside.playlists, preferred) != inside.playlists.end()
                          ? std::ranges::find(inside.playlists, preferred)
                          : std::ranges::find_if(inside.playlists, lists_segments);
  // A writer of ours makes the list after the journal.
  const bool ours = stream.has_lock_file || stream.record;
  if (chosen != inside.playlists.end() && !ours && lists_segments(*chosen))
    stream.renditions.push_back({name, folder, *chosen, false});
}

FoundStream look(const fs::path& folder) {
  FoundStream stream;
  stream.name = folder.filename().string();
  stream.folder = folder;
  stream.has_lock_file = live::mark_of(folder / tree::lock_name).has_value();
  stream.record = tree::read_stream_record(folder);
  const auto inside = contents_of(folder);
  for (const auto& one : inside.folders)
    if (stream.renditions.size() < most_renditions) add_folder(one, stream);
  if (stream.has_lock_file || stream.record) return stream;
  for (const auto& list : inside.playlists) {
    const auto name = list.stem().string();
    const bool known = std::ranges::find(stream.renditions, name, &FoundRendition::name) !=
                       stream.renditions.end();
    if (!known && tree::is_rendition_name(name) && lists_segments(list) &&
        stream.renditions.size() < most_renditions)
      stream.renditions.push_back({name, folder, list, false});
  }
  std::ranges::sort(stream.renditions, {}, &FoundRendition::name);
  return stream;
}

}  // namespace

std::vector<FoundStream> find_streams(const fs::path& root) {
  std::vector<FoundStream> out;
  for (const auto& folder : contents_of(root).folders) {
    if (out.size() >= most_streams) break;
    auto stream = look(folder);
    if (!stream.renditions.empty()) out.push_back(std::move(stream));
  }
  return out;
}

}  // namespace s3_dvr_sync

#include "tools/s3-dvr-sync/tree_layout.hpp"

#include "common/base/file_mark.hpp"
#include "common/base/text.hpp"
#include "common/facts/files.hpp"
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

void add_folder(const fs::path& folder, FoundStream& stream) {
  const auto name = folder.filename().string();
  const bool journal = live::mark_of(folder / tree::journal_name).has_value();
  if (journal) {
    stream.renditions.push_back(
        {name, folder, folder / tree::media_playlist_name, true, name + '/'});
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
    stream.renditions.push_back({name, folder, *chosen, false, name + '/'});
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
      stream.renditions.push_back({name, folder, list, false, {}});
  }
  std::ranges::sort(stream.renditions, {}, &FoundRendition::name);
  return stream;
}

std::string begin_of(const fs::path& file) {
  constexpr std::size_t begin_bytes = 4096;
  const auto bytes = live::facts::read_begin(file, begin_bytes);
  return bytes ? std::string{bytes->begin(), bytes->end()} : std::string{};
}

/// The streams whose lists are in ROOT itself.
void add_flat(const fs::path& root, const std::vector<fs::path>& lists,
              std::vector<FoundStream>& out) {
  constexpr std::string_view only = "index";
  for (const auto& list : lists) {
    const auto name = list.stem().string();
    const bool known = std::ranges::find(out, name, &FoundStream::name) != out.end();
    if (out.size() >= most_streams || known || !live::is_stream_name(name) || !lists_segments(list))
      continue;
    FoundStream stream;
    stream.name = name;
    stream.folder = root;
    stream.renditions.push_back({std::string{only}, root, list, false, "../"});
    out.push_back(std::move(stream));
  }
}

}  // namespace

bool lists_segments(const fs::path& playlist) {
  return begin_of(playlist).find("#EXT-X-TARGETDURATION") != std::string::npos;
}

bool is_plain_list(const fs::path& playlist) {
  const auto text = "\n" + begin_of(playlist);
  const auto names = [&](std::size_t at) {
    return at + 1 < text.size() && text[at] == '\n' &&
           std::string_view{"#\r\n"}.find(text[at + 1]) == std::string_view::npos;
  };
  std::size_t at = 0;
  while (at != std::string::npos && !names(at))
    at = text.find('\n', at + 1);
  return at != std::string::npos && text.find("\n#EXT-X-") == std::string::npos;
}

bool is_of_ours(const fs::path& stream_folder) {
  return live::mark_of(stream_folder / tree::record_name).has_value();
}

std::vector<FoundStream> find_streams(const fs::path& root) {
  std::vector<FoundStream> out;
  if (is_of_ours(root)) return out;  // within a stream there is none
  const auto inside = contents_of(root);
  for (const auto& folder : inside.folders) {
    if (out.size() >= most_streams) break;
    auto stream = look(folder);
    if (!stream.renditions.empty()) out.push_back(std::move(stream));
  }
  add_flat(root, inside.playlists, out);
  return out;
}

}  // namespace s3_dvr_sync

#include "tools/hls-abr-playlist/cleaner.hpp"

#include "common/base/failure.hpp"
#include "common/base/log.hpp"
#include "common/base/text.hpp"
#include "common/tree/hold.hpp"
#include "common/tree/lock.hpp"
#include "common/tree/names.hpp"

#include <algorithm>
#include <fstream>
#include <random>
#include <string_view>

#include <fmt/format.h>

namespace hls_abr_playlist {
namespace {

namespace fs = std::filesystem;
namespace tree = live::tree;

constexpr std::size_t random_digits = 16;
constexpr std::string_view hex_digits = "0123456789abcdef";

std::string random_name() {
  std::random_device random;
  std::string name;
  for (std::size_t i = 0; i < random_digits; ++i)
    name += hex_digits[random() % hex_digits.size()];
  return name;
}

bool is_trash(std::string_view name) {
  if (!name.starts_with(tree::trash_prefix)) return false;
  name.remove_prefix(tree::trash_prefix.size());
  return name.size() == random_digits &&
         name.find_first_not_of(hex_digits) == std::string_view::npos;
}

/// `.<name>.tmp` of a file that `is_known`.
template <class Known>
bool is_temporary(std::string_view name, Known is_known) {
  constexpr std::string_view end = ".tmp";
  return name.starts_with('.') && name.ends_with(end) && name.size() > 1 + end.size() &&
         is_known(name.substr(1, name.size() - 1 - end.size()));
}

bool is_stream_file(std::string_view name) {
  return name == tree::multivariant_name || name == tree::record_name || name == tree::lock_name;
}
bool is_rendition_file(std::string_view name) {
  return name == tree::media_playlist_name || name == tree::journal_name ||
         name == tree::uploaded_name || tree::parse_file_name(name);
}

/// The first thing in `folder` that no writer of ours has made; empty when there is none.
template <class Known>
std::string foreign_in(const fs::path& folder, Known is_known) {
  for (const auto& entry : fs::directory_iterator{folder}) {
    const auto name = entry.path().filename().string();
    const bool file = fs::is_regular_file(entry.symlink_status());
    if (file && (is_known(name) || is_temporary(name, is_known))) continue;
    return name;
  }
  return {};
}

std::vector<fs::path> renditions_in(const fs::path& folder) {
  std::vector<fs::path> found;
  for (const auto& entry : fs::directory_iterator{folder})
    if (fs::is_directory(entry.symlink_status()) &&
        tree::is_rendition_name(entry.path().filename().string()))
      found.push_back(entry.path());
  return found;
}

/// A writer of ours says what it is going to fill.
bool is_recorded(const std::string& rendition, const tree::StreamRecord& record) {
  return std::ranges::any_of(record.renditions,
                             [&](const auto& one) { return one.name == rendition; });
}

std::string foreign_in_stream(const fs::path& folder, const tree::StreamRecord& record) {
  for (const auto& rendition : renditions_in(folder)) {
    const auto own_name = rendition.filename().string();
    if (auto name = foreign_in(rendition, is_rendition_file); !name.empty())
      return fmt::format("{}/{}", own_name, name);
    if (fs::is_empty(rendition) && !is_recorded(own_name, record)) return own_name;
  }
  for (const auto& entry : fs::directory_iterator{folder}) {
    const auto name = entry.path().filename().string();
    const auto status = entry.symlink_status();
    const bool rendition = fs::is_directory(status) && tree::is_rendition_name(name);
    const bool file =
        fs::is_regular_file(status) && (is_stream_file(name) || is_temporary(name, is_stream_file));
    if (!rendition && !file) return name;
  }
  return {};
}

/// The first file of a held rendition that is not safe elsewhere; empty when all are.
std::string not_uploaded(const fs::path& rendition) {
  tree::Uploaded uploaded{rendition};
  uploaded.refresh();
  for (const auto& entry : fs::directory_iterator{rendition}) {
    const auto name = entry.path().filename().string();
    const auto file = tree::parse_file_name(name);
    if (file && file->kind != tree::FileName::Kind::part && !uploaded.is_uploaded(name))
      return name;
  }
  constexpr std::string_view mark = "#BROADCAST:";
  std::ifstream journal{rendition / tree::journal_name};
  for (std::string line; std::getline(journal, line);) {
    if (!line.starts_with(mark)) continue;
    if (line.ends_with('\r')) line.pop_back();
    auto name = fmt::format("vod-{}.m3u8", line.substr(mark.size()));
    if (!uploaded.is_uploaded(name)) return name;
  }
  return {};
}

std::string held_in(const fs::path& root, const Folder& folder, const tree::StreamRecord& record) {
  tree::Hold hold{root};
  hold.refresh();
  if (!hold.holds_anything()) return {};
  const auto stream = folder.path().filename().string();
  for (const auto& rendition : renditions_in(folder.path())) {
    const auto name = rendition.filename().string();
    if (!hold.is_held(stream, name, record.renditions)) continue;
    if (const auto file = not_uploaded(rendition); !file.empty())
      return fmt::format("{}/{} is not uploaded", name, file);
  }
  return {};
}

/// Why this folder may not go; empty when it may.
std::string reason_to_keep(const fs::path& root, Folder& folder) {
  auto& stream = folder.stream();
  if (!stream.record()) return "it has no .stream.json that can be read";
  if (stream.record()->record) return "it was recorded";
  for (const auto& [name, rendition] : stream.renditions())
    if (rendition.is_kept()) return fmt::format("{} is a recording", name);
  if (const auto name = foreign_in_stream(folder.path(), *stream.record()); !name.empty())
    return fmt::format("{} is no part of an HLS tree", live::printable(name));
  return held_in(root, folder, *stream.record());
}

void delete_tree(const fs::path& path) {
  std::error_code error;
  fs::remove_all(path, error);  // does not follow links
  if (error) live::log::warn("remove {}: {}", path.string(), error.message());
}

}  // namespace

bool Cleaner::is_due(Folder& folder) const {
  const auto written = folder.last_written();
  if (!after_ || !written) return false;
  live::Us silence{0};  // after which a list that has no end was taken for over
  for (const auto& [name, rendition] : folder.stream().renditions())
    if (!rendition.is_ended()) silence = std::max(silence, rendition.silence());
  return std::chrono::system_clock::now() >= *written + silence + *after_;
}

Cleaner::Outcome Cleaner::clean(Folder& folder) {
  if (!is_due(folder)) return {};
  try {
    const auto lock = tree::Lock::take_existing(folder.path());
    if (!lock && fs::exists(fs::symlink_status(folder.path() / tree::lock_name)))
      return {};  // a writer is back
    if (!lock) return {false, "it has no .lock: no writer of ours made it"};
    // What was there before the lock may have been another writer's.
    folder.scan(std::chrono::steady_clock::now());
    if (!is_due(folder)) return {};
    if (auto why = reason_to_keep(root_, folder); !why.empty()) return {false, std::move(why)};
    const auto trash = root_ / fmt::format("{}{}", tree::trash_prefix, random_name());
    fs::rename(folder.path(), trash);
    delete_tree(trash);
    return {true, {}};
  } catch (const live::Failure& failure) {
    return {false, failure.what()};
  } catch (const fs::filesystem_error& error) {
    return {false, error.code().message()};
  }
}

void Cleaner::empty_trash() {
  std::error_code error;
  std::vector<fs::path> found;
  for (fs::directory_iterator it{root_, error}, end; !error && it != end; it.increment(error)) {
    std::error_code ignored;
    if (is_trash(it->path().filename().string()) && fs::is_directory(it->symlink_status(ignored)))
      found.push_back(it->path());
  }
  for (const auto& path : found)
    delete_tree(path);
}

}  // namespace hls_abr_playlist

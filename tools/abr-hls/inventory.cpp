#include "tools/abr-hls/inventory.hpp"

#include "common/base/bytes.hpp"
#include "common/base/failure.hpp"
#include "common/base/fd.hpp"
#include "common/base/file.hpp"
#include "common/base/file_mark.hpp"
#include "common/base/log.hpp"
#include "common/hls/media_playlist.hpp"
#include "common/mp4/box.hpp"
#include "common/tree/write.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace abr_hls {

namespace fs = std::filesystem;
namespace hls = live::hls;
namespace tree = live::tree;
using live::Us;

namespace {

constexpr std::size_t most_list_bytes = 16U << 20U;      // as hls::PlaylistLimits
constexpr std::size_t most_journal_bytes = 256U << 20U;  // years
constexpr Us checked{60'000'000};  ///< a power cut loses what was written in the last minute
constexpr std::string_view broadcast_tag = "#BROADCAST:";

std::optional<std::string> read_text(const fs::path& path, std::size_t limit) {
  std::error_code error;
  if (!fs::is_regular_file(fs::symlink_status(path, error))) return {};
  try {
    return live::read_file(path, limit);
  } catch (const live::Failure& failure) {
    live::log::warn("{}", failure.what());
    return {};
  }
}

template <class T>
std::optional<T> value_of(live::Parsed<T> parsed, const fs::path& path) {
  if (auto* value = std::get_if<T>(&parsed)) return std::move(*value);
  const auto& malformed = std::get<live::Malformed>(parsed);
  live::log::warn("read {}: line {}: {}", path.string(), malformed.at, malformed.why);
  return {};
}

void read_list(const fs::path& folder, FoundRendition& out) {
  const auto path = folder / tree::media_playlist_name;
  if (const auto text = read_text(path, most_list_bytes))
    out.list = value_of(hls::parse_media_playlist(*text), path);
}

/// The ids in it, and the segments of its last broadcast; what a crash has cut off goes.
void read_journal(const fs::path& folder, FoundRendition& out, std::set<std::string>& ids) {
  const auto path = folder / tree::journal_name;
  const auto text = read_text(path, most_journal_bytes);
  if (!text) return;
  const auto whole = hls::whole_entries(*text);
  if (whole.size() < text->size()) tree::cut_to(path, whole.size());
  std::size_t last = std::string_view::npos;
  for (std::size_t at = 0; (at = whole.find(broadcast_tag, at)) != std::string_view::npos; ++at) {
    if (at != 0 && whole[at - 1] != '\n') continue;
    last = at;
    const auto begin = at + broadcast_tag.size();
    out.journal_broadcast = whole.substr(begin, whole.find_first_of("\r\n", begin) - begin);
    ids.insert(out.journal_broadcast);
  }
  if (last == std::string_view::npos) return;
  const auto entries = "#EXTM3U\n#EXT-X-TARGETDURATION:1000000\n" + std::string{whole.substr(last)};
  hls::PlaylistLimits limits;
  limits.bytes = most_journal_bytes;
  if (auto list = value_of(hls::parse_media_playlist(entries, limits), path))
    out.journal = std::move(list->segments);
}

/// Is the file there, and, where its `content` is asked for, whole?
bool is_good(const fs::path& folder, const std::string& name, bool content) {
  const auto parsed = tree::parse_file_name(name);
  if (!parsed) return false;
  struct stat facts {};
  const auto path = folder / name;
  if (::lstat(path.c_str(), &facts) != 0 || !S_ISREG(facts.st_mode)) return false;
  return facts.st_size > 0 && (!content || is_whole(path, parsed->container));
}

void check_files(const fs::path& folder, FoundRendition& out) {
  const auto check = [&](const std::string& name, bool content) {
    if (!is_good(folder, name, content)) out.damaged.insert(name);
  };
  std::set<std::string> maps;
  Us behind{};
  const auto check_segments = [&](const std::vector<hls::Segment>& segments) {
    for (auto segment = segments.rbegin(); segment != segments.rend(); ++segment) {
      if (!segment->gap) check(segment->uri, behind < checked);
      if (segment->map && maps.insert(segment->map->uri).second) check(segment->map->uri, true);
      for (const auto& part : segment->parts) {
        if (!part.gap) check(part.uri, behind < checked);
      }
      behind += segment->duration;
    }
  };
  if (!out.list) return;
  for (const auto& part : out.list->parts) {
    if (!part.gap) check(part.uri, true);
  }
  if (out.list->parts_map && maps.insert(out.list->parts_map->uri).second)
    check(out.list->parts_map->uri, true);
  check_segments(out.list->segments);
  // What the journal has behind the list's end.
  behind = Us{};
  const auto& segments = out.list->segments;
  if (segments.empty()) return;
  auto later = std::ranges::find(out.journal, segments.back().uri, &hls::Segment::uri);
  if (later != out.journal.end()) check_segments({later + 1, out.journal.end()});
}

/// When the newest of its files that are listed was written.
std::optional<live::WallClock> newest_of(const fs::path& folder, const FoundRendition& rendition) {
  if (!rendition.list) return {};
  std::optional<live::WallClock> newest;
  const auto look = [&](const std::string& name) {
    const auto mark = tree::parse_file_name(name) ? live::mark_of(folder / name) : std::nullopt;
    if (mark) newest = std::max(newest, {live::written_at(*mark)});
  };
  for (const auto& part : rendition.list->parts)
    look(part.uri);
  for (const auto& segment : rendition.list->segments)
    look(segment.uri);
  return newest;
}

/// Names of a tree's; temporary files go.
void look_around(const fs::path& folder, FoundRendition& out) {
  for (const auto& entry : fs::directory_iterator{folder}) {
    const auto name = entry.path().filename().string();
    if (name.starts_with('.') && name.ends_with(".tmp")) {
      std::error_code ignored;
      fs::remove(entry.path(), ignored);
    } else if (tree::parse_file_name(name)) {
      out.files.push_back(name);
    }
  }
}

FoundRendition look_at(const fs::path& folder, Found& found) {
  FoundRendition out;
  out.name = folder.filename().string();
  look_around(folder, out);
  read_list(folder, out);
  read_journal(folder, out, found.broadcasts);
  check_files(folder, out);
  if (const auto newest = newest_of(folder, out))
    found.last_written = std::max(found.last_written.value_or(*newest), *newest);
  return out;
}

/// Top-level boxes one behind the other up to the end, at least one with media or a movie.
bool has_whole_boxes(int fd, std::uint64_t size) {
  std::uint64_t at = 0;
  bool any = false;
  while (at < size) {
    std::array<std::uint8_t, 16> head{};
    const auto wanted = std::min<std::uint64_t>(head.size(), size - at);
    if (::pread(fd, head.data(), wanted, static_cast<off_t>(at)) != static_cast<ssize_t>(wanted))
      return false;
    const auto step = live::mp4::parse_box_header(live::Bytes{head}.first(wanted));
    const auto* box = std::get_if<live::Taken<live::mp4::BoxHeader>>(&step);
    if (box == nullptr || box->value.size > size - at) return false;
    any = any || box->value.type == live::mp4::fourcc("moov") ||
          box->value.type == live::mp4::fourcc("mdat");
    at += box->value.size;
  }
  return any;
}

bool has_whole_packets(int fd, std::uint64_t size) {
  constexpr std::size_t packet = 188, at_once = packet * 64;
  if (size == 0 || size % packet != 0) return false;
  std::array<std::uint8_t, at_once> part{};
  for (std::uint64_t at = 0; at < size; at += at_once) {
    const auto wanted = std::min<std::uint64_t>(at_once, size - at);
    if (::pread(fd, part.data(), wanted, static_cast<off_t>(at)) != static_cast<ssize_t>(wanted))
      return false;
    for (std::size_t i = 0; i < wanted; i += packet) {
      if (part[i] != 0x47) return false;
    }
  }
  return true;
}

}  // namespace

bool is_whole(const fs::path& file, tree::Container container) {
  const live::Fd fd{::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW)};
  struct stat facts {};
  if (!fd || ::fstat(fd.get(), &facts) != 0) return false;
  const auto size = static_cast<std::uint64_t>(facts.st_size);
  return container == tree::Container::ts ? has_whole_packets(fd.get(), size)
                                          : has_whole_boxes(fd.get(), size);
}

Found take_inventory(const fs::path& folder) {
  Found found;
  found.now = std::chrono::system_clock::now();
  found.record = tree::read_stream_record(folder);
  std::vector<fs::path> renditions;
  try {
    for (const auto& entry : fs::directory_iterator{folder}) {
      if (entry.is_directory() && !entry.is_symlink() &&
          tree::is_rendition_name(entry.path().filename().string()))
        renditions.push_back(entry.path());
    }
    std::ranges::sort(renditions);
    for (const auto& path : renditions)
      found.renditions.push_back(look_at(path, found));
  } catch (const fs::filesystem_error& error) {
    live::fail(live::Exit::io, "read {}: {}", error.path1().string(), error.code().message());
  }
  return found;
}

}  // namespace abr_hls

#include "tools/s3-dvr-sync/rolling_journal.hpp"

#include "common/base/failure.hpp"
#include "common/base/file.hpp"
#include "common/base/log.hpp"
#include "common/base/text.hpp"
#include "common/hls/date_time.hpp"
#include "common/tree/names.hpp"
#include "common/tree/write.hpp"
#include "tools/s3-dvr-sync/segment_name.hpp"
#include "tools/s3-dvr-sync/tree_layout.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace s3_dvr_sync {

namespace hls = live::hls;
namespace fs = std::filesystem;

namespace {

constexpr std::size_t most_list_bytes = 16U << 20U;

/// As in 2026-11-21T17:04:05.123Z, without what a name cannot have.
std::string to_id(live::WallClock time) {
  auto text = hls::format_date_time(time);
  std::erase_if(text, [](char c) { return c == '-' || c == ':' || c == '.'; });
  return text;
}

std::optional<live::WallClock> parse_id(std::string text) {
  constexpr std::string_view like = "20261121T170405123Z";
  if (text.size() != like.size()) return {};
  // From the end on: what is before stays where it is.
  constexpr std::array<std::pair<std::size_t, char>, 5> separators{
      {{15, '.'}, {13, ':'}, {11, ':'}, {6, '-'}, {4, '-'}}};
  for (const auto& [at, separator] : separators)
    text.insert(at, 1, separator);
  return hls::parse_date_time(text);
}

/// One writer finishes the first segments of its renditions one after the other, and lists that have rolled already may be a
/// segment apart.
bool begin_together(const std::string& id, live::WallClock begin, std::chrono::seconds target) {
  const auto other = parse_id(id);
  const auto apart = 2 * target + std::chrono::seconds{1};
  return other && *other - begin <= apart && begin - *other <= apart;
}

bool is_same(const hls::Segment& one, const hls::Segment& other) {
  return one.uri == other.uri && one.duration == other.duration && one.range == other.range;
}

/// Segments between two that lie in one file, the later one beginning at `offset`; `length`: of one.
std::uint64_t missed_between(const hls::ByteRange& last, std::uint64_t offset,
                             std::uint64_t length) {
  const auto end = *last.offset + last.length;
  if (offset <= end) return 0;
  return std::max<std::uint64_t>(1,
                                 (offset - end + length / 2) / std::max<std::uint64_t>(1, length));
}

}  // namespace

void RollingList::remember(const JournalEntry& entry) {
  if (entry.begins) id_ = *entry.begins;
  last_ = entry.segment;
  last_written_ = entry.written;
  if (entry.sequence) next_ = *entry.sequence + 1;
}

/// EXT-X-MEDIA-SEQUENCE.  Where all segments lie in one file, ffmpeg's stays 0 while the list rolls: there the ranges tell.
std::uint64_t RollingList::first_of(const hls::MediaPlaylist& list) const {
  const auto said = list.media_sequence + list.skipped;
  if (!next_ || !last_ || !last_->range || !last_->range->offset || list.segments.empty())
    return said;
  const auto known = std::ranges::find_if(
      list.segments, [&](const hls::Segment& segment) { return is_same(segment, *last_); });
  const auto before = static_cast<std::uint64_t>(known - list.segments.begin());
  if (known != list.segments.end()) return before < *next_ ? *next_ - 1 - before : said;
  const auto& front = list.segments.front();
  const bool later = front.uri == last_->uri && front.range && front.range->offset &&
                     *front.range->offset > *last_->range->offset;
  if (!later) return said;
  return std::max(
      said, *next_ + missed_between(*last_->range, *front.range->offset, front.range->length));
}

/// One that ends before what was there, or whose segments are others under the same numbers.
bool RollingList::is_another(const hls::MediaPlaylist& list, const WrittenOf& written_of) const {
  const auto first = first_of(list);
  const auto end = first + list.segments.size();
  if (!next_ || end < *next_ || (ended_ && !list.ended)) return true;
  if (!last_ || *next_ <= first) return false;
  const auto& same = list.segments[*next_ - 1 - first];
  if (!is_same(same, *last_)) return true;
  // A writer that was restarted between two looks may give the same names to the same numbers.
  const auto written = last_written_ ? written_of(same) : std::nullopt;
  return written && written != last_written_;
}

RollingList::News RollingList::news(const hls::MediaPlaylist& list, const IdOf& id_of,
                                    const WrittenOf& written_of) const {
  News out;
  const auto first = first_of(list);
  const auto end = first + list.segments.size();
  const bool another = is_another(list, written_of);
  const auto from = another ? first : std::max(first, *next_);
  if (from >= end) return out;
  const bool begins = another || silent_;
  if (begins) out.begins = id_of(list.segments[from - first]);
  out.missed = begins ? 0 : from - *next_;
  auto before = begins ? std::nullopt : last_;
  for (auto number = from; number < end; ++number) {
    auto segment = list.segments[number - first];
    segment.parts.clear();
    if (number == from && out.missed > 0) segment.discontinuity = true;
    if (number == from && begins) out.text += fmt::format("{}{}\n", broadcast_mark, out.begins);
    out.text += fmt::format("{}{}\n", sequence_mark, number);
    out.last_written = written_of(segment);
    if (out.last_written) out.text += fmt::format("{}{}\n", written_mark, *out.last_written);
    out.text += hls::format_entry(segment, before ? &*before : nullptr);
    before = std::move(segment);
  }
  out.next = end;
  out.last = std::move(before);
  return out;
}

void RollingList::take(News news) {
  if (!news.begins.empty()) id_ = std::move(news.begins);
  next_ = news.next;
  last_ = std::move(news.last);
  last_written_ = news.last_written;
  ended_ = silent_ = false;
}

RollingJournal::RollingJournal(fs::path list, fs::path folder)
    : list_(std::move(list)), folder_(std::move(folder)) {
  std::error_code error;
  fs::create_directories(folder_, error);
  if (error)
    live::fail(live::Exit::cannot_create, "create {}: {}", folder_.string(), error.message());
  read();
}

void RollingJournal::read() {
  JournalReader reader{path()};
  std::vector<JournalEntry> entries;
  JournalReader::News news{};
  while ((news = reader.read(entries)) == JournalReader::News::entries) {
    for (const auto& entry : entries)
      rolling_.remember(entry);
    entries.clear();
  }
  std::error_code error;
  if (news == JournalReader::News::wrong) {
    live::log::error("{}: {}; it is put aside, what the list names begins a broadcast",
                     path().string(), reader.why());
    fs::rename(path(), folder_ / "journal.damaged", error);
    if (error) live::fail(live::Exit::io, "rename {}: {}", path().string(), error.message());
    rolling_ = {};
    return;
  }
  empty_ = reader.taken() == 0;
  if (!fs::exists(path(), error)) return;
  std::string end(ended_mark.size() + 2, '\0');
  std::ifstream file{path(), std::ios::binary};
  file.seekg(static_cast<std::streamoff>(reader.taken()));
  file.read(end.data(), static_cast<std::streamsize>(end.size()));
  end.resize(static_cast<std::size_t>(file.gcount()));
  if (end == fmt::format("{}\n", ended_mark)) return rolling_.ended();
  live::tree::cut_to(path(), reader.taken());
}

fs::path RollingJournal::path() const { return folder_ / live::tree::journal_name; }

bool RollingJournal::look(const std::vector<std::string>& others) {
  const auto mark = mark_of(list_);
  if (!mark || (mark->inode == inode_ && mark->size == size_ && mark->mtime_ns == mtime_ns_))
    return false;
  hls::MediaPlaylist list;
  try {
    auto parsed = hls::parse_media_playlist(live::read_file(list_, most_list_bytes));
    if (const auto* wrong = std::get_if<live::Malformed>(&parsed)) {
      if (!std::exchange(complained_, true))
        live::log::warn("{}: line {}: {}; waiting for its next version", list_.string(), wrong->at,
                        live::printable(wrong->why));
      return false;
    }
    list = std::get<hls::MediaPlaylist>(std::move(parsed));
  } catch (const live::Failure&) {
    return false;  // it is being replaced, or is gone
  }
  complained_ = false;
  append(list, others);
  inode_ = mark->inode;
  size_ = mark->size;
  mtime_ns_ = mark->mtime_ns;
  named_.clear();
  for (const auto& segment : list.segments) {
    name(segment.uri);
    if (segment.map) name(segment.map->uri);
  }
  ended_ = list.ended;
  if (ended_) end();
  return true;
}

void RollingJournal::name(const std::string& uri) {
  named_.insert(uri);
  named_.insert(decoded_name(uri));
}

/// Behind a restart the list is the same, and what follows is another one.
void RollingJournal::end() {
  if (rolling_.is_ended()) return;
  rolling_.ended();
  const auto line = fmt::format("{}\n", ended_mark);
  if (!empty_ && live::tree::append_line(path(), line, true) == live::Written::full)
    live::log::warn("{}: no space to say that it has ended", path().string());
}

std::optional<FileMark> RollingJournal::mark_of_segment(const hls::Segment& segment) const {
  const auto folder = list_.parent_path();
  const auto name = name_in(folder, segment.uri);
  return is_file_name(name) ? mark_of(folder / name) : std::nullopt;
}

/// When its first segment was written: should our own journal get lost, it is the same again.
std::string RollingJournal::id_of(const hls::Segment& first, std::chrono::seconds target,
                                  const std::vector<std::string>& others) const {
  const auto mark = mark_of_segment(first);
  const auto written = mark ? live::WallClock{std::chrono::duration_cast<live::WallClock::duration>(
                                  std::chrono::nanoseconds{mark->mtime_ns})}
                            : std::chrono::system_clock::now();
  for (const auto& other : others)
    if (other != id() && begin_together(other, written, target)) return other;
  return to_id(written);
}

/// A file of several segments grows, and says nothing.
std::optional<std::uint64_t> RollingJournal::written(const hls::Segment& segment) const {
  if (segment.range) return {};
  const auto mark = mark_of_segment(segment);
  return mark ? std::optional{static_cast<std::uint64_t>(mark->mtime_ns)} : std::nullopt;
}

void RollingJournal::append(const hls::MediaPlaylist& list,
                            const std::vector<std::string>& others) {
  auto news = rolling_.news(
      list, [&](const hls::Segment& first) { return id_of(first, list.target_duration, others); },
      [this](const hls::Segment& segment) { return written(segment); });
  if (news.text.empty()) return;
  std::string head;
  if (empty_)
    head = fmt::format("#EXTM3U\n#EXT-X-TARGETDURATION:{}\n", list.target_duration.count());
  const auto text = head + news.text;
  if (live::tree::append_line(path(), text, true) == live::Written::full)
    live::fail(live::Exit::io, "write {}: no space", path().string());
  missed_ += news.missed;
  if (news.missed > 0)
    live::log::warn("{}: {} segments left the list before they were seen", list_.string(),
                    news.missed);
  rolling_.take(std::move(news));
  empty_ = false;
}

}  // namespace s3_dvr_sync

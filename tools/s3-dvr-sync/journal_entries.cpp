#include "tools/s3-dvr-sync/journal_entries.hpp"

#include "common/base/failure.hpp"
#include "common/base/fd.hpp"
#include "common/base/text.hpp"
#include "common/hls/syntax.hpp"

#include <algorithm>
#include <cerrno>
#include <iterator>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

namespace s3_dvr_sync {

namespace hls = live::hls;

namespace {

/// Takes the marks out of the comments before a segment.
JournalEntry to_entry(hls::Segment segment) {
  JournalEntry entry{{}, {}, {}, std::move(segment)};
  entry.segment.parts.clear();
  std::erase_if(entry.segment.others, [&](std::string_view line) {
    const bool begins = line.starts_with(broadcast_mark);
    const bool counts = line.starts_with(sequence_mark);
    if (begins) entry.begins = line.substr(broadcast_mark.size());
    const bool dates = line.starts_with(written_mark);
    if (counts) entry.sequence = hls::parse_integer(line.substr(sequence_mark.size()));
    if (dates) entry.written = hls::parse_integer(line.substr(written_mark.size()));
    return begins || counts || dates || line == ended_mark;
  });
  return entry;
}

/// What the parser needs to know before entries that have none before them: a head, and the map and the key that go on.
std::string context(std::chrono::seconds target, const std::optional<hls::Segment>& before) {
  auto head = fmt::format("#EXTM3U\n#EXT-X-TARGETDURATION:{}\n", target.count());
  if (!before) return head;
  hls::Segment carrier;
  carrier.uri = "before";
  carrier.map = before->map;
  carrier.key = before->key;
  return head + hls::format_entry(carrier, nullptr);
}

}  // namespace

std::string broadcast_of(const JournalEntry& entry) {
  constexpr auto unnamed = "unnamed";
  return entry.begins && live::is_stream_name(*entry.begins) ? *entry.begins : unnamed;
}

live::Step<std::vector<JournalEntry>> JournalParser::feed(std::string_view text) {
  const auto whole = hls::whole_entries(text);
  if (whole.empty()) return live::NeedMore{1};
  const bool begun = target_.count() > 0 || before_;
  const auto head = begun ? context(target_, before_) : std::string{};
  auto parsed = hls::parse_media_playlist(head + std::string{whole});
  if (auto* wrong = std::get_if<live::Malformed>(&parsed)) {
    const auto lines = static_cast<std::size_t>(std::ranges::count(head, '\n'));
    return live::Malformed{wrong->at - std::min(wrong->at, lines), std::move(wrong->why)};
  }
  auto& list = std::get<hls::MediaPlaylist>(parsed);
  target_ = list.target_duration;
  std::vector<JournalEntry> out;
  const auto first = before_ ? std::next(list.segments.begin()) : list.segments.begin();
  std::transform(std::make_move_iterator(first), std::make_move_iterator(list.segments.end()),
                 std::back_inserter(out),
                 [](hls::Segment&& segment) { return to_entry(std::move(segment)); });
  before_ = out.back().segment;
  return live::Taken<std::vector<JournalEntry>>{std::move(out), whole.size()};
}

JournalReader::News JournalReader::read(std::vector<JournalEntry>& out) {
  const live::Fd file{::open(path_.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)};
  struct stat facts {};
  const bool there = file && ::fstat(file.get(), &facts) == 0 && S_ISREG(facts.st_mode);
  const auto size = there ? static_cast<std::uint64_t>(facts.st_size) : 0;
  if (!file && errno != ENOENT) {
    why_ = fmt::format("open it: {}", live::errno_text());
    return News::wrong;
  }
  const bool another = inode_ != 0 && (!there || facts.st_ino != inode_ || size < taken_);
  if (another) {
    *this = JournalReader{path_};
    return News::anew;
  }
  if (damaged_) return News::wrong;
  if (!there || size == taken_) return News::none;
  inode_ = facts.st_ino;

  std::string text(static_cast<std::size_t>(std::min<std::uint64_t>(piece_bytes, size - taken_)),
                   '\0');
  const auto n = ::pread(file.get(), text.data(), text.size(), static_cast<off_t>(taken_));
  if (n <= 0) return News::none;  // it is tried again
  text.resize(static_cast<std::size_t>(n));
  auto step = parser_.feed(text);
  if (std::holds_alternative<live::NeedMore>(step)) {
    if (text.size() < piece_bytes) return News::none;  // its end is still to come
    damaged_ = true;
    why_ = fmt::format("byte {}: no entry is that long", taken_);
    return News::wrong;
  }
  if (const auto* wrong = std::get_if<live::Malformed>(&step)) {
    damaged_ = true;
    why_ =
        fmt::format("line {} behind byte {}: {}", wrong->at, taken_, live::printable(wrong->why));
    return News::wrong;
  }
  auto& entries = std::get<live::Taken<std::vector<JournalEntry>>>(step);
  taken_ += entries.used;
  std::ranges::move(entries.value, std::back_inserter(out));
  return News::entries;
}

}  // namespace s3_dvr_sync

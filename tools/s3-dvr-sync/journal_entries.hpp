// A rendition's journal.m3u8 read as it grows (man 5 hls-tree, "The journal").
#pragma once

#include "common/base/step.hpp"
#include "common/hls/media_playlist.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace s3_dvr_sync {

/// The comments of a journal that say something of what follows; they are no part of the segment.
constexpr std::string_view broadcast_mark = "#BROADCAST:";
/// EXT-X-MEDIA-SEQUENCE of the segment; in journals that we write for trees that have none.
constexpr std::string_view sequence_mark = "#SEQUENCE:";
/// Its file's time, nanoseconds since 1970; likewise.
constexpr std::string_view written_mark = "#WRITTEN:";
/// Behind the last entry of a list that has ended; likewise.
constexpr std::string_view ended_mark = "#ENDED";

struct JournalEntry {
  std::optional<std::string> begins;      ///< the id of the broadcast that begins with it
  std::optional<std::uint64_t> sequence;  ///< what sequence_mark says
  std::optional<std::uint64_t> written;   ///< what written_mark says
  live::hls::Segment segment;             ///< with the map and key that apply to it, without parts
  bool operator==(const JournalEntry&) const = default;
};

/// The id of the broadcast that begins with `entry`, for keys and names: "unnamed" where it has none, or one that cannot be a name.
std::string broadcast_of(const JournalEntry& entry);

/// Pure: takes a journal in pieces of any size.
class JournalParser {
 public:
  /// `text` goes on where the bytes ended that were taken before.  Takes whole entries; NeedMore where there is none yet.
  /// Malformed::at counts lines of `text`.
  live::Step<std::vector<JournalEntry>> feed(std::string_view text);
  /// As the head of the journal says: of the first broadcast.  0 before that.
  [[nodiscard]] std::chrono::seconds target_duration() const { return target_; }

 private:
  std::optional<live::hls::Segment> before_;  ///< its map and key go on
  std::chrono::seconds target_{};
};

/// The file, read once.
class JournalReader {
 public:
  explicit JournalReader(std::filesystem::path path) : path_(std::move(path)) {}

  enum class News {
    none,
    entries,  ///< and there may be more
    anew,  ///< it is another file than before, or shorter: all that was read is void; the next call begins at its begin
    wrong,  ///< nothing behind this can be read, or it may not be read at all; `why`
  };
  /// At most 1 MiB of it at a time.  A file that is not there is an empty one.
  News read(std::vector<JournalEntry>& out);
  [[nodiscard]] const std::string& why() const { return why_; }
  /// Bytes of whole entries.
  [[nodiscard]] std::uint64_t taken() const { return taken_; }
  [[nodiscard]] std::chrono::seconds target_duration() const { return parser_.target_duration(); }

 private:
  static constexpr std::size_t piece_bytes = 1U << 20U;
  std::filesystem::path path_;
  JournalParser parser_;
  std::uint64_t inode_ = 0, taken_ = 0;
  std::string why_;
  bool damaged_ = false;  ///< and will be the next time
};

}  // namespace s3_dvr_sync

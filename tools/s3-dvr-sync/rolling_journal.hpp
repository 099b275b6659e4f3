// A journal for trees that have none: what a rolling list of ffmpeg or nginx names is written down before it leaves the list,
// in DIR/.s3-dvr-sync/trees/<stream>/<rendition>/journal.m3u8, as man 5 hls-tree has it, plus the marks of journal_entries.hpp.
//
// What it cannot promise: a segment that came and left between two looks is missed, and one that the writer deletes before it is
// uploaded is lost.
#pragma once

#include "common/base/units.hpp"
#include "common/hls/media_playlist.hpp"
#include "tools/s3-dvr-sync/journal_entries.hpp"
#include "tools/s3-dvr-sync/upload_log.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace s3_dvr_sync {

/// The next entries of the journal, of a list as it is now.  Pure.
class RollingList {
 public:
  /// What stands in the journal already, entry by entry.
  void remember(const JournalEntry& entry);

  struct News {
    std::string text;          ///< to be appended; empty: nothing is new
    std::uint64_t missed = 0;  ///< segments that left the list before we saw them
    std::string begins;        ///< the id of the broadcast that does; empty: none
    std::uint64_t next = 0;
    std::optional<live::hls::Segment> last;
    std::optional<std::uint64_t> last_written;
  };
  /// When the file of a segment was written, nanoseconds since 1970; nothing: it is not there, or still grows.
  using WrittenOf = std::function<std::optional<std::uint64_t>(const live::hls::Segment&)>;
  /// `id_of`: names the broadcast that begins with a segment, if one does.
  using IdOf = std::function<std::string(const live::hls::Segment&)>;
  [[nodiscard]] News news(const live::hls::MediaPlaylist& list, const IdOf& id_of,
                          const WrittenOf& written_of) const;
  /// They stand in the journal.
  void take(News news);
  /// The list has ended: another one begins from its begin.
  void ended() { ended_ = true; }
  [[nodiscard]] bool is_ended() const { return ended_; }
  /// Nothing came for long: whatever comes is another broadcast.
  void silent() { silent_ = true; }
  /// Of the broadcast that goes on; empty before the first.
  [[nodiscard]] const std::string& id() const { return id_; }

 private:
  /// What our count has for the first segment of `list`.
  [[nodiscard]] std::uint64_t first_of(const live::hls::MediaPlaylist& list) const;
  [[nodiscard]] bool is_another(const live::hls::MediaPlaylist& list,
                                const WrittenOf& written_of) const;

  std::optional<std::uint64_t> next_;  ///< EXT-X-MEDIA-SEQUENCE of the segment that is to come
  std::optional<live::hls::Segment> last_;
  std::optional<std::uint64_t> last_written_;
  std::string id_;
  bool ended_ = false, silent_ = false;
};

class RollingJournal {
 public:
  /// Reads what is there; what of it is damaged is put aside.  Throws Failure(cannot_create, io).
  RollingJournal(std::filesystem::path list, std::filesystem::path folder);

  /// Reads the list if it has changed, and appends what is new; false: it has not.  `others`: ids of broadcasts of which the
  /// stream's other renditions are.  One that began when this one does is the same.
  bool look(const std::vector<std::string>& others = {});
  /// Nothing was new for `resume`.
  void silent() { rolling_.silent(); }
  /// Of the broadcast that goes on; empty before the first.
  [[nodiscard]] const std::string& id() const { return rolling_.id(); }
  /// The list has EXT-X-ENDLIST.
  [[nodiscard]] bool is_ended() const { return ended_; }
  [[nodiscard]] std::uint64_t missed() const { return missed_; }
  [[nodiscard]] std::filesystem::path path() const;
  /// Names of files that the list may mean now.
  [[nodiscard]] const std::set<std::string>& named() const { return named_; }

 private:
  void read();
  void append(const live::hls::MediaPlaylist& list, const std::vector<std::string>& others);
  void end();
  void name(const std::string& uri);
  [[nodiscard]] std::optional<FileMark> mark_of_segment(const live::hls::Segment& segment) const;
  [[nodiscard]] std::string id_of(const live::hls::Segment& first, std::chrono::seconds target,
                                  const std::vector<std::string>& others) const;
  [[nodiscard]] std::optional<std::uint64_t> written(const live::hls::Segment& segment) const;

  std::filesystem::path list_, folder_;
  RollingList rolling_;
  std::set<std::string> named_;
  std::uint64_t inode_ = 0, size_ = 0, missed_ = 0;
  std::int64_t mtime_ns_ = 0;
  bool ended_ = false, empty_ = true, complained_ = false;
};

}  // namespace s3_dvr_sync

// The HLS trees below ROOT on their way to the bucket (man 5 hls-tree): which files go next, and what stands in the playlists
// of the archive.  Looks at files and at the journal, knows no network.
//
//   ROOT/<stream>/<rendition>/journal.m3u8   the segments, in order         -> <stream>/<rendition>/<name>
//                                            a list for each broadcast      -> <stream>/vod-<id>.m3u8
//   without a journal (ffmpeg, nginx)        its rolling lists              -> <stream>/<rendition>/<id>/<name>
//
// Of a tree of ours nothing is deleted here: `.uploaded` says what the writer and the cleaner may delete.
#pragma once

#include "common/base/units.hpp"
#include "tools/s3-dvr-sync/deletion.hpp"
#include "tools/s3-dvr-sync/journal.hpp"
#include "tools/s3-dvr-sync/rendition_sync.hpp"
#include "tools/s3-dvr-sync/upload_log.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace s3_dvr_sync {

struct TreeRules {
  std::string rendition = "best";                           ///< "best", "all", or a name
  std::chrono::milliseconds split{std::chrono::hours{24}};  ///< 0: never
  std::chrono::milliseconds playlist_every{std::chrono::seconds{30}};
  /// Of a tree without a journal: silent for so long, its broadcast is over.
  std::chrono::milliseconds resume{std::chrono::seconds{60}};
  bool marks = true;  ///< make and keep ROOT/.hold and .uploaded; false: --dry-run
};

/// A playlist that is to be put now.
struct VodPlaylist {
  std::string key;
  std::string text;
  Kind kind = Kind::open_playlist;
};

class TreeSync {
 public:
  /// Makes ROOT/.hold at once.  The journal must outlive it.
  TreeSync(std::filesystem::path root, TreeRules rules, Journal& journal);
  ~TreeSync();

  /// Looks at everything again and reads what has been appended.  What cannot be read is said in the log once, and tried again.
  void scan(live::Monotonic now, live::WallClock wall);

  /// What is to be uploaded next, init segments before their segments, the streams by turns; nothing: the rest is in hand or
  /// done.  Is the caller's until settle().
  std::optional<Item> next();
  /// More than fits was found, and there is room again: another scan() tells what is over.
  [[nodiscard]] bool was_cut() const;
  /// `key` of an Item that next() gave.
  void settle(const std::string& key, Outcome outcome);

  /// Playlists that say less than is safe by now: each at most every `playlist_every`, but at once when it is closed, or when
  /// `at_once` says so (at the end of a run).  A key that was given is not given again until put().
  std::vector<VodPlaylist> playlists(live::Monotonic now, bool at_once = false);
  /// `done`: verified; else it is given again, after `playlist_every`.
  void put(const std::string& key, bool done, live::Monotonic now);

  /// Segments of trees without a journal that no list has named for 5 minutes and that are uploaded: for the deletion rules.
  [[nodiscard]] std::vector<Candidate> leavings(live::Monotonic now) const;
  /// It was deleted.
  void left(const std::string& key);

  struct Backlog {
    std::uint64_t files = 0, bytes = 0;     ///< not in the bucket yet; bytes of what is known of
    std::optional<live::WallClock> oldest;  ///< when the oldest of them was written
    std::uint64_t lost = 0;  ///< segments that were gone before they were uploaded, since the start
    std::uint64_t playlists = 0;  ///< broadcasts whose playlists say less than there is
    std::uint64_t unfit = 0;  ///< journals that cannot be read, streams that cannot be looked at
  };
  [[nodiscard]] Backlog backlog() const;

  /// The folders to be watched for changes; DIR first.
  [[nodiscard]] std::vector<std::filesystem::path> folders() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace s3_dvr_sync

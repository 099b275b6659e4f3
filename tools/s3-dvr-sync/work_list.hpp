// What is to be uploaded: of HLS trees and of recordings, in one list.  Knows files and the journal, no network.
#pragma once

#include "common/base/units.hpp"
#include "tools/s3-dvr-sync/deletion.hpp"
#include "tools/s3-dvr-sync/file_scan.hpp"
#include "tools/s3-dvr-sync/journal.hpp"
#include "tools/s3-dvr-sync/tree_sync.hpp"

#include <chrono>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace s3_dvr_sync {

class WorkList {
 public:
  /// What failed waits so long before it is given again, where the list lives that long and the file stays as it is; what
  /// somebody else's object is in the way of waits longer.
  static constexpr std::chrono::seconds rest{30}, conflict_rest{600};

  /// `rest_of_failed`: instead of `rest`.
  WorkList(const std::filesystem::path& root, const TreeRules& rules,
           std::chrono::milliseconds settle, Journal& journal,
           std::chrono::seconds rest_of_failed = rest);

  /// Looks at the disk again.
  void scan(live::Monotonic now, live::WallClock wall);
  /// The trees' first: they are live.  Nothing: the rest is in hand, at rest or done.
  std::optional<Item> next(live::Monotonic now);
  /// As TreeSync has it.
  [[nodiscard]] bool was_cut() const { return trees_.was_cut(); }
  void settle(const Item& item, Outcome outcome, live::Monotonic now);
  /// What rests is given again at once.
  void wake() { resting_.clear(); }

  std::vector<VodPlaylist> playlists(live::Monotonic now, bool at_once);
  void put(const std::string& key, bool done, live::Monotonic now);

  struct Backlog {
    std::uint64_t files = 0, bytes = 0;  ///< not in the bucket yet
    std::optional<live::WallClock> oldest;
    std::uint64_t growing = 0, lost = 0, playlists = 0;
    std::uint64_t unfit =
        0;  ///< files and folders of which nobody can upload anything: they have been told
  };
  [[nodiscard]] Backlog backlog() const;

  /// The folders to be watched for changes; one or another twice.
  [[nodiscard]] std::vector<std::filesystem::path> folders() const;
  /// `path` was renamed to this name: it is whole as it is.
  void renamed_into_place(const std::filesystem::path& path) { scan_.renamed_into_place(path); }

  /// What the deletion rules are about.
  [[nodiscard]] std::vector<Candidate> candidates(live::Monotonic now) const;
  void deleted(const std::string& key);
  /// It turned out not to be in the bucket.
  void forget(const std::string& key);

 private:
  /// A recording that the journal has.
  struct Done {
    FileMark mark;
    live::WallClock verified;
  };
  [[nodiscard]] bool is_stored(const FoundFile& file);
  [[nodiscard]] std::string key_of(const std::filesystem::path& path, const FileMark& mark) const;
  void step_aside(const Item& item);
  void tell_unfit(const FileScan::Result& found);
  void forget_vanished(live::Monotonic now);

  /// A recording whose name another one has in the bucket.
  struct Aside {
    FileMark mark;
    unsigned first = 0;  ///< aside_key() that may be free
  };

  std::filesystem::path root_;
  std::chrono::seconds rest_of_failed_;
  Journal& journal_;
  TreeSync trees_;
  FileScan scan_;
  std::vector<FoundFile> closed_;     ///< of the last scan, with the keys that they have or get
  std::deque<FoundFile> waiting_;     ///< of them, those to be uploaded
  std::set<std::string> in_hand_;     ///< keys of recordings
  std::map<std::string, Done> done_;  ///< by key; of `closed_`, and some that have gone
  std::map<std::filesystem::path, Aside> asides_;
  /// Until when it is not given again, as long as it is what it was.
  struct Rest {
    FileMark mark;
    live::Monotonic until;
  };
  std::map<std::string, Rest> resting_;         ///< by key
  std::set<std::string> of_trees_;              ///< keys in hand that are the trees'
  std::deque<Item> tired_;                      ///< of the trees, given again too early
  std::vector<std::filesystem::path> folders_;  ///< of recordings
  std::uint64_t growing_ = 0, unfit_ = 0;
  std::set<std::filesystem::path> told_;  ///< of what is unfit
};

}  // namespace s3_dvr_sync

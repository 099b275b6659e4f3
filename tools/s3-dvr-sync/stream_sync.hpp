// One stream on its way to the bucket: its renditions' journals, which of them are wanted, and the playlists of its broadcasts.
#pragma once

#include "common/base/units.hpp"
#include "common/facts/media_facts.hpp"
#include "common/hls/multivariant_playlist.hpp"
#include "tools/s3-dvr-sync/broadcast_index.hpp"
#include "tools/s3-dvr-sync/journal_entries.hpp"
#include "tools/s3-dvr-sync/rendition_sync.hpp"
#include "tools/s3-dvr-sync/rolling_journal.hpp"
#include "tools/s3-dvr-sync/tree_layout.hpp"
#include "tools/s3-dvr-sync/tree_sync.hpp"

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace s3_dvr_sync {

class StreamSync {
 public:
  /// `trees`: where journals of trees without one are kept.  The journal must outlive it.
  StreamSync(std::string name, std::filesystem::path trees, const TreeRules& rules,
             Journal& journal);

  /// Its folder is not there any more: what goes on is over, once that was so for as long as a writer may be away.  True when
  /// nothing of it is left to be done.
  bool leave(live::Monotonic now);
  /// As it is found now: reads all that was appended.
  void scan(const FoundStream& found, live::Monotonic now, live::WallClock wall);

  void want(std::size_t most, std::vector<Item>& out);
  /// At the last scan() not all of a journal was read, for want of room; by now it was.
  [[nodiscard]] bool was_cut() const;
  bool settle(const std::string& key, Outcome outcome);
  void playlists(live::Monotonic now, bool at_once, std::vector<VodPlaylist>& out);
  bool put(const std::string& key, bool done, live::Monotonic now);
  void leavings(live::Monotonic now, live::WallClock wall, std::vector<Candidate>& out) const;
  bool left(const std::string& key);
  void flush();

  void add_to(TreeSync::Backlog& backlog) const;
  /// Renditions that are being uploaded because they were the best of their broadcast, and whether `best` means them still.
  [[nodiscard]] std::map<std::string, bool> chosen() const;
  [[nodiscard]] std::vector<std::filesystem::path> folders() const;

 private:
  struct Source {
    FoundRendition found;
    std::unique_ptr<RollingJournal> rolling;  ///< of a tree without a journal
    JournalReader reader;
    BroadcastIndex index;
    RenditionSync sync;
    FileMark list_mark{};  ///< of the list as it was described
    bool list_ended = false;
    bool wanted = false;  ///< what is read
    bool complained = false;
    bool more = false;                                 ///< of its journal, as soon as there is room
    bool cut = false;                                  ///< that was so since the last scan()
    bool news = true;                                  ///< something was read since it was judged
    live::Monotonic changed{};                         ///< when that was so
    std::map<std::string, live::Monotonic> unnamed{};  ///< files that no list names, since when
    std::string reading{};                             ///< the id of the entries that are read
    std::set<std::string> single{};  ///< of those, which have no playlist but the stream's own
    bool unwanted = false;           ///< some of its broadcasts are
    std::optional<JournalReader> spared{};  ///< of those, what need not stay has been read so far
    std::string sparing{};                  ///< the id of these entries
  };
  /// What stands in the bucket at a playlist's key.
  struct Put {
    std::size_t segments = 0, pending_segments = 0;
    bool closed = false, pending_closed = false;
    bool in_hand = false, there = false, failed = false, asked = false;
    bool stale = false;              ///< what is in hand is not what belongs there any more
    std::string text, pending_text;  ///< of a multivariant playlist
    live::Monotonic due;
    std::optional<live::WallClock> behind;  ///< since then it says less than it should
  };
  struct Draft {
    std::string key, text;
    std::size_t segments = 0;
    bool closed = false, variants = false;
  };

  Source* source(const FoundRendition& found);
  void read(Source& source);
  void take(Source& source, JournalEntry entry);
  void begin(Source& source, JournalEntry& entry);
  void add_beginning(Source& source, JournalEntry& entry);
  void read_again(Source& source);
  void take_back_playlists(const std::string& id, std::size_t volumes);
  /// Has it more than one rendition in the bucket?  Once said, it stays.
  [[nodiscard]] bool is_several(const std::string& id);
  void tell_absent(const FoundStream& found);
  [[nodiscard]] std::vector<std::string> ids_of_others(const Source& source) const;
  void describe(Source& source);
  void spare_unwanted(Source& source);
  void spare(Source& source, const JournalEntry& entry);
  [[nodiscard]] bool is_held_as_best(const Source& source) const;
  /// Which broadcasts are over.
  void judge(bool locked, live::Monotonic now, live::WallClock wall);
  void note_unnamed(Source& source, live::Monotonic now);

  /// Which rendition is `best` of a broadcast; once said, it stays.
  std::string best(const std::string& id);
  [[nodiscard]] std::string best_now() const;
  [[nodiscard]] bool wants(const std::string& rendition, const std::string& id);

  [[nodiscard]] std::set<std::string> broadcast_ids() const;
  [[nodiscard]] std::vector<Source*> sources_of(const std::string& id);
  void media_playlists(Source& source, const std::string& id, live::Monotonic now, bool at_once,
                       std::vector<VodPlaylist>& out);
  void multivariant(const std::string& id, std::size_t volume, live::Monotonic now, bool at_once,
                    std::vector<VodPlaylist>& out);
  [[nodiscard]] live::hls::Variant variant(const Source& source, const std::string& id,
                                           const Volume& volume);
  [[nodiscard]] std::optional<live::facts::MediaFacts> facts_of(const Source& source,
                                                                const std::string& id,
                                                                const Volume& volume);
  [[nodiscard]] bool is_due(const std::string& key, bool closed, live::Monotonic now, bool at_once);
  void offer(Draft draft, live::Monotonic now, std::vector<VodPlaylist>& out);
  void finish(const std::string& id);
  /// Do its playlists say less than is safe?
  [[nodiscard]] bool is_behind(const Source& source,
                               const RenditionSync::Broadcast& broadcast) const;
  [[nodiscard]] bool is_put_closed(const std::string& key) const;

  std::string name_;
  std::filesystem::path folder_, trees_;
  TreeRules rules_;
  Journal& journal_;
  std::optional<live::tree::StreamRecord> record_;
  std::map<std::string, std::unique_ptr<Source>> sources_;
  std::map<std::string, Put> puts_;          ///< by key; of broadcasts that are not done
  std::map<std::string, std::string> best_;  ///< by id
  std::set<std::string> several_;            ///< broadcasts of which is_several() is true
  bool scanned_ = false, absent_ = false;
  std::optional<live::Monotonic> gone_;  ///< since then it is not there
  live::WallClock wall_;                 ///< of the last scan
};

}  // namespace s3_dvr_sync

// One rendition on its way to the bucket: its entries in order, each waiting for its files to be safe there, then listed.
#pragma once

#include "tools/s3-dvr-sync/hold_file.hpp"
#include "tools/s3-dvr-sync/journal.hpp"
#include "tools/s3-dvr-sync/journal_entries.hpp"
#include "tools/s3-dvr-sync/upload_log.hpp"
#include "tools/s3-dvr-sync/vod.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace s3_dvr_sync {

enum class Outcome {
  verified,  ///< it is in the bucket, and the journal knows
  failed,    ///< try again, at the next scan()
  vanished,  ///< the file was not there any more
  conflict,  ///< somebody else's object is at its key: it stays
  taken,     ///< other bytes are at its key, and stay (Item::yields, steps_aside)
};

/// Notes with this prefix say how far each broadcast is done; without them everything is looked up anew, object by object.
constexpr std::string_view progress_notes = "mark/";

/// Where a rendition's objects and playlists are.
struct RenditionPlace {
  std::string stream, name;
  std::filesystem::path folder;  ///< of its files
  bool of_ours =
      true;  ///< numbers are never used twice; else each broadcast has a folder of its own
  std::string
      to_list;  ///< from the stream's folder to the writer's list: "720p/", nothing or "../"
  /// Broadcasts of which each rendition has playlists of its own beside its segments; ids.
  std::set<std::string, std::less<>> nested{};

  [[nodiscard]] std::string object_key(std::string_view id, std::string_view file) const;
  /// Of a tree of ours: where a file goes whose key is taken.  A machine without a battery for its clock may give a number
  /// twice, once its folder was removed.
  [[nodiscard]] std::string aside_key(std::string_view id, std::string_view file) const;
  [[nodiscard]] std::string playlist_key(std::string_view id, std::size_t volume) const;
  /// From its playlists to its segments.
  [[nodiscard]] std::string uri_prefix(std::string_view id) const;
  /// From its playlists to where the writer's list is.
  [[nodiscard]] std::string key_prefix(std::string_view id) const;
  /// Of a note of the journal about it.
  [[nodiscard]] std::string note(std::string_view what, std::string_view id) const;
  /// The one that says how far its playlists are done.
  [[nodiscard]] std::string mark_note(std::string_view id) const;
};

class RenditionSync {
 public:
  /// `split`: of the archive's playlists.  `marks`: keep `.uploaded`.  The journal must outlive it.
  RenditionSync(RenditionPlace place, std::chrono::milliseconds split, bool marks,
                Journal& journal);

  /// The next entry of its journal.
  void take(JournalEntry entry);
  /// Of `id`, of which nothing was taken yet, it will have playlists of its own.
  void nest(const std::string& id) { place_.nested.insert(id); }
  /// Its journal comes again from its begin.  Files that are in hand stay so.
  void again();
  /// Of the broadcast that goes on, as the writer's list says.
  void describe(std::chrono::seconds target, bool independent);
  /// Nothing will follow in it, or in any before it.
  void over(std::string_view id);

  /// The id of the entry that was taken last; empty before the first.
  [[nodiscard]] const std::string& current() const { return current_; }

  /// Adds at most `most` files that are to be uploaded, in order, and of which settle() has not told.
  void want(std::size_t most, std::vector<Item>& out);
  /// What has failed is to be uploaded again.
  void retry();
  /// False: that key is none of this rendition's.
  bool settle(const std::string& key, Outcome outcome);

  struct Broadcast {
    std::string id;
    bool over = false;
    VodList list;
    std::uint64_t skip = 0;                  ///< entries that stand in volumes that are done
    std::uint64_t entries = 0;               ///< taken
    std::deque<live::hls::Segment> waiting;  ///< with names of files for URIs
    std::optional<live::hls::Map> listed_map;
    /// All of it is listed.
    [[nodiscard]] bool is_whole() const { return over && waiting.empty(); }
  };
  /// Those that are not done, in order.
  [[nodiscard]] std::deque<Broadcast>& broadcasts() { return broadcasts_; }
  [[nodiscard]] const std::deque<Broadcast>& broadcasts() const { return broadcasts_; }
  [[nodiscard]] Broadcast* find(std::string_view id);
  /// The first volume of `id` is in the bucket, closed.
  void volume_done(std::string_view id);
  /// All playlists of `id` are in the bucket, closed; it is forgotten.
  void broadcast_done(std::string_view id);
  /// Nobody wants this file of it: it need not stay until it is uploaded.
  void spare(const std::string& name);
  /// Names that became safe come to `.uploaded`.
  void flush();

  [[nodiscard]] const RenditionPlace& place() const { return place_; }
  /// Segments that are not listed yet; when the first of them was written.
  [[nodiscard]] std::uint64_t waiting() const;
  [[nodiscard]] std::optional<live::WallClock> oldest() const;
  [[nodiscard]] std::uint64_t waiting_bytes() const;  ///< of the files that have been looked at
  [[nodiscard]] std::uint64_t lost() const { return lost_; }
  /// Files of this rendition that are in the bucket and on the disk, as far as is known since the start: key by name.
  [[nodiscard]] const std::map<std::string, std::string>& safe_files() const { return safe_; }
  void forget_file(const std::string& name) { safe_.erase(name); }

 private:
  enum class State { waiting, in_hand, failed, safe, lost };
  struct Object {
    State state = State::waiting;
    FileMark mark;
    std::uint64_t bytes = 0;
    bool aside = false;   ///< it is at its aside_key()
    bool yields = false;  ///< the journal knows another file at its key
  };

  Broadcast& begin(const std::string& id);
  [[nodiscard]] std::string name_of(std::string_view id, const std::string& uri) const;
  void skip(const Broadcast& broadcast, const live::hls::Segment& segment);
  /// What is known of a file; looked at when it is asked for first.
  Object& object(const Broadcast& broadcast, const std::string& uri);
  [[nodiscard]] std::map<std::string, Object>::iterator in_hand(const std::string& key);
  [[nodiscard]] bool may_grow(const Broadcast& broadcast, std::size_t at) const;
  bool want_some(Broadcast& broadcast, std::size_t limit, std::vector<Item>& out);
  bool want_one(const Broadcast& broadcast, const std::string& uri, std::vector<Item>& out);
  void advance(Broadcast& broadcast);
  void list_front(Broadcast& broadcast);
  void mark_safe(const std::string& key, const std::string& uri);

  RenditionPlace place_;
  std::chrono::milliseconds split_;
  bool marks_;
  Journal* journal_;
  UploadedFile uploaded_;
  std::deque<Broadcast> broadcasts_;
  std::map<std::string, Object> objects_;  ///< of what waits, and init segments; by key
  std::map<std::string, std::string> safe_;
  std::string current_;  ///< the id that entries belong to
  std::chrono::seconds target_{1};
  bool independent_ = false;
  std::uint64_t lost_ = 0;
};

}  // namespace s3_dvr_sync

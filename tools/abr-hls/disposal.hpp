// Files that have left their list, until it is their time to go: RFC 8216 §6.2.2, and holds (man 5 hls-tree).
#pragma once

#include "common/base/units.hpp"
#include "common/tree/hold.hpp"
#include "common/tree/stream_record.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace abr_hls {

class Stats;

class Disposal {
 public:
  struct Rules {
    bool keeps_media = false;    ///< --record: init and media segments never go
    std::uint64_t min_free = 0;  ///< bytes; 0: the smaller of 2G and 10 % of the file system
  };
  /// `folder`: ROOT/<stream>.
  Disposal(std::filesystem::path folder, Rules rules, Stats& stats);

  /// `name` in the rendition's folder goes at `due`, or later where it is held.  A name that is none of a tree's stays.
  void add(const std::string& rendition, const std::string& name, live::Monotonic due);
  /// Deletes what is due.  At most once a second.
  void tick(live::Monotonic now);
  /// What the stream consists of, for a hold of its best rendition.
  void ladder(std::vector<live::tree::RenditionRecord> ladder) { ladder_ = std::move(ladder); }
  /// Is this rendition to be written so that a power cut does not lose it?
  [[nodiscard]] bool is_held(const std::string& rendition) const;

 private:
  static constexpr std::chrono::seconds held_pause{5};  ///< until a held file is asked for again
  struct One {
    std::string rendition, name;
    bool media = true;  ///< not a part
  };

  [[nodiscard]] bool may_go(const One& one);
  void free_space();
  void remove(const One& one);
  [[nodiscard]] bool is_short_of_space() const;

  std::filesystem::path folder_;
  Rules rules_;
  Stats& stats_;
  live::tree::Hold hold_;
  std::vector<live::tree::RenditionRecord> ladder_;
  std::map<std::string, live::tree::Uploaded> uploaded_;
  std::multimap<live::Monotonic, One> due_;
  std::multimap<std::uint64_t, One> held_;  ///< by number: the oldest first
  live::Monotonic next_look_{}, next_held_look_{};
  bool says_lost_ = false;
};

}  // namespace abr_hls

// What a writer does with the folder that it finds: goes on with the broadcast, or begins a new one (man 5 hls-tree).  Pure:
// decides from what an inventory has read.
#pragma once

#include "common/base/units.hpp"
#include "common/hls/media_playlist.hpp"
#include "common/tree/names.hpp"
#include "common/tree/stream_record.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace abr_hls {

/// A rendition's folder as it was found.
struct FoundRendition {
  std::string name;
  std::optional<live::hls::MediaPlaylist> list;  ///< nothing: not there, or it cannot be read
  std::vector<live::hls::Segment> journal;       ///< of the last broadcast in it
  std::string journal_broadcast;                 ///< its id; empty: there is no journal
  std::vector<std::string> files;                ///< that bear names of a tree
  std::set<std::string> damaged;  ///< listed or in the journal's end, and missing or not whole
};

struct Found {
  live::WallClock now;
  std::optional<live::WallClock> last_written;  ///< the newest segment or part
  std::optional<live::tree::StreamRecord> record;
  std::set<std::string> broadcasts;  ///< the ids of all journals
  std::vector<FoundRendition> renditions;
};

struct ResumeWish {
  std::chrono::milliseconds resume{60'000};
  std::string id;         ///< LIVE_ID; empty: none
  std::string random_id;  ///< for a new broadcast without one, or with one that was used
  live::tree::Container container = live::tree::Container::fmp4;
  bool record = false;  ///< --record: EVENT lists, which must not become others (RFC 8216 §6.2.1)
};

/// Parts of a segment that was not finished, which become one.
struct Join {
  std::string rendition, segment;
  std::vector<std::string> parts;
};

struct Plan {
  bool resumed = false;
  std::string id;
  std::string next_id;  ///< of a further broadcast
  live::WallClock started;
  live::WallClock ends{};     ///< of what is listed, by EXT-X-PROGRAM-DATE-TIME
  bool was_recorded = false;  ///< what is there was written with --record
  std::vector<live::tree::RenditionRecord> recorded;  ///< the renditions of .stream.json
  std::uint64_t next_number = 0, next_sequence = 0;
  std::uint64_t discontinuities =
      0;  ///< number of what comes next, if no discontinuity precedes it

  struct Rendition {
    std::string name;
    std::optional<live::hls::MediaPlaylist> list;  ///< goes on; nothing: a new one begins
    std::string journal_broadcast;
    std::vector<live::hls::Segment> journal_lacks;
  };
  std::vector<Rendition> renditions;
  std::vector<Join> joins;
  struct File {
    std::string rendition, name;
  };
  std::vector<File> leftovers;  ///< nobody was ever told of them
  std::vector<File> old;        ///< some player may still know them
};

Plan decide(const Found& found, const ResumeWish& wish);

}  // namespace abr_hls

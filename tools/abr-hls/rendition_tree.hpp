// The folder of one rendition: init, segments and parts, its playlist and its journal (man 5 hls-tree).
//
// In this order, so that whoever reads never misses what is named, and the journal knows all that was ever listed: parts,
// playlist with them, ... segment, journal, playlist.
#pragma once

#include "common/hls/window.hpp"
#include "common/tree/names.hpp"
#include "tools/abr-hls/disk.hpp"
#include "tools/abr-hls/disposal.hpp"
#include "tools/abr-hls/media_writer.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace abr_hls {

struct RenditionStats;

/// What all renditions have in common of one segment.
struct SegmentFacts {
  std::uint64_t number = 0;    ///< of its files
  std::uint64_t sequence = 0;  ///< EXT-X-MEDIA-SEQUENCE
  live::WallClock begins;      ///< EXT-X-PROGRAM-DATE-TIME
  bool discontinuity = false;
};

class RenditionTree {
 public:
  struct Rules {
    std::filesystem::path folder;  ///< ROOT/<stream>
    std::string broadcast;         ///< id
    live::tree::Container container = live::tree::Container::fmp4;
    live::hls::Window::Rules window;
    bool recorded = false;  ///< what is written is to survive a power cut
  };
  /// What is there already.
  struct Begin {
    live::hls::MediaPlaylist list;
    std::string journal_broadcast;  ///< the last one in its journal; empty: there is none
    std::vector<live::hls::Segment> journal_lacks;  ///< listed, and not in the journal
  };
  RenditionTree(Rules rules, std::string name, Begin begin, Disk& disk, Disposal& disposal,
                Stats& stats);

  /// From the next segment on.
  void epoch(const RenditionInfo& info, const Targets& targets);
  /// The next piece of the segment that is open, or of the next one.
  void put(Piece piece, const SegmentFacts& facts);
  /// The segment that is open, or the next one, is a gap.
  void gap(const SegmentFacts& facts, live::Us duration);
  void end();
  /// Writes the playlist where it has changed; for parts alone not more often than `list_rate` allows.  What has left it goes
  /// its way when that was possible.
  void publish();

  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] const live::hls::MediaPlaylist& list() const { return window_.list(); }
  [[nodiscard]] std::uint64_t next_sequence() const { return window_.next_sequence(); }

 private:
  /// A recording's list grows, and is written as a whole: from `long_list` bytes on what is written for parts is bounded, to so
  /// many bytes a second.  Segments are listed at once.
  static constexpr std::size_t long_list = 256U << 10U, list_rate = 1U << 20U;

  [[nodiscard]] bool has_folder();
  void open(const SegmentFacts& facts);
  bool write_init(std::uint64_t number);
  void write_part(const live::Gather& bytes, live::Us duration, bool independent,
                  const SegmentFacts& facts);
  void close(const SegmentFacts& facts);
  bool write_segment(const SegmentFacts& facts);
  void note_in_journal(const live::hls::Segment& segment);
  void flush_journal();
  void dispose();
  void dispose_map(const std::optional<live::hls::Map>& map, live::Monotonic due);
  [[nodiscard]] std::string file(live::tree::FileName::Kind kind, std::uint64_t number,
                                 std::uint32_t part = 0) const;
  [[nodiscard]] bool durable() const;

  Rules rules_;
  std::string name_;
  std::filesystem::path folder_;
  bool has_folder_ = false;
  Disk& disk_;
  Disposal& disposal_;
  Stats& stats_;
  RenditionStats* mine_ = nullptr;  ///< nullptr: it is none of the ladder's
  live::hls::Window window_;
  std::optional<MediaWriter> writer_;
  std::optional<live::hls::Map> map_;  ///< of the next segment
  bool wants_init_ = false;            ///< the writer's is not written yet
  live::Us part_target_{};             ///< 0: no parts

  // the open segment
  std::vector<live::Gather> media_;
  std::int64_t duration_ = 0;  ///< 1/90000 s
  std::uint32_t parts_ = 0;
  bool spoilt_ = false;  ///< it cannot become whole

  std::string journal_;  ///< lines that wait for the disk
  std::string journal_broadcast_;
  std::optional<live::hls::Segment> journaled_;  ///< the last one
  bool changed_ = false;
  bool urgent_ = false;           ///< by more than parts
  live::Monotonic parts_due_{};   ///< parts alone are not written before
  live::hls::Window::Gone gone_;  ///< from a list that is not written yet
};

}  // namespace abr_hls

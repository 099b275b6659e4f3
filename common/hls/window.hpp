// The sliding list of a live media playlist: RFC 8216 §6.2.1, §6.2.2; for parts draft-pantos-hls-rfc8216bis §4.4.4.9.
//
//   a segment leaves    when more than `segments` are listed and what stays lasts three target durations
//   its parts leave     all at once (players count them), when it ends three target durations before the list's end
//   MEDIA-SEQUENCE      +1 for each segment that leaves
//   DISCONTINUITY-SEQUENCE  +1 for each that leaves and has the tag
//
// Pure.  What has left is told, because its files stay for a while.
#pragma once

#include "common/hls/media_playlist.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace live::hls {

class Window {
 public:
  struct Rules {
    std::size_t segments = 10;  ///< listed
    bool keeps_all = false;     ///< segments never leave (EVENT)
  };

  /// Goes on with `list`, which may have no segments yet; its parts belong to the segment that is open.
  Window(Rules rules, MediaPlaylist list) : rules_(rules), list_(std::move(list)) {}

  /// The next segment begins: `head` says what stands before it (discontinuity, map, program_date_time, others).
  void open(Segment head);
  /// Of the open segment.
  void part(Part part);
  /// The open segment is whole, or a gap: then its parts are forgotten, and come to gone() if any was no gap.
  void close(std::string uri, Us duration, bool gap);
  /// EXT-X-ENDLIST.
  void end() { list_.ended = true; }
  /// PART-INF, and what it asks of SERVER-CONTROL (nothing: no parts).  Parts that were made for another PART-TARGET leave.
  void part_target(std::optional<Us> target);
  void version(unsigned version) { list_.version = version; }
  /// From now on segments need not begin with a key frame.
  void not_independent() { list_.independent_segments = false; }

  [[nodiscard]] const MediaPlaylist& list() const { return list_; }
  /// As format() writes it, but for an EXT-X-MAP that may stand twice.  A recording's list is long and is asked for twice a
  /// second: what does not change any more is kept as text.  REQUIRES: list().version is not 0.
  std::string text();
  /// Of the segment that is open, or of the next one.
  [[nodiscard]] std::uint64_t next_sequence() const {
    return list_.media_sequence + list_.segments.size();
  }
  [[nodiscard]] bool has_open() const { return open_; }

  /// What has left the list since the last call.
  struct Gone {
    std::vector<Segment> segments;
    std::vector<Part> parts;
    /// Of the longest list that they stood in.
    Us list_duration{};
  };
  Gone take_gone() { return std::exchange(gone_, {}); }

 private:
  void slide();
  void drop_parts();
  void leave(std::vector<Part>& parts);

  Rules rules_;
  MediaPlaylist list_;
  Segment head_;
  bool open_ = false;
  Gone gone_;
  std::string settled_;            ///< the text of the first
  std::size_t settled_count_ = 0;  ///< segments
};

/// Of all segments listed.
Us duration_of(const MediaPlaylist& list);
/// The discontinuity sequence number of what follows the last segment, if no discontinuity precedes it: RFC 8216 §4.3.3.3.
std::uint64_t discontinuities_at_end(const MediaPlaylist& list);

}  // namespace live::hls

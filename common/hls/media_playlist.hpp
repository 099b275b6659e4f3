// Media playlists as values: RFC 8216 §4.3 and draft-pantos-hls-rfc8216bis §4.4, low-latency tags included.
//
// Text in, value out, and back: whatever a playlist says that this room does not know is kept line by line before the
// segment that it stood before, so that nothing is lost on the way from a journal to an archive.
#pragma once

#include "common/base/step.hpp"
#include "common/base/units.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace live::hls {

/// EXT-X-BYTERANGE and BYTERANGE attributes.
struct ByteRange {
  std::uint64_t length = 0;
  std::optional<std::uint64_t> offset;  ///< nothing: behind the range before
  bool operator==(const ByteRange&) const = default;
};

/// EXT-X-MAP: the init segment.
struct Map {
  std::string uri;
  std::optional<ByteRange> range;
  bool operator==(const Map&) const = default;
};

/// EXT-X-PART.
struct Part {
  std::string uri;
  Us duration{};
  bool independent = false;  ///< begins with a key frame
  bool gap = false;
  std::optional<ByteRange> range;
  bool operator==(const Part&) const = default;
};

struct Segment {
  std::string uri;
  Us duration{};
  std::string title;           ///< behind EXTINF's comma; mostly empty
  bool discontinuity = false;  ///< EXT-X-DISCONTINUITY stands before it
  bool gap = false;            ///< EXT-X-GAP: listed, and not to be loaded
  std::optional<Map> map;      ///< the one that applies to it; written where it changes
  std::string
      key;  ///< the attributes of the EXT-X-KEY that applies, as they are, one line each where several do; empty: none
  std::optional<WallClock> program_date_time;  ///< milliseconds; of its own tag only
  std::optional<ByteRange> range;
  std::vector<Part> parts;
  std::vector<std::string>
      others;  ///< tags and comments before it that are none of the above, in order; written first

  bool operator==(const Segment&) const = default;
};

/// EXT-X-SERVER-CONTROL.
struct ServerControl {
  bool can_block_reload = false, can_skip_dateranges = false;
  std::optional<Us> can_skip_until, hold_back, part_hold_back;
  bool operator==(const ServerControl&) const = default;
};

/// EXT-X-PRELOAD-HINT.
struct PreloadHint {
  bool map = false;  ///< TYPE=MAP instead of PART
  std::string uri;
  bool operator==(const PreloadHint&) const = default;
};

/// EXT-X-RENDITION-REPORT.
struct RenditionReport {
  std::string uri;
  std::uint64_t last_sequence = 0;
  std::optional<std::uint64_t> last_part;
  bool operator==(const RenditionReport&) const = default;
};

struct MediaPlaylist {
  enum class Type { live, event, vod };

  /// 0: format() writes the least that the tags need (RFC 8216bis §8).  Parsed: 1 where the tag is missing.
  unsigned version = 0;
  std::chrono::seconds target_duration{};
  std::uint64_t media_sequence = 0, discontinuity_sequence = 0;
  Type type = Type::live;
  bool independent_segments = false;
  bool ended = false;  ///< EXT-X-ENDLIST
  std::optional<Us> part_target;
  std::optional<ServerControl> server_control;
  std::uint64_t skipped = 0;  ///< EXT-X-SKIP: segments left out before the first of `segments`
  std::vector<Segment> segments;
  std::vector<Part> parts;  ///< of the segment that is not whole yet, behind the last one
  /// What stands before those parts: they begin a segment that is not whole.
  bool parts_discontinuity = false;
  std::optional<Map> parts_map;
  std::optional<WallClock> parts_date_time;
  std::vector<std::string> parts_others;
  std::optional<PreloadHint> preload_hint;
  std::vector<RenditionReport> reports;
  std::vector<std::string>
      head_others;  ///< EXT-X-START, EXT-X-DEFINE, EXT-X-I-FRAMES-ONLY: they apply to the whole list

  bool operator==(const MediaPlaylist&) const = default;
};

/// LF line ends, durations with as many decimals as they need, at most 6.  A map cannot be unsaid: a segment without one
/// behind one that has it cannot be written.  REQUIRES: no line end in any string, no quote in what is quoted, no negative
/// duration.
std::string format(const MediaPlaylist& playlist);
/// What format() writes before the first segment and behind the last one.
std::string format_head(const MediaPlaylist& playlist);
std::string format_tail(const MediaPlaylist& playlist);
/// One segment as a journal appends it: its tags and its URI; `before`: the segment that it follows, or nullptr.
std::string format_entry(const Segment& segment, const Segment* before);

struct PlaylistLimits {
  std::size_t bytes = 16U << 20U;  ///< 16 MiB: a journal of a month
  std::size_t segments = 1'000'000;
  std::size_t line_bytes = 8192;
};
/// CR LF and LF.  Malformed::at is the number of the line (from 1), `why` names the tag and the rule.  Durations are at most
/// 1,000,000 s.  What format() writes of it parses to an equal value.
Parsed<MediaPlaylist> parse_media_playlist(std::string_view text,
                                           const PlaylistLimits& limits = {});

/// What a journal holds that a crash in mid-append has cut: everything up
/// to the last URI line that ends with a line end; empty where there is none.
std::string_view whole_entries(std::string_view journal);

}  // namespace live::hls

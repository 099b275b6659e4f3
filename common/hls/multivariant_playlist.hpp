// Multivariant playlists as values: RFC 8216 §4.3.4, draft-pantos-hls-rfc8216bis §4.4.6.
#pragma once

#include "common/base/step.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace live::hls {

/// EXT-X-STREAM-INF and its URI.
struct Variant {
  std::string uri;
  std::uint64_t bandwidth = 0;  ///< bits per second, peak of any 0.5 to 1.5 target durations
  std::optional<std::uint64_t> average_bandwidth;
  std::string codecs;                   ///< "avc1.4d401f,mp4a.40.2"; RFC 6381
  std::uint32_t width = 0, height = 0;  ///< 0: no RESOLUTION (audio only)
  double frame_rate = 0;                ///< 0: none; written with 3 decimals
  std::string audio_group;              ///< AUDIO; empty: none
  std::string
      name;  ///< of the rendition, for people (NAME is no attribute of the tag); not written
  std::vector<std::string> others;  ///< attributes that are none of the above, as they are

  bool operator==(const Variant&) const = default;
};

/// EXT-X-MEDIA.
struct MediaRendition {
  std::string type, group, name, uri, language;
  bool is_default = false, autoselect = false;
  std::vector<std::string> others;
  bool operator==(const MediaRendition&) const = default;
};

struct MultivariantPlaylist {
  /// 0: format() writes the least that is needed.  Parsed: 1 where the tag is missing.
  unsigned version = 0;
  bool independent_segments = false;
  std::vector<Variant> variants;  ///< players begin with the first one
  std::vector<MediaRendition> media;
  std::vector<std::string> others;  ///< tags of the head that are none of the above

  bool operator==(const MultivariantPlaylist&) const = default;
};

/// The variant for start-up first: the best of at most `start` bits per second; then from the lowest rate up; sound alone
/// last, as players choose it last.
void order_for_players(std::vector<Variant>& variants, std::uint64_t start);

/// LF line ends.  REQUIRES: no line end in any string, no quote in what is quoted.
std::string format(const MultivariantPlaylist& playlist);
/// At most 1 MiB and 1,000 variants.  Malformed::at is the number of the line.  What format() writes of it parses to an
/// equal value.
Parsed<MultivariantPlaylist> parse_multivariant_playlist(std::string_view text);

}  // namespace live::hls

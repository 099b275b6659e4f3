// Init segments: ftyp and moov.  Written for live fMP4 (man 5 live-fmp4), read from anybody.
#pragma once

#include "common/base/bytes.hpp"
#include "common/base/step.hpp"
#include "common/codec/parameters.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace live::mp4 {

struct Track {
  std::uint32_t id = 0;         ///< 1 and up; unique in the file
  std::uint32_t timescale = 0;  ///< ticks per second
  codec::Parameters parameters;
  int rotation =
      0;  ///< video: clockwise turn that shows it upright: 0, 90, 180 or 270 (the matrix of tkhd)

  [[nodiscard]] bool is_video() const { return codec::is_video(parameters.codec); }
  bool operator==(const Track&) const = default;
};

/// A track as read, with the defaults of its trex box (ISO/IEC 14496-12 §8.8.3).
struct InitTrack : Track {
  std::uint32_t default_duration = 0, default_size = 0, default_flags = 0;
  bool known = true;  ///< false: a codec that we do not know; parameters hold nothing but sizes
  std::string sample_entry;  ///< its four characters, e.g. "avc1"
};

struct Init {
  std::vector<InitTrack> tracks;  ///< in file order
  /// The track with the lowest id of its kind, or nullptr: the others are ignored (man 5
  /// live-fmp4).
  [[nodiscard]] const InitTrack* video() const;
  [[nodiscard]] const InitTrack* audio() const;
};

/// ftyp and moov with mvex; no samples, no edit lists.  Brands iso6, mp41, cmfc where it holds.
/// Sample entries: avc1, hvc1, av01, vp09, mp4a (AAC, MP3), Opus, fLaC, ac-3, ec-3.
Buffer write_init(std::span<const Track> tracks);

/// Reads ftyp (optional) and moov.  Malformed names the box and the rule.
Parsed<Init> read_init(Bytes init_segment);

/// `video/mp4; codecs="avc1.64001f,mp4a.40.2"` of the main tracks; audio/mp4 without video.
std::string mime(const Init& init);

}  // namespace live::mp4

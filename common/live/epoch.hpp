// An epoch: the part of a live stream that one init segment describes (man 5 live-fmp4).
#pragma once

#include "common/mp4/stream_reader.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace live {

/// A point on a time line, exact: `ticks` / `scale` seconds.
struct MediaTime {
  std::int64_t ticks = 0;
  std::uint32_t scale = 1;
};
bool earlier(MediaTime a, MediaTime b);
/// `time` in units of 1/`scale` seconds, rounded to the nearest.
std::int64_t ticks_of(MediaTime time, std::uint32_t scale);

struct Epoch {
  std::uint32_t number = 0;  ///< 1 and up within a stream
  Buffer init_bytes;
  mp4::Init init;
  std::string mime;                ///< video/mp4; codecs="..."
  std::optional<MediaTime> begin;  ///< earliest sample of its first fragment
  std::optional<MediaTime> end;    ///< where its latest fragment ends
};

/// A decoder that was made for `a` goes on with `b`'s fragments: the same tracks, codecs and
/// defaults.
bool same_parameters(const Epoch& a, const Epoch& b);

}  // namespace live

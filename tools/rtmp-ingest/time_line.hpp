// The stream's time line: where the frames of each of its tracks stand, whatever stamps the publisher sends and however
// often it comes back (common/timeline).
#pragma once

#include "common/base/units.hpp"
#include "common/timeline/repair.hpp"
#include "common/timeline/sample_grid.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace rtmp_ingest {

class TimeLine {
 public:
  /// As a message stamps a frame.
  struct Sent {
    std::uint32_t timestamp = 0;      ///< ms, wraps at 2^32
    std::uint32_t nanoseconds = 0;    ///< to be added
    std::int32_t composition_ms = 0;  ///< video
    live::Monotonic arrived;
  };
  struct Place {
    live::timeline::Repaired at;  ///< video: 1/90000 s, audio: samples; from 10 s on
    std::uint32_t ms = 0;         ///< of the decode time, from 0: for players
  };

  /// The publisher begins, or comes back: time goes on where it stands.
  void begin_session();

  /// `track`: any small number; each has a line of its own and is either video or audio.
  Place picture(std::size_t track, const Sent& sent);
  /// `samples` of the frame, 0 where they cannot be told.  REQUIRES: rate > 0.
  Place sound(std::size_t track, const Sent& sent, std::uint32_t rate, std::uint32_t samples);

  /// Stamps that were of no use.
  [[nodiscard]] std::uint64_t repairs() const;

 private:
  struct Line {
    std::optional<std::size_t> index;  ///< in repair_, of this session
    std::uint32_t timescale = 0;
    std::optional<live::timeline::SampleGrid> grid;
  };
  Line& line(std::size_t track, const live::timeline::TrackSpec& spec);
  Place place(const Line& line, const Sent& sent);

  live::timeline::Repair repair_{true};
  std::vector<Line> lines_;
};

}  // namespace rtmp_ingest

// Audio stamps that were rounded on their way, back on the grid of their samples.
//
// RTMP counts milliseconds, so that AAC frames of 21.333 ms come 21, 21 and 22 ms apart, however exact the encoder
// was.  As long as the stamps agree with frames that follow each other without a gap, these say where a frame is:
//
//   stamped, in samples of 48 kHz    0  1008  2064  3072  4080  5136
//   given                            0  1024  2048  3072  4096  5120
//
// A frame that is up to 1 ms away from the grid is put on it.  Between 1 and 2 ms the grid is pulled along as far as
// needed, so that it follows a clock that runs a little fast or slow without a step.  Further away is a gap or a jump:
// the grid begins anew there.  So nothing drifts, whatever the rates are.
#pragma once

#include <cstdint>
#include <optional>

namespace live::timeline {

class SampleGrid {
 public:
  /// Ticks per second of the track, its sample rate.  REQUIRES: not 0.
  explicit SampleGrid(std::uint32_t timescale);

  /// Where the frame stands that is stamped `dts` and lasts `samples` (0: not known, so it stays where it is).  Ticks;
  /// greater than the last one.
  std::uint64_t place(std::uint64_t dts, std::uint32_t samples);

 private:
  std::int64_t tolerance_;
  std::optional<std::int64_t> next_;  ///< where the next frame is expected
  std::int64_t last_ = -1;            ///< what was given last
};

}  // namespace live::timeline

// Decode times for frames that come with presentation times only, as RTP sends them.
//
// With d frames of reordering, the decode time of a frame is the smallest of the last d + 1
// presentation times: it never lies behind its own and grows from frame to frame.  d begins at 0,
// which is right for almost every camera, and grows when a frame comes that should have been shown
// before one that has a decode time already:
//
//   pts  0 3 1 2 6 4 5 9     the frame stamped 1 shows that d is 1; it and the next ones are a tick
//   dts  0 3 . . . 4 5 6     apart until the presentation times have caught up
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace live::timeline {

class ReorderDelay {
 public:
  /// Nothing when `pts` is no neighbour of those before it (a jump, a reset, a repetition): then it
  /// means nothing for the order, and restart() follows if it turns out to be a new time line.
  std::optional<std::int64_t> decode_time(std::int64_t pts, std::int64_t ticks_per_second);
  /// A frame came with a decode time of its own.
  void note(std::int64_t dts) { last_ = dts; }
  void restart();

  [[nodiscard]] std::size_t depth() const { return depth_; }

 private:
  static constexpr std::size_t most_depth = 4;  ///< B-frame pyramids of live encoders need 1 or 2

  std::array<std::int64_t, most_depth + 1> held_{};  ///< ascending; the newest presentation times
  std::size_t size_ = 0, depth_ = 0;
  std::optional<std::int64_t> last_;  ///< decode time that was given last
};

}  // namespace live::timeline

// What to give up when the machine is too slow for live input, and when to take it back.  Pure: fed with times.
//
// Too slow: the queue to the decoder has been nearly full for `patience`, and over that time less media than time has gone
// through.  Then --overload drop-rung gives up the top rung (the next one after another `patience`; never the last),
// drop-frames every second picture (after another `patience` three of four, then seven of eight), wait nothing.  What was given
// up comes back in the same steps when the queue has been nearly empty for some time, and the processors have room for what it
// cost when it ran; when that fails, the next try waits twice as long.
#pragma once

#include "common/base/units.hpp"
#include "tools/abr-hls/options.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <vector>

namespace abr_hls {

class Governor {
 public:
  static constexpr std::chrono::seconds patience{4};
  static constexpr std::chrono::seconds first_retry{20}, longest_retry{600};
  static constexpr std::chrono::seconds proof{60};  ///< a return that lasts this long has succeeded

  struct Reading {
    std::int64_t media =
        0;  ///< presentation time of a picture on its way to the encoders, 1/90000 s
    live::Monotonic now;
    double queue_fill = 0;                               ///< of the queue to the decoder, 0 to 1
    std::chrono::nanoseconds process_cpu{};              ///< used by all threads
    std::span<const std::chrono::nanoseconds> rung_cpu;  ///< used by each rung's thread, top first
    double processors = 1;
  };
  struct Decision {
    std::size_t first = 0;  ///< rungs above it are to be given up
    bool shed = false;      ///< leave this picture out
    bool too_slow = false;
    double speed = 0;  ///< media over time in the last seconds; 0: not known yet
  };

  Governor(Overload policy, std::size_t rungs) : policy_(policy), costs_(rungs, 0.0) {}

  Decision picture(const Reading& reading);

 private:
  struct Point {
    std::int64_t media;
    live::Monotonic now;
    std::chrono::nanoseconds process_cpu;
    std::vector<std::chrono::nanoseconds> rung_cpu;
  };

  void remember(const Reading& reading);
  void note_fill(const Reading& reading);
  [[nodiscard]] double speed() const;
  void give_up(const Reading& reading);
  void consider_return(const Reading& reading);
  [[nodiscard]] bool has_room(const Reading& reading) const;
  [[nodiscard]] bool gave_something_up() const { return first_ > 0 || shedding_ > 0; }

  Overload policy_;
  std::deque<Point> window_;
  std::optional<live::Monotonic> full_since_, calm_since_, returned_at_;
  live::Monotonic changed_at_{};
  std::chrono::seconds retry_ = first_retry;
  std::vector<double> costs_;  ///< processors that each rung took
  std::size_t first_ = 0;
  unsigned shedding_ = 0;  ///< one picture of 2 to the power of this is taken
  unsigned pictures_ = 0;
  bool too_slow_ = false;
};

}  // namespace abr_hls

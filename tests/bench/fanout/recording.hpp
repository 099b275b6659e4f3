// A recorded live fMP4 file, cut into what a live server sends at a time, and the pace of a camera.
#pragma once

#include "common/base/bytes.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace fanout {

struct Recording {
  live::Buffer init;
  std::vector<live::Buffer> fragments;
};

/// Reads a whole file.  Throws Failure(no_input, bad_data); a second epoch is bad data.
Recording read_recording(const std::string& path);

/// Beats at a fixed rate on the monotonic clock, without drift.
class Pace {
 public:
  using Clock = std::chrono::steady_clock;
  explicit Pace(double per_second)
      : step_(std::chrono::duration_cast<Clock::duration>(
            std::chrono::duration<double>{1.0 / per_second})),
        next_(Clock::now() + step_) {}

  [[nodiscard]] Clock::time_point next() const { return next_; }
  void advance() { next_ += step_; }

 private:
  Clock::duration step_;
  Clock::time_point next_;
};

}  // namespace fanout

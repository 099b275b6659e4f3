// What the program tells about itself.  Written by the media thread, read by the main thread.
#pragma once

#include "common/base/metrics.hpp"

#include <atomic>
#include <chrono>
#include <mutex>
#include <string>

namespace rtsp2fmp4 {

class Stats {
 public:
  live::Counter packets, frames, bytes, fragments, epochs;
  live::Counter reconnects, failures;
  live::Counter
      dropped_frames;         ///< before the first key frame, or because transcoding was too slow
  live::Counter late_slices;  ///< came after their access unit was written
  live::Counter merged_packets;  ///< further packets of one access unit
  live::Counter silent_packets;
  live::Counter late_audio;  ///< dropped where silence had been written
  live::Counter jumps, resets, duplicates, unstamped, wraps, new_lines;  ///< repairs of stamps
  live::Counter within_1ms, within_5ms,
      within_20ms;          ///< fragments, from their last packet to the pipe
  live::Counter connected;  ///< 1 or 0

  Stats() : started_(std::chrono::steady_clock::now()) {}

  /// "connecting", "running", "waiting: connection refused".
  void set_state(const std::string& state);
  void set_codecs(const std::string& codecs);
  [[nodiscard]] std::string state() const;

  void write(live::MetricsText& out) const;
  /// "ok" or "degraded: why".
  [[nodiscard]] std::string health() const;
  /// The line on a terminal; rates are since the last call.  Main thread only.
  std::string status_line();

 private:
  mutable std::mutex mutex_;  ///< of the texts
  std::string state_ = "connecting", codecs_;
  std::chrono::steady_clock::time_point started_, shown_{};
  std::uint64_t shown_bytes_ = 0, shown_frames_ = 0;
};

}  // namespace rtsp2fmp4

// What the program tells about itself.  Written by the media threads, read by the main thread.
#pragma once

#include "common/base/metrics.hpp"

#include <chrono>
#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <vector>

namespace abr_hls {

/// Of one rendition.
struct RenditionStats {
  explicit RenditionStats(std::string of) : name(std::move(of)) {}
  std::string name;
  live::Counter pictures, bytes;  ///< given to the segmenter; bytes of audio too
  live::Counter segments, gaps;
  live::Counter active;                               ///< 1: it is being made
  std::uint64_t shown_pictures = 0, shown_bytes = 0;  ///< of the status line
};

class Stats {
 public:
  explicit Stats(const std::vector<std::string>& renditions);

  // input
  live::Counter units, input_bytes, epochs, holes;
  live::Counter unusable;  ///< units before the first key frame, and such as no decoder takes
  // codecs
  live::Counter pictures;         ///< decoded
  live::Counter capped_pictures;  ///< left out beyond 60 a second
  live::Counter shed_pictures;    ///< left out by --overload drop-frames
  live::Counter held_pictures;    ///< shown again where the source had a hole
  live::Counter given_up;         ///< rungs, now
  live::Counter speed_permille;   ///< media time over time; 1000 is real time
  live::Counter lag_ms;           ///< from the arrival of a picture to its way to the encoders
  live::Counter queue_permille;   ///< how full the queue to the decoder is
  live::Counter too_slow;         ///< 1 while slower than real time
  // output
  live::Counter segments, parts, playlists, written_bytes, deleted_files;
  live::Counter
      lost_files;  ///< deleted for space though a hold asked to keep them until they are uploaded
  live::Counter disk_full;  ///< 1 while waiting for space

  /// In order of the ladder; their number is fixed.
  std::deque<RenditionStats> renditions;

  /// "waiting for media", "running", "ending".
  void set_state(const std::string& state);

  void write(live::MetricsText& out) const;
  /// "ok" or "degraded: why".
  [[nodiscard]] std::string health() const;
  /// The line on a terminal; rates are since the last call.  Main thread only.
  std::string status_line();

 private:
  [[nodiscard]] std::string state() const;
  void write_renditions(live::MetricsText& out) const;

  mutable std::mutex mutex_;  ///< of the text
  std::string state_ = "waiting for media";
  std::chrono::steady_clock::time_point shown_{std::chrono::steady_clock::now()};
};

}  // namespace abr_hls

// Samples to fragments (common/mux), fragments to the output.
#pragma once

#include "common/mux/fragmenter.hpp"
#include "common/timeline/repair.hpp"
#include "tools/rtsp2fmp4/output.hpp"
#include "tools/rtsp2fmp4/sample.hpp"
#include "tools/rtsp2fmp4/stats.hpp"

#include <cstdint>
#include <optional>
#include <vector>

#include <sys/uio.h>

namespace rtsp2fmp4 {

/// Each fragment is written with one writev straight from the packets.
class Muxer {
 public:
  Muxer(live::mux::Cut cut, Output& output, Stats& stats);
  Muxer(const Muxer&) = delete;
  Muxer& operator=(const Muxer&) = delete;

  /// See live::mux::Fragmenter::tracks().
  void tracks(std::optional<live::mux::TrackInfo> video, std::optional<live::mux::TrackInfo> audio);

  void video(Sample sample, const live::timeline::Repaired& at);
  void audio(Sample sample, const live::timeline::Repaired& at);
  /// Writes what is held.  What comes next begins a new fragment.
  void flush() { fragmenter_.flush(); }

  [[nodiscard]] bool begun() const { return fragmenter_.epoch() > 0; }

 private:
  static constexpr std::size_t video_track = 0, audio_track = 1;

  void push(std::size_t track, Sample& sample, const live::timeline::Repaired& at);
  void write(live::mux::Written& fragment);
  void begin_epoch(unsigned number);
  void count_delay(live::Monotonic newest);

  Output& output_;
  Stats& stats_;
  live::mux::Fragmenter fragmenter_;
  live::mux::Sample sample_;  ///< for its vector
  std::vector<iovec> pieces_;
};

}  // namespace rtsp2fmp4

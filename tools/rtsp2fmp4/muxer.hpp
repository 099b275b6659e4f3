// Samples to fragments, fragments to the output, epochs where parameters change.
#pragma once

#include "common/codec/parameters.hpp"
#include "common/mp4/fragment_writer.hpp"
#include "common/timeline/repair.hpp"
#include "tools/rtsp2fmp4/options.hpp"
#include "tools/rtsp2fmp4/output.hpp"
#include "tools/rtsp2fmp4/sample.hpp"
#include "tools/rtsp2fmp4/stats.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include <sys/uio.h>

namespace rtsp2fmp4 {

constexpr std::uint32_t video_timescale = 90'000;

/// Samples are held by reference until their fragment is written with one writev straight from the packets.
class Muxer {
 public:
  Muxer(Cut cut, Output& output, Stats& stats) : cut_(cut), output_(output), stats_(stats) {}

  /// What the tracks are from the next start on (a key frame; without video, any audio sample).  Equal
  /// parameters change nothing, others begin a new epoch there.
  /// `audio_timescale`: of the samples that audio() is given.
  void tracks(std::optional<live::codec::Parameters> video,
              std::optional<live::codec::Parameters> audio, std::uint32_t audio_timescale);

  void video(Sample sample, const live::timeline::Repaired& at);
  /// Dropped while the epoch has no audio track of these parameters.
  void audio(Sample sample, const live::timeline::Repaired& at);
  /// Writes what is held.  What comes next begins a new fragment.
  void flush();

  [[nodiscard]] bool begun() const { return epoch_ > 0; }
  [[nodiscard]] bool has_audio() const { return now_.audio.has_value(); }

 private:
  static constexpr std::uint32_t audio_limit_ms = 200;  ///< of audio alone in one fragment
  static constexpr std::uint32_t audio_gop_ms =
      2'000;  ///< without video, where fragments follow GOPs
  static constexpr std::size_t most_bytes = 32U << 20U;  ///< a GOP beyond is cut in two
  static constexpr std::uint32_t most_seconds = 60;      ///< likewise

  struct Tracks {
    std::optional<live::codec::Parameters> video, audio;
    std::uint32_t audio_timescale = 0;  ///< 0 without audio
    bool operator==(const Tracks&) const = default;
  };
  struct Track {
    std::uint32_t id = 0;
    std::vector<Sample> samples;
    std::vector<live::mp4::SampleEntry> entries;
    std::uint64_t first = 0, last = 0;  ///< decode times of the first and last sample held
    std::uint64_t floor = 0;            ///< the next one is at least here
  };

  void begin_epoch();
  void add(Track& track, Sample sample, const live::timeline::Repaired& at);
  [[nodiscard]] std::uint64_t held(const Track& track, std::uint32_t timescale) const;  ///< ms
  [[nodiscard]] bool cuts_before(const live::timeline::Repaired& at) const;
  [[nodiscard]] std::optional<live::mp4::ProducerTime> producer() const;
  void count_delay();

  Cut cut_;
  Output& output_;
  Stats& stats_;
  Tracks wish_, now_;
  unsigned epoch_ = 0;
  std::uint32_t sequence_ = 0;
  Track video_{1, {}, {}}, audio_{2, {}, {}};
  std::size_t held_bytes_ = 0;
  live::Buffer init_;  ///< of an epoch that has not been written yet
  live::Buffer head_;
  std::vector<iovec> pieces_;
};

}  // namespace rtsp2fmp4

// Writes [prft] moof and the header of mdat; the payload follows from wherever it is (writev).
#pragma once

#include "common/base/bytes.hpp"

#include <cstdint>
#include <optional>
#include <span>

namespace live::mp4 {

struct SampleEntry {
  std::uint32_t duration = 0;    ///< ticks of the track; a prediction for the last one
  std::uint32_t size = 0;        ///< bytes
  std::int32_t composition = 0;  ///< pts - dts, ticks
  bool sync = false;             ///< sample_is_non_sync_sample = 0, sample_depends_on = 2
};

/// The samples of one track in one fragment: one traf with one trun.
struct Run {
  std::uint32_t track = 0;               ///< track id
  std::uint64_t decode_time = 0;         ///< tfdt, ticks of the track
  bool video = false;                    ///< audio samples are all sync
  std::span<const SampleEntry> samples;  ///< borrowed for the call
};

/// prft, ISO/IEC 14496-12 §8.16.5: the producer's wall clock at the arrival of the fragment's first
/// frame; written as version 1 with flags 24.
struct ProducerTime {
  std::uint32_t track = 0;
  std::uint64_t ntp = 0;         ///< 64-bit NTP time
  std::uint64_t media_time = 0;  ///< ticks of the track
};

/// Appends [prft] moof and mdat's header to `out`.  The caller writes the payload next: the bytes
/// of all samples, run by run, in order.  tfdt is version 1, default-base-is-moof set, flags and
/// durations explicit per sample (in tfhd where all are equal).  Returns the size of the payload.
/// REQUIRES: at least one sample in each run.
std::uint64_t write_fragment_head(Buffer& out, std::uint32_t sequence,
                                  const std::optional<ProducerTime>& producer,
                                  std::span<const Run> runs);

}  // namespace live::mp4

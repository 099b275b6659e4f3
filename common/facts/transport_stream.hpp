// The begin of an MPEG transport stream: which elementary streams its first programme has, the bytes with which each
// begins, and when pictures are shown.  ISO/IEC 13818-1: §2.4.3.2 packets, §2.4.3.6 PES, §2.4.4.3 PAT, §2.4.4.8 PMT.  Pure.
//
//   47 | error start priority PID(13) | scrambling adaptation(2) counter(4) | [adaptation] | payload      188 bytes each
#pragma once

#include "common/base/bytes.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace live::facts {

struct ElementaryStream {
  enum class Kind { avc, hevc, adts, mpeg_audio, ac3, eac3, other };
  Kind kind = Kind::other;
  std::uint16_t pid = 0;
  std::uint8_t stream_type = 0;  ///< of the PMT
  live::Buffer begin;  ///< of what the PES packets carry, from the first that is there whole
  std::vector<std::int64_t>
      shown;  ///< presentation stamps of its PES packets, 1/90000 s, without wraps

  [[nodiscard]] bool is_video() const;
  /// False for video, metadata, subtitles.
  [[nodiscard]] bool is_audio() const;
};

struct TransportStreamLimits {
  std::size_t begin_bytes =
      1U << 20U;  ///< kept of each stream: parameter sets stand before the first picture
  std::size_t streams = 16;
  std::size_t stamps = 10'000;
};

/// The streams of the first programme in the order of its PMT; nothing where there is no PMT.  What is damaged is skipped.
std::optional<std::vector<ElementaryStream>> read_transport_stream(
    live::Bytes segment, const TransportStreamLimits& limits = {});

}  // namespace live::facts

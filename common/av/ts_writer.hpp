// MPEG-TS (ISO/IEC 13818-1) of one program into memory: for segments of HLS (RFC 8216 §3.2).
#pragma once

#include "common/av/handles.hpp"
#include "common/base/bytes.hpp"
#include "common/codec/parameters.hpp"

#include <cstdint>
#include <memory>
#include <optional>

namespace live::av {

class TsWriter {
 public:
  /// At least one of both.  Throws Failure(usage) for a codec that MPEG-TS does not carry.
  TsWriter(const std::optional<codec::Parameters>& video,
           const std::optional<codec::Parameters>& audio);
  TsWriter(TsWriter&&) noexcept;
  TsWriter& operator=(TsWriter&&) noexcept;
  ~TsWriter();

  /// PAT and PMT, and nothing before them, stand before what is written next.
  void begin_segment();
  /// A sample as MP4 has it (length-prefixed, raw AAC).  Stamps: video 1/90000 s, audio 1/sample rate; they become those of
  /// the packets as they are, modulo 2^33.  In order of decoding over both tracks.
  void write(bool video, Bytes sample, std::int64_t dts, std::int64_t pts, std::int64_t duration,
             bool key);
  /// All that was written since the last time: whole transport packets, continuity counters going on.
  Buffer take();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace live::av

// The audio of one session: packets of any codec in, samples of one that MP4 carries out.
#pragma once

#include "common/av/audio_transcoder.hpp"
#include "common/av/audio_units.hpp"
#include "common/av/stream.hpp"
#include "common/codec/parameters.hpp"
#include "tools/rtsp2fmp4/sample.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace rtsp2fmp4 {

class AudioTrack {
 public:
  using Sink = std::function<void(Sample)>;

  /// `transcode_to`: "aac", "flac" or empty to copy.  `sink` lives as long as the track.  Throws
  /// Failure(bad_data) when the stream cannot be decoded although it must be.
  AudioTrack(const live::av::Stream& stream, const std::string& transcode_to, Sink sink);

  void push(live::av::Packet packet, const Arrival& arrival);

  /// Nothing until they are known, which the header tells nearly always.
  [[nodiscard]] const std::optional<live::codec::Parameters>& parameters() const;
  /// Time base of the samples' stamps.
  [[nodiscard]] std::uint32_t time_base_num() const { return time_base_num_; }
  [[nodiscard]] std::uint32_t time_base_den() const { return time_base_den_; }
  /// Samples of a packet; 0 = varies.
  [[nodiscard]] std::uint32_t packet_samples() const {
    return units_ ? units_->packet_samples() : 0;
  }

 private:
  void take(live::av::Packet packet, const Arrival& arrival);
  void adopt(const live::av::Stream& coded);

  std::unique_ptr<live::av::AudioTranscoder> transcoder_;
  Sink sink_;
  std::optional<live::av::AudioUnits> units_;  ///< nothing before transcoding knows what it makes
  std::uint32_t time_base_num_ = 1, time_base_den_ = 1000;
};

}  // namespace rtsp2fmp4

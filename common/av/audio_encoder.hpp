// Sound to compressed packets of a fixed length.
#pragma once

#include "common/av/frame.hpp"
#include "common/av/packet.hpp"
#include "common/av/stream.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace live::av {

struct AudioEncoding {
  std::string codec = "aac";  ///< aac opus flac mp2 mp3 pcm_alaw pcm_mulaw g726
  std::uint32_t sample_rate = 48'000, channels = 2;
  std::uint64_t bit_rate = 0;       ///< 0 = a good one for the codec
  std::uint32_t frame_samples = 0;  ///< codecs with free lengths (FLAC, PCM): 0 = 20 ms
  std::uint32_t bits = 16;          ///< FLAC: 16 or 24
};

/// Resamples, reframes and encodes.  Stamps are in 1/sample_rate of the encoding.
class AudioEncoder {
 public:
  explicit AudioEncoder(const AudioEncoding& encoding);

  /// `pts`: of the frame's first sample, if known; a step of more than half a packet restarts the
  /// count, less is jitter and ignored.
  void push(const Frame& frame, std::optional<std::int64_t> pts,
            const std::function<void(Packet)>& sink);
  /// Gives what is left, the last packet filled up with silence where the codec wants it full; then only destruction.
  void finish(const std::function<void(Packet)>& sink);
  /// What its packets are.  A packet is stamped with the time of the sound that a decoder gives for it: an encoder that
  /// needs priming (AAC: 1024 samples) gives a first packet of nothing but that, stamped so much before the first sound.
  [[nodiscard]] const Stream& stream() const { return stream_; }
  [[nodiscard]] std::uint32_t frame_samples() const { return frame_samples_; }

 private:
  void resample(const Frame& frame);
  void resample(const std::uint8_t** planes, int samples);
  void encode(const std::function<void(Packet)>& sink);
  void drain(const std::function<void(Packet)>& sink);

  Owned<AVCodecContext> context_;
  Owned<SwrContext> resampler_;
  Owned<AVAudioFifo> fifo_;
  Frame block_, converted_;
  std::uint32_t frame_samples_ = 0;
  std::int64_t next_pts_ = 0;  ///< of the first sample in the FIFO
  int in_rate_ = 0, in_format_ = -1, in_channels_ = 0;
  Stream stream_;
};

/// What AAC decoders of all players and services take: 44.1 or 48 kHz.
std::uint32_t aac_rate(std::uint32_t source_rate);

/// One packet of silence in AAC or FLAC of these parameters, as an encoder in full swing makes it;
/// Opus needs no encoder.  Nothing for codecs that cannot be filled.
std::optional<Buffer> silent_packet(const codec::Parameters& parameters, std::uint32_t samples);

}  // namespace live::av

// Audio that MP4 or browsers do not take: G.711, G.726 and PCM to FLAC without loss, the rest to
// AAC.
#pragma once

#include "common/av/audio_encoder.hpp"
#include "common/av/decoder.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace live::av {

class AudioTranscoder {
 public:
  /// `codec`: "flac" or "aac".  Throws Failure(bad_data) when libavcodec cannot decode the stream.
  AudioTranscoder(const Stream& from, std::string codec);
  /// To exactly that, whatever the input turns out to be.
  AudioTranscoder(const Stream& from, const AudioEncoding& wanted);

  /// What comes out goes to `sink`, stamped in 1/stream()->sample_rate.
  void push(const Packet& packet, const std::function<void(Packet)>& sink);
  /// Gives what is left; then only destruction.
  void finish(const std::function<void(Packet)>& sink);

  /// What comes out; nothing before the first packet when the input's header does not tell the
  /// rate.
  [[nodiscard]] const Stream* stream() const { return encoder_ ? &encoder_->stream() : nullptr; }

 private:
  void encode(const std::function<void(Packet)>& sink);
  void open_encoder(std::uint32_t rate, std::uint32_t channels);

  Stream from_;
  std::string codec_;
  Decoder decoder_;
  Frame decoded_;
  std::unique_ptr<AudioEncoder> encoder_;
};

}  // namespace live::av

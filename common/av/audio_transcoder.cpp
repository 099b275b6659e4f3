#include "common/av/audio_transcoder.hpp"

#include <algorithm>
#include <utility>

extern "C" {
#include <libavcodec/codec_par.h>
#include <libavutil/avutil.h>
#include <libavutil/frame.h>
}

#include "common/base/units.hpp"

namespace live::av {
namespace {

constexpr std::uint32_t most_channels = 2;  ///< browsers' decoders; more is mixed down for AAC

/// Bits that a sample of this PCM needs: FLAC has 16 and 24.
std::uint32_t flac_bits(const Stream& from) {
  return from.parameters->bits_per_raw_sample > 16 || from.parameters->bits_per_coded_sample > 16
             ? 24
             : 16;
}

}  // namespace

AudioTranscoder::AudioTranscoder(const Stream& from, std::string codec)
    : from_(from), codec_(std::move(codec)), decoder_(from) {
  if (from.sample_rate > 0 && from.channels > 0) open_encoder(from.sample_rate, from.channels);
}

AudioTranscoder::AudioTranscoder(const Stream& from, const AudioEncoding& wanted)
    : from_(from),
      codec_(wanted.codec),
      decoder_(from),
      encoder_(std::make_unique<AudioEncoder>(wanted)) {}

void AudioTranscoder::open_encoder(std::uint32_t rate, std::uint32_t channels) {
  AudioEncoding wanted;
  wanted.codec = codec_;
  wanted.sample_rate = rate;
  wanted.channels = codec_ == "flac" ? channels : std::min(channels, most_channels);
  wanted.bits = flac_bits(from_);
  encoder_ = std::make_unique<AudioEncoder>(wanted);
}

void AudioTranscoder::push(const Packet& packet, const std::function<void(Packet)>& sink) {
  if (decoder_.send(packet)) encode(sink);
}

void AudioTranscoder::finish(const std::function<void(Packet)>& sink) {
  decoder_.finish();
  encode(sink);
  if (encoder_) encoder_->finish(sink);
}

void AudioTranscoder::encode(const std::function<void(Packet)>& sink) {
  while (decoder_.receive(decoded_)) {
    const auto& frame = *decoded_.raw();
    if (!encoder_) {
      open_encoder(static_cast<std::uint32_t>(frame.sample_rate),
                   static_cast<std::uint32_t>(frame.ch_layout.nb_channels));
    }
    std::optional<std::int64_t> pts;
    if (decoded_.pts() != AV_NOPTS_VALUE) {
      pts = rescale(decoded_.pts() * from_.time_base_num, encoder_->stream().sample_rate,
                    from_.time_base_den);
    }
    encoder_->push(decoded_, pts, sink);
  }
}

}  // namespace live::av

#include "common/flv/audio_track.hpp"

#include <utility>

namespace live::flv {

using codec::Codec;
using codec::Parameters;

void AudioTrack::adopt(std::uint32_t codec_id, Parameters parameters) {
  codec_id_ = codec_id;
  rumour_.reset();
  heard_ = 0;
  if (parameters_ == parameters) return;
  parameters_ = std::move(parameters);
  changed_ = true;
  aac_samples_ = 0;
  if (parameters_->codec == Codec::aac) aac_samples_ = frame_samples(*parameters_, {}).value_or(0);
}

void AudioTrack::header(const AudioPacket& packet) {
  auto found = audio_parameters(packet);
  if (found && found->sample_rate != 0) adopt(packet.codec_id, std::move(*found));
}

void AudioTrack::look_at(const AudioPacket& packet) {
  const auto codec = audio_codec(packet.codec_id);
  if (!codec || !parameters_in_frames(*codec)) return;
  auto found = audio_parameters(packet);
  if (!found || found->sample_rate == 0) return;
  if (!parameters_) return adopt(packet.codec_id, std::move(*found));
  if (packet.codec_id == codec_id_ && found == parameters_) {
    rumour_.reset();
    return;
  }
  heard_ = found == rumour_ ? heard_ + 1 : 1;
  rumour_ = std::move(found);
  if (heard_ >= frames_to_believe) adopt(packet.codec_id, *std::exchange(rumour_, {}));
}

std::uint32_t AudioTrack::samples(Bytes frame) const {
  if (!parameters_) return 0;
  if (parameters_->codec == Codec::aac) return aac_samples_;
  return frame_samples(*parameters_, frame).value_or(0);
}

}  // namespace live::flv

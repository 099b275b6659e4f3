#include "tools/rtsp2fmp4/audio_track.hpp"

#include <utility>

namespace rtsp2fmp4 {

using live::Bytes;
using live::av::Packet;

AudioTrack::AudioTrack(const live::av::Stream& stream, const std::string& transcode_to, Sink sink)
    : sink_(std::move(sink)) {
  if (transcode_to.empty()) {
    adopt(stream);
  } else {
    transcoder_ = std::make_unique<live::av::AudioTranscoder>(stream, transcode_to);
    if (const auto* coded = transcoder_->stream()) adopt(*coded);
  }
}

void AudioTrack::adopt(const live::av::Stream& coded) {
  time_base_num_ = coded.time_base_num;
  time_base_den_ = coded.time_base_den;
  units_.emplace(coded);
}

const std::optional<live::codec::Parameters>& AudioTrack::parameters() const {
  static const std::optional<live::codec::Parameters> unknown;
  return units_ ? units_->parameters() : unknown;
}

void AudioTrack::push(Packet packet, const Arrival& arrival) {
  if (!transcoder_) return take(std::move(packet), arrival);
  transcoder_->push(packet, [this, &arrival](Packet coded) {
    if (!parameters()) adopt(*transcoder_->stream());
    take(std::move(coded), arrival);
  });
}

void AudioTrack::take(Packet packet, const Arrival& arrival) {
  Sample sample;
  sample.arrival = arrival;
  sample.stamp = {packet.dts(), packet.pts(), packet.duration()};
  if (!sample.stamp.dts) sample.stamp.dts = sample.stamp.pts;
  sample.parts.push_back({std::move(packet), {}});
  const Bytes bytes = units_->take(sample.parts.front().packet);
  if (bytes.empty()) return;
  if (const auto samples = units_->samples(bytes)) {
    sample.stamp.duration =
        live::rescale(*samples, time_base_den_,
                      static_cast<std::int64_t>(parameters()->sample_rate) * time_base_num_);
  }
  sample.pieces = {bytes};
  sample.size = bytes.size();
  sink_(std::move(sample));
}

}  // namespace rtsp2fmp4

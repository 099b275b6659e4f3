#include "tools/rtsp2fmp4/audio_track.hpp"

#include "common/codec/aac.hpp"
#include "common/codec/ac3.hpp"
#include "common/codec/records.hpp"

#include <utility>

namespace rtsp2fmp4 {

using live::Bytes;
using live::av::Packet;
using live::codec::Codec;
namespace aac = live::codec::aac;

namespace {

constexpr std::uint32_t opus_rate = 48'000;
constexpr std::uint32_t opus_packet = 960;  ///< 20 ms, which nearly everybody sends
constexpr std::uint32_t aac_frame = 1024;

bool is_dolby(Codec codec) { return codec == Codec::ac3 || codec == Codec::eac3; }

}  // namespace

AudioTrack::AudioTrack(const live::av::Stream& stream, const std::string& transcode_to, Sink sink)
    : sink_(std::move(sink)) {
  if (transcode_to.empty()) {
    adopt(stream);
  } else {
    transcoder_ = std::make_unique<live::av::AudioTranscoder>(stream, transcode_to);
    if (const auto* coded = transcoder_->stream()) adopt(*coded);
  }
}

void AudioTrack::adopt_aac(Bytes config) {
  const auto parsed = aac::parse_config(config);
  if (!parsed) return;
  live::codec::Parameters found{.codec = Codec::aac, .config = {config.begin(), config.end()}};
  found.sample_rate = parsed->sample_rate;
  found.channels = parsed->channels;
  parameters_ = std::move(found);
  packet_samples_ = aac_frame;
}

void AudioTrack::adopt(const live::av::Stream& coded) {
  codec_ = *coded.carried;
  time_base_num_ = coded.time_base_num;
  time_base_den_ = coded.time_base_den;
  packet_samples_ = coded.frame_samples;
  if (codec_ == Codec::aac) return adopt_aac(coded.extradata);
  live::codec::Parameters found{.codec = codec_, .config = {}};
  found.sample_rate = coded.sample_rate;
  found.channels = coded.channels;
  if (codec_ == Codec::opus) {
    found.sample_rate = opus_rate;
    auto record = live::codec::dops_from_opus_head(coded.extradata);
    found.config = record ? *record : live::codec::dops(coded.channels, 0, opus_rate);
    packet_samples_ = opus_packet;
  } else if (codec_ == Codec::flac) {
    const auto record = live::codec::flac_streaminfo(coded.extradata);
    if (!record) return;
    found.config = *record;
  } else if (is_dolby(codec_)) {
    return;  // its frames tell
  }
  if (found.sample_rate > 0 && found.channels > 0) parameters_ = std::move(found);
}

void AudioTrack::push(Packet packet, const Arrival& arrival) {
  if (!transcoder_) return take(std::move(packet), arrival);
  transcoder_->push(packet, [this, &arrival](Packet coded) {
    if (!parameters_) adopt(*transcoder_->stream());
    take(std::move(coded), arrival);
  });
}

std::optional<std::int64_t> AudioTrack::duration(Bytes packet) const {
  if (codec_ == Codec::opus) {
    const auto samples = live::codec::opus_duration(packet);
    if (samples) return *samples;
    return {};
  }
  if (is_dolby(codec_)) {
    const auto samples = live::codec::ac3::samples(packet);
    if (samples) return *samples;
    return {};
  }
  if (packet_samples_ > 0) return packet_samples_;
  return {};
}

void AudioTrack::take(Packet packet, const Arrival& arrival) {
  if (codec_ == Codec::aac && !packet.new_extradata().empty()) adopt_aac(packet.new_extradata());
  Sample sample;
  sample.arrival = arrival;
  sample.stamp = {packet.dts(), packet.pts(), packet.duration()};
  if (!sample.stamp.dts) sample.stamp.dts = sample.stamp.pts;
  sample.parts.push_back({std::move(packet), {}});
  Bytes bytes = sample.parts.front().packet.bytes();
  if (codec_ == Codec::aac && (!parameters_ || bytes.size() > 2)) {
    if (const auto adts = aac::parse_adts(bytes); adts && adts->frame_bytes == bytes.size()) {
      if (!parameters_) adopt_aac(aac::write_config(adts->config));
      bytes = bytes.subspan(adts->header_bytes);
    }
  }
  if (!parameters_ && is_dolby(codec_)) parameters_ = live::codec::ac3::parameters(codec_, bytes);
  if (!parameters_ || bytes.empty()) return;
  if (const auto samples = duration(bytes)) {
    sample.stamp.duration =
        live::rescale(*samples, time_base_den_,
                      static_cast<std::int64_t>(parameters_->sample_rate) * time_base_num_);
  }
  sample.pieces = {bytes};
  sample.size = bytes.size();
  sink_(std::move(sample));
}

}  // namespace rtsp2fmp4

#include "common/av/audio_units.hpp"

#include "common/codec/aac.hpp"
#include "common/codec/ac3.hpp"
#include "common/codec/mp3.hpp"
#include "common/codec/records.hpp"

#include <utility>

namespace live::av {

using codec::Codec;
namespace aac = codec::aac;

namespace {

constexpr std::uint32_t opus_rate = 48'000;
constexpr std::uint32_t opus_packet = 960;  ///< 20 ms, which nearly everybody sends
constexpr std::uint32_t aac_frame = 1024;

bool is_dolby(Codec codec) { return codec == Codec::ac3 || codec == Codec::eac3; }

/// From the header; nothing where only frames tell.
std::optional<codec::Parameters> told(Codec codec, const Stream& stream) {
  codec::Parameters out{.codec = codec, .config = {}};
  out.sample_rate = stream.sample_rate;
  out.channels = stream.channels;
  if (is_dolby(codec)) return {};
  if (codec == Codec::opus) {
    out.sample_rate = opus_rate;
    auto record = codec::dops_from_opus_head(stream.extradata);
    out.config = record ? *std::move(record) : codec::dops(stream.channels, 0, opus_rate);
  } else if (codec == Codec::flac) {
    auto record = codec::flac_streaminfo(stream.extradata);
    if (!record) return {};
    out.config = *std::move(record);
  }
  if (out.sample_rate == 0 || out.channels == 0) return {};
  return out;
}

}  // namespace

AudioUnits::AudioUnits(const Stream& stream)
    : codec_(*stream.carried), packet_samples_(stream.frame_samples) {
  if (codec_ == Codec::opus) packet_samples_ = opus_packet;
  if (codec_ == Codec::aac) {
    adopt_aac(stream.extradata);
  } else {
    parameters_ = told(codec_, stream);
  }
}

void AudioUnits::adopt_aac(Bytes config) {
  const auto parsed = aac::parse_config(config);
  if (!parsed) return;
  codec::Parameters found{.codec = Codec::aac, .config = {config.begin(), config.end()}};
  found.sample_rate = parsed->sample_rate;
  found.channels = parsed->channels;
  parameters_ = std::move(found);
  packet_samples_ = aac_frame;
}

std::optional<std::uint32_t> AudioUnits::samples(Bytes frame) const {
  if (codec_ == Codec::opus) return codec::opus_duration(frame);
  if (is_dolby(codec_)) return codec::ac3::samples(frame);
  if (packet_samples_ > 0) return packet_samples_;
  return {};
}

Bytes AudioUnits::take(Packet& packet) {
  if (codec_ == Codec::aac && !packet.new_extradata().empty()) adopt_aac(packet.new_extradata());
  Bytes bytes = packet.bytes();
  if (codec_ == Codec::aac && (!parameters_ || bytes.size() > 2)) {
    if (const auto adts = aac::parse_adts(bytes); adts && adts->frame_bytes == bytes.size()) {
      if (!parameters_) adopt_aac(aac::write_config(adts->config));
      bytes = bytes.subspan(adts->header_bytes);
    }
  }
  if (!parameters_ && is_dolby(codec_)) parameters_ = codec::ac3::parameters(codec_, bytes);
  if (!parameters_ && codec_ == Codec::mp3) {
    if (const auto frame = codec::mp3::parse_frame(bytes)) {
      parameters_ = codec::Parameters{.codec = codec_, .config = {}};
      parameters_->sample_rate = frame->sample_rate;
      parameters_->channels = frame->channels;
      packet_samples_ = frame->samples;
    }
  }
  return parameters_ ? bytes : Bytes{};
}

}  // namespace live::av

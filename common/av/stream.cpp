#include "common/av/stream.hpp"

#include <algorithm>

extern "C" {
#include <libavcodec/avcodec.h>
}

#include "common/av/error.hpp"

namespace live::av {
namespace {

std::optional<codec::Codec> carried(AVCodecID id) {
  using codec::Codec;
  switch (id) {
    case AV_CODEC_ID_H264:
      return Codec::avc;
    case AV_CODEC_ID_HEVC:
      return Codec::hevc;
    case AV_CODEC_ID_AV1:
      return Codec::av1;
    case AV_CODEC_ID_VP9:
      return Codec::vp9;
    case AV_CODEC_ID_AAC:
      return Codec::aac;
    case AV_CODEC_ID_OPUS:
      return Codec::opus;
    case AV_CODEC_ID_FLAC:
      return Codec::flac;
    case AV_CODEC_ID_MP3:
      return Codec::mp3;
    case AV_CODEC_ID_AC3:
      return Codec::ac3;
    case AV_CODEC_ID_EAC3:
      return Codec::eac3;
    default:
      return {};
  }
}

bool is_pcm(AVCodecID id) {
  return (id >= AV_CODEC_ID_FIRST_AUDIO && id < AV_CODEC_ID_ADPCM_IMA_QT) ||
         id == AV_CODEC_ID_ADPCM_G726 || id == AV_CODEC_ID_ADPCM_G726LE;
}

std::uint32_t positive(int value) { return value > 0 ? static_cast<std::uint32_t>(value) : 0; }

}  // namespace

Stream describe(const AVCodecParameters& parameters) {
  Stream out;
  out.parameters.reset(avcodec_parameters_alloc(), Free{});
  check(avcodec_parameters_copy(out.parameters.get(), &parameters), "copy stream parameters");
  const bool video = parameters.codec_type == AVMEDIA_TYPE_VIDEO;
  const bool audio = parameters.codec_type == AVMEDIA_TYPE_AUDIO;
  out.kind = video ? Stream::Kind::video : audio ? Stream::Kind::audio : Stream::Kind::other;
  out.name = avcodec_get_name(parameters.codec_id);
  out.carried = carried(parameters.codec_id);
  out.pcm = is_pcm(parameters.codec_id);
  if (parameters.extradata_size > 0) {
    out.extradata.assign(parameters.extradata, parameters.extradata + parameters.extradata_size);
  }
  out.width = positive(parameters.width);
  out.height = positive(parameters.height);
  if (parameters.sample_aspect_ratio.num > 0 && parameters.sample_aspect_ratio.den > 0) {
    out.sar_num = positive(parameters.sample_aspect_ratio.num);
    out.sar_den = positive(parameters.sample_aspect_ratio.den);
  }
  out.sample_rate = positive(parameters.sample_rate);
  out.channels = positive(parameters.ch_layout.nb_channels);
  out.frame_samples = positive(parameters.frame_size);
  out.reordered = parameters.video_delay > 0;
  return out;
}

}  // namespace live::av

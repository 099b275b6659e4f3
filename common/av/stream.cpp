#include "common/av/stream.hpp"

#include <algorithm>
#include <array>
#include <new>
#include <utility>

extern "C" {
#include <libavcodec/avcodec.h>
}

#include "common/av/error.hpp"
#include "common/codec/records.hpp"

namespace live::av {
namespace {

constexpr std::array<std::pair<AVCodecID, codec::Codec>, 10> mp4_codecs{{
    {AV_CODEC_ID_H264, codec::Codec::avc},
    {AV_CODEC_ID_HEVC, codec::Codec::hevc},
    {AV_CODEC_ID_AV1, codec::Codec::av1},
    {AV_CODEC_ID_VP9, codec::Codec::vp9},
    {AV_CODEC_ID_AAC, codec::Codec::aac},
    {AV_CODEC_ID_OPUS, codec::Codec::opus},
    {AV_CODEC_ID_FLAC, codec::Codec::flac},
    {AV_CODEC_ID_MP3, codec::Codec::mp3},
    {AV_CODEC_ID_AC3, codec::Codec::ac3},
    {AV_CODEC_ID_EAC3, codec::Codec::eac3},
}};

std::optional<codec::Codec> carried(AVCodecID id) {
  for (const auto& [ours, theirs] : mp4_codecs) {
    if (ours == id) return theirs;
  }
  return {};
}

AVCodecID id_of(codec::Codec wanted) {
  for (const auto& [id, carried_as] : mp4_codecs) {
    if (carried_as == wanted) return id;
  }
  return AV_CODEC_ID_NONE;
}

/// As libavcodec wants it: what MP4 carries, but for Opus.
Buffer extradata_of(const codec::Parameters& parameters) {
  if (parameters.codec != codec::Codec::opus) return parameters.config;
  return codec::opus_head_from_dops(parameters.config).value_or(Buffer{});
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

Stream describe(const codec::Parameters& parameters) {
  Owned<AVCodecParameters> made{avcodec_parameters_alloc()};
  if (!made) throw std::bad_alloc{};
  const bool video = codec::is_video(parameters.codec);
  made->codec_type = video ? AVMEDIA_TYPE_VIDEO : AVMEDIA_TYPE_AUDIO;
  made->codec_id = id_of(parameters.codec);
  const auto extradata = extradata_of(parameters);
  made->extradata =
      static_cast<std::uint8_t*>(av_mallocz(extradata.size() + AV_INPUT_BUFFER_PADDING_SIZE));
  if (made->extradata == nullptr) throw std::bad_alloc{};
  std::ranges::copy(extradata, made->extradata);
  made->extradata_size = static_cast<int>(extradata.size());
  made->width = static_cast<int>(parameters.width);
  made->height = static_cast<int>(parameters.height);
  made->sample_aspect_ratio = {static_cast<int>(parameters.sar_num),
                               static_cast<int>(parameters.sar_den)};
  made->sample_rate = static_cast<int>(parameters.sample_rate);
  if (!video) {
    av_channel_layout_default(&made->ch_layout, static_cast<int>(parameters.channels));
  }
  auto out = describe(*made);
  out.time_base_num = 1;
  out.time_base_den = video ? 90'000 : parameters.sample_rate;
  return out;
}

}  // namespace live::av

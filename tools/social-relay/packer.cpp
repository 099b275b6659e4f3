#include "tools/social-relay/packer.hpp"

#include "common/codec/nal.hpp"
#include "common/flv/amf0.hpp"
#include "common/flv/audio.hpp"
#include "common/flv/video.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

namespace social_relay {
namespace {

namespace flv = live::flv;
using live::Buffer;
using live::Bytes;
using live::Us;
using live::codec::Codec;
using live::codec::Parameters;
using live::rtmp::Payload;

constexpr std::int64_t video_rate = 90'000;
constexpr std::size_t longest_head = 16;
constexpr std::size_t length_bytes = 4;

flv::Form form_of(Codec codec) {
  return is_enhanced(codec) ? flv::Form::enhanced : flv::Form::legacy;
}

std::uint32_t four_cc_of(Codec codec) {
  switch (codec) {
    case Codec::avc:
      return flv::four_cc("avc1");
    case Codec::hevc:
      return flv::four_cc("hvc1");
    case Codec::av1:
      return flv::four_cc("av01");
    case Codec::vp9:
      return flv::four_cc("vp09");
    case Codec::aac:
      return flv::four_cc("mp4a");
    case Codec::mp3:
      return flv::four_cc(".mp3");
    case Codec::opus:
      return flv::four_cc("Opus");
    case Codec::flac:
      return flv::four_cc("fLaC");
    case Codec::ac3:
      return flv::four_cc("ac-3");
    case Codec::eac3:
      return flv::four_cc("ec-3");
  }
  return 0;
}

/// FLV's number where it has one, as encoders tell it; else the FourCC as a number (Enhanced RTMP v1, "onMetaData").
double codec_number(Codec codec) {
  if (codec == Codec::avc) return 7;
  if (codec == Codec::aac) return 10;
  if (codec == Codec::mp3) return 2;
  return four_cc_of(codec);
}

bool is_reference(Codec codec, Bytes nal) {
  constexpr std::uint8_t ref_idc = 0x60;
  constexpr std::uint8_t last_sub_layer_type = 15;  // of those, even ones are non-reference
  if (codec == Codec::avc) return (nal[0] & ref_idc) != 0;
  const auto type = live::codec::hevc::nal_type(nal);
  return type > last_sub_layer_type || type % 2 == 1;
}

Buffer metadata_of(const Tracks& tracks, double rate) {
  flv::amf0::Object object;
  object.ecma_array = true;
  const auto add = [&](std::string_view name, double value) {
    object.properties.emplace_back(name, flv::amf0::Value{value});
  };
  add("duration", 0);
  if (const auto& video = tracks.video) {
    add("width", video->width);
    add("height", video->height);
    if (rate > 0) add("framerate", rate);
    add("videocodecid", codec_number(video->codec));
  }
  if (const auto& audio = tracks.audio) {
    add("audiosamplerate", audio->sample_rate);
    add("audiosamplesize", 16);
    add("audiochannels", audio->channels);
    object.properties.emplace_back("stereo", flv::amf0::Value{audio->channels == 2});
    add("audiocodecid", codec_number(audio->codec));
  }
  object.properties.emplace_back("encoder", flv::amf0::Value{std::string{"liveutils"}});
  Buffer out;
  flv::amf0::write(out, flv::amf0::Value{std::move(object)});
  return out;
}

Us microseconds(std::int64_t ticks, std::int64_t rate) {
  return Us{live::rescale(ticks, 1'000'000, rate)};
}

}  // namespace

bool is_enhanced(Codec codec) {
  return codec != Codec::avc && codec != Codec::aac && codec != Codec::mp3;
}

bool is_disposable(Codec codec, Bytes sample) {
  if (codec != Codec::avc && codec != Codec::hevc) return false;
  bool any = false;
  for (const auto nal : live::codec::split_length_prefixed(sample, length_bytes)) {
    if (!live::codec::is_slice(codec, nal)) continue;
    if (is_reference(codec, nal)) return false;
    any = true;
  }
  return any;
}

std::shared_ptr<const Tracks> make_tracks(std::optional<Parameters> video,
                                          std::optional<Parameters> audio, double rate) {
  auto out = std::make_shared<Tracks>();
  out->video = std::move(video);
  out->audio = std::move(audio);
  out->rate = rate;
  out->metadata = metadata_of(*out, rate);
  if (out->video) {
    out->video_header = Payload{flv::write_sequence_start(*out->video, form_of(out->video->codec))};
  }
  if (out->audio) {
    out->audio_header =
        Payload{flv::write_audio_sequence_start(*out->audio, form_of(out->audio->codec))};
  }
  return out;
}

SharedItem make_item(std::shared_ptr<const Tracks> tracks, live::media_in::Unit& unit) {
  const auto& parameters = unit.video ? *tracks->video : *tracks->audio;
  const auto bytes = unit.packet.bytes();
  auto out = std::make_shared<Item>();
  Buffer body;
  body.reserve(longest_head + bytes.size());
  if (unit.video) {
    flv::VideoPacket head;
    head.kind = flv::VideoPacket::Kind::frame;
    head.codec_id = four_cc_of(parameters.codec);
    head.key = unit.key;
    head.composition_ms = static_cast<std::int32_t>(live::rescale(unit.pts, 1000, video_rate) -
                                                    live::rescale(unit.dts, 1000, video_rate));
    flv::write_video_head(body, head, form_of(parameters.codec));
    out->at = microseconds(unit.dts, video_rate);
    out->disposable = !unit.key && is_disposable(parameters.codec, bytes);
  } else {
    flv::AudioPacket head;
    head.kind = flv::AudioPacket::Kind::frame;
    head.codec_id = four_cc_of(parameters.codec);
    flv::write_audio_head(body, head, form_of(parameters.codec));
    out->at = microseconds(unit.dts, parameters.sample_rate);
  }
  body.insert(body.end(), bytes.begin(), bytes.end());
  out->video = unit.video;
  out->key = unit.video ? unit.key : !tracks->video;
  out->tracks = std::move(tracks);
  out->body = Payload{std::move(body)};
  return out;
}

}  // namespace social_relay

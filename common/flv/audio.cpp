#include "common/flv/audio.hpp"

#include "common/codec/aac.hpp"
#include "common/codec/ac3.hpp"
#include "common/codec/mp3.hpp"
#include "common/codec/records.hpp"
#include "common/flv/enhanced.hpp"

#include <algorithm>
#include <span>

#include <fmt/format.h>

namespace live::flv {
namespace {

using codec::Codec;
using codec::Parameters;
using Kind = AudioPacket::Kind;

constexpr auto mp4a = four_cc("mp4a"), mp3 = four_cc(".mp3"), opus = four_cc("Opus"),
               flac = four_cc("fLaC"), ac_3 = four_cc("ac-3"), ec_3 = four_cc("ec-3");

// SoundFormat (FLV 10.1 §E.4.2.1).
constexpr std::uint8_t format_mp3 = 2, format_enhanced = 9, format_aac = 10, format_mp3_8k = 14;

// AudioPacketType of Enhanced RTMP; the first two are AACPacketType, too.
enum PacketType : std::uint8_t {
  sequence_start = 0,
  coded_frames = 1,
  sequence_end = 2,
  multichannel_config = 4,
  multitrack = 5,
};

Kind kind_of(std::uint8_t type) {
  switch (type) {
    case sequence_start:
      return Kind::sequence_start;
    case coded_frames:
      return Kind::frame;
    case sequence_end:
      return Kind::sequence_end;
    case multichannel_config:
      return Kind::channels;
    default:
      return Kind::ignored;
  }
}

bool is_reserved(std::uint8_t type) { return type != multitrack && kind_of(type) == Kind::ignored; }

Parsed<AudioBody> parse_legacy(Bytes bytes) {
  Reader in{bytes};
  const auto format = static_cast<std::uint8_t>(in.u8() >> 4U);
  AudioBody body;
  auto& packet = body.packets.emplace_back();
  packet.kind = Kind::frame;
  packet.codec_id = format;
  if (format == format_mp3 || format == format_mp3_8k) packet.codec_id = mp3;
  if (format == format_aac) {
    packet.codec_id = mp4a;
    const auto type = in.u8();
    if (!in.ok()) return Malformed{in.at(), "AACPacketType is missing"};
    packet.kind = type <= coded_frames ? kind_of(type) : Kind::ignored;
  }
  packet.data = in.rest();
  if (packet.kind == Kind::frame && packet.data.empty()) packet.kind = Kind::ignored;
  return body;
}

AudioBody ignored(AudioBody body, EnhancedReader& in) {
  body.packets.emplace_back().data = in.rest();
  return body;
}

Parsed<AudioBody> parse_enhanced(Bytes bytes) {
  EnhancedReader in{bytes, multitrack};
  AudioBody body;
  body.enhanced = true;
  if (!in.head()) return *in.failure();
  body.nanoseconds = in.nanoseconds();
  if (is_reserved(in.packet_type())) return ignored(std::move(body), in);
  if (!in.tracks()) return *in.failure();
  if (!in.known_kind() || is_reserved(in.packet_type())) return ignored(std::move(body), in);
  while (const auto raw = in.next()) {
    auto kind = kind_of(in.packet_type());
    if (kind == Kind::frame && raw->data.empty()) kind = Kind::ignored;
    body.packets.push_back({kind, raw->track, raw->four_cc, raw->data});
  }
  if (in.failure()) return *in.failure();
  return body;
}

std::optional<Parameters> aac_parameters(Bytes data) {
  const auto config = codec::aac::parse_config(data);
  if (!config) return {};
  return Parameters{.codec = Codec::aac,
                    .config = {data.begin(), data.end()},
                    .sample_rate = config->sample_rate,
                    .channels = config->channels};
}

std::optional<Parameters> opus_parameters(Bytes data) {
  constexpr std::uint32_t opus_rate = 48'000, stereo = 2;
  constexpr std::uint16_t usual_pre_skip = 312;
  auto record = data.empty() ? codec::dops(stereo, usual_pre_skip, opus_rate)
                             : codec::dops_from_opus_head(data);
  if (!record) return {};
  const std::uint32_t channels = (*record)[1];
  return Parameters{.codec = Codec::opus,
                    .config = std::move(*record),
                    .sample_rate = opus_rate,
                    .channels = channels};
}

/// FFmpeg sends STREAMINFO again at the end, with what it only knows then: frame sizes, the number of samples and the
/// MD5 sum (RFC 9639 §8.2).  0 stands for unknown; kept, they would look like another stream.
void forget_statistics(std::span<std::uint8_t> info) {
  constexpr std::size_t frame_sizes = 4, rate = 10, samples = 13;
  std::ranges::fill(info.subspan(frame_sizes, rate - frame_sizes), std::uint8_t{0});
  info[samples] &= 0xF0U;
  std::ranges::fill(info.subspan(samples + 1), std::uint8_t{0});
}

std::optional<Parameters> flac_parameters(Bytes data) {
  auto info = codec::flac_streaminfo(data);
  if (!info) return {};
  forget_statistics(*info);
  const auto facts = codec::parse_flac_streaminfo(*info);
  if (!facts) return {};
  return Parameters{.codec = Codec::flac,
                    .config = std::move(*info),
                    .sample_rate = facts->sample_rate,
                    .channels = facts->channels};
}

std::optional<Parameters> mp3_parameters(Bytes frame) {
  const auto header = codec::mp3::parse_frame(frame);
  if (!header || header->layer != 3) return {};
  return Parameters{.codec = Codec::mp3,
                    .config = {},
                    .sample_rate = header->sample_rate,
                    .channels = header->channels};
}

/// A message may hold more than one frame.
std::optional<std::uint32_t> mp3_samples(Bytes frames) {
  std::uint32_t samples = 0;
  while (const auto header = codec::mp3::parse_frame(frames)) {
    samples += header->samples;
    if (header->frame_bytes == 0 || header->frame_bytes >= frames.size()) break;
    frames = frames.subspan(header->frame_bytes);
  }
  return samples == 0 ? std::nullopt : std::optional{samples};
}

struct Name {
  std::uint32_t id;
  std::string_view text;
};
constexpr Name names[] = {{mp4a, "AAC"},
                          {mp3, "MP3"},
                          {opus, "Opus"},
                          {flac, "FLAC"},
                          {ac_3, "AC-3"},
                          {ec_3, "E-AC-3"},
                          {0, "PCM"},
                          {1, "ADPCM"},
                          {3, "PCM, little-endian"},
                          {4, "Nellymoser, 16 kHz"},
                          {5, "Nellymoser, 8 kHz"},
                          {6, "Nellymoser"},
                          {7, "G.711 A-law"},
                          {8, "G.711 mu-law"},
                          {11, "Speex"},
                          {13, "Opus, unofficial"},
                          {15, "device-specific sound"}};

/// SoundFormat, SoundRate, SoundSize and SoundType of an MP3 frame.
std::uint8_t legacy_mp3_head(Bytes frame) {
  constexpr std::uint8_t sixteen_bits = 2;
  const auto header = codec::mp3::parse_frame(frame).value_or(
      codec::mp3::Frame{.sample_rate = 44'100, .channels = 2});
  const auto rate = header.sample_rate;
  const bool at_8k = rate == 8000;
  const unsigned code = rate < 8000 || at_8k ? 0 : rate <= 12'000 ? 1 : rate <= 24'000 ? 2 : 3;
  const unsigned format = at_8k ? format_mp3_8k : format_mp3;
  return static_cast<std::uint8_t>(format << 4U | code << 2U | sixteen_bits |
                                   (header.channels == 2 ? 1U : 0U));
}

std::uint32_t id_of(Codec codec) {
  switch (codec) {
    case Codec::mp3:
      return mp3;
    case Codec::opus:
      return opus;
    case Codec::flac:
      return flac;
    case Codec::ac3:
      return ac_3;
    case Codec::eac3:
      return ec_3;
    default:
      return mp4a;
  }
}

void write_legacy(Writer& out, const AudioPacket& packet) {
  if (packet.codec_id == mp3) return out.u8(legacy_mp3_head(packet.data));
  constexpr unsigned always_for_aac = 0xF;  // 44 kHz, 16 bits, stereo: the configuration rules
  out.u8(static_cast<unsigned>(format_aac) << 4U | always_for_aac);
  out.u8(packet.kind == Kind::frame ? coded_frames : sequence_start);
}

void write_enhanced(Writer& out, const AudioPacket& packet) {
  auto type = coded_frames;
  if (packet.kind == Kind::sequence_start) type = sequence_start;
  if (packet.kind == Kind::sequence_end) type = sequence_end;
  if (packet.kind == Kind::channels) type = multichannel_config;
  out.u8(static_cast<unsigned>(format_enhanced) << 4U | type);
  out.u32(packet.codec_id);
}

/// What follows the head of a sequence start.
Buffer start_data(const Parameters& parameters) {
  if (parameters.codec == Codec::opus)
    return codec::opus_head_from_dops(parameters.config).value_or(Buffer{});
  if (parameters.codec != Codec::flac) return parameters.config;
  constexpr unsigned last_block_streaminfo = 0x80;
  Buffer data;
  Writer out{data};
  out.text("fLaC");
  out.u8(last_block_streaminfo);
  out.be(3, parameters.config.size());
  out.bytes(parameters.config);
  return data;
}

}  // namespace

Parsed<AudioBody> parse_audio(Bytes body) {
  if (body.empty()) return AudioBody{};
  return body[0] >> 4U == format_enhanced ? parse_enhanced(body) : parse_legacy(body);
}

std::optional<Codec> audio_codec(std::uint32_t codec_id) {
  switch (codec_id) {
    case mp4a:
      return Codec::aac;
    case mp3:
      return Codec::mp3;
    case opus:
      return Codec::opus;
    case flac:
      return Codec::flac;
    case ac_3:
      return Codec::ac3;
    case ec_3:
      return Codec::eac3;
    default:
      return {};
  }
}

std::string audio_name(std::uint32_t codec_id) {
  constexpr std::uint32_t legacy_ids = 16;
  const auto* name = std::ranges::find(names, codec_id, &Name::id);
  const auto text = name == std::end(names) ? std::string_view{"audio codec"} : name->text;
  if (codec_id < legacy_ids) return fmt::format("{} ({})", text, codec_id);
  return name == std::end(names) ? four_cc_text(codec_id) : std::string{text};
}

bool parameters_in_frames(Codec codec) {
  return codec == Codec::mp3 || codec == Codec::ac3 || codec == Codec::eac3;
}

std::optional<Parameters> audio_parameters(const AudioPacket& packet) {
  const auto codec = audio_codec(packet.codec_id);
  if (!codec) return {};
  const auto wanted = parameters_in_frames(*codec) ? Kind::frame : Kind::sequence_start;
  if (packet.kind != wanted) return {};
  switch (*codec) {
    case Codec::aac:
      return aac_parameters(packet.data);
    case Codec::opus:
      return opus_parameters(packet.data);
    case Codec::flac:
      return flac_parameters(packet.data);
    case Codec::mp3:
      return mp3_parameters(packet.data);
    case Codec::ac3:
    case Codec::eac3:
      return codec::ac3::parameters(*codec, packet.data);
    default:
      return {};
  }
}

std::optional<std::uint32_t> frame_samples(const Parameters& parameters, Bytes frame) {
  switch (parameters.codec) {
    case Codec::aac: {
      const auto config = codec::aac::parse_config(parameters.config);
      return config ? std::optional{config->frame_samples} : std::nullopt;
    }
    case Codec::opus:
      return codec::opus_duration(frame);
    case Codec::flac:
      return codec::flac_block_size(frame);
    case Codec::mp3:
      return mp3_samples(frame);
    case Codec::ac3:
    case Codec::eac3:
      return codec::ac3::samples(frame);
    default:
      return {};
  }
}

void write_audio_head(Buffer& out, const AudioPacket& packet, Form form) {
  Writer w{out};
  if (form == Form::enhanced) {
    write_enhanced(w, packet);
  } else {
    write_legacy(w, packet);
  }
}

Buffer write_audio_sequence_start(const Parameters& parameters, Form form) {
  if (parameters_in_frames(parameters.codec)) return {};
  Buffer body;
  write_audio_head(body, {Kind::sequence_start, 0, id_of(parameters.codec), {}}, form);
  Writer{body}.bytes(start_data(parameters));
  return body;
}

}  // namespace live::flv

#include "common/flv/video.hpp"

#include "common/base/text.hpp"
#include "common/codec/parameter_sets.hpp"
#include "common/codec/records.hpp"
#include "common/flv/enhanced.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace live::flv {
namespace {

using codec::Codec;
using codec::Parameters;
using Kind = VideoPacket::Kind;

constexpr auto avc1 = four_cc("avc1"), hvc1 = four_cc("hvc1"), av01 = four_cc("av01"),
               vp09 = four_cc("vp09");

// Frame types and the legacy CodecIDs of FLV 10.1 §E.4.3.1; 12 is not in there, but what encoders in China use.
enum FrameType : std::uint8_t { key_frame = 1, inter_frame = 2, command = 5 };
constexpr std::uint8_t legacy_avc = 7, legacy_hevc = 12, enhanced_flag = 0x80;

// AVCPacketType, and VideoPacketType of Enhanced RTMP.
enum PacketType : std::uint8_t {
  sequence_start = 0,
  coded_frames = 1,
  sequence_end = 2,
  coded_frames_x = 3,
  metadata = 4,
  mpeg2_ts_sequence_start = 5,
  multitrack = 6,
};

std::int32_t signed_24(std::uint64_t bits) {
  constexpr std::int32_t sign = 1 << 23;
  const auto value = static_cast<std::int32_t>(bits);
  return value >= sign ? value - 2 * sign : value;
}

bool has_composition_time(std::uint32_t codec_id) { return codec_id == avc1 || codec_id == hvc1; }

Kind kind_of(std::uint8_t type) {
  switch (type) {
    case sequence_start:
      return Kind::sequence_start;
    case coded_frames:
    case coded_frames_x:
      return Kind::frame;
    case sequence_end:
      return Kind::sequence_end;
    case metadata:
      return Kind::metadata;
    default:
      return Kind::ignored;
  }
}

Parsed<VideoBody> parse_legacy(Bytes bytes) {
  Reader in{bytes};
  const auto head = in.u8();
  VideoBody body;
  auto& packet = body.packets.emplace_back();
  const auto id = static_cast<std::uint8_t>(head & 0xFU);
  packet.codec_id = id == legacy_avc ? avc1 : id == legacy_hevc ? hvc1 : id;
  packet.key = head >> 4U == key_frame;
  if (head >> 4U == command) {
    packet.data = in.rest();
    return body;
  }
  if (!has_composition_time(packet.codec_id)) {
    packet.kind = Kind::frame;
    packet.data = in.rest();
    return body;
  }
  const auto type = in.u8();
  const auto composition = signed_24(in.be(3));
  if (type == sequence_end) {  // often sent without a composition time
    packet.kind = Kind::sequence_end;
    return body;
  }
  if (!in.ok()) return Malformed{in.at(), "AVCVIDEOPACKET is cut"};
  packet.data = in.rest();
  if (type == sequence_start) packet.kind = Kind::sequence_start;
  if (type != coded_frames || packet.data.empty()) return body;
  packet.kind = Kind::frame;
  packet.composition_ms = composition;
  return body;
}

/// False when the composition time is cut.
bool read_packet(const RawPacket& raw, std::uint8_t type, bool key, VideoPacket& packet) {
  packet.kind = kind_of(type);
  packet.track = raw.track;
  packet.codec_id = raw.four_cc;
  packet.key = key && type != metadata;  // the frame type says nothing of metadata
  packet.data = raw.data;
  if (type == coded_frames && has_composition_time(raw.four_cc)) {
    Reader in{raw.data};
    packet.composition_ms = signed_24(in.be(3));
    if (!in.ok()) return false;
    packet.data = in.rest();
  }
  if (packet.kind == Kind::frame && packet.data.empty()) packet.kind = Kind::ignored;
  return true;
}

VideoBody ignored(VideoBody body, EnhancedReader& in) {
  body.packets.emplace_back().data = in.rest();
  return body;
}

Parsed<VideoBody> parse_enhanced(Bytes bytes) {
  EnhancedReader in{bytes, multitrack};
  const auto frame_type = bytes[0] >> 4U & 7U;
  VideoBody body;
  body.enhanced = true;
  if (!in.head()) return *in.failure();
  body.nanoseconds = in.nanoseconds();
  if (frame_type == command && in.packet_type() != metadata) return ignored(std::move(body), in);
  if (in.packet_type() > multitrack) return ignored(std::move(body), in);
  if (!in.tracks()) return *in.failure();
  if (!in.known_kind() || in.packet_type() > multitrack) return ignored(std::move(body), in);
  while (const auto raw = in.next()) {
    auto& packet = body.packets.emplace_back();
    if (!read_packet(*raw, in.packet_type(), frame_type == key_frame, packet))
      return Malformed{bytes.size(), "composition time is cut"};
  }
  if (in.failure()) return *in.failure();
  return body;
}

struct Name {
  std::uint32_t id;
  std::string_view text;
};
constexpr Name names[] = {
    {avc1, "H.264"},        {hvc1, "H.265"},          {av01, "AV1"},
    {vp09, "VP9"},          {four_cc("vp08"), "VP8"}, {four_cc("vvc1"), "H.266"},
    {2, "Sorenson H.263"},  {3, "Screen Video"},      {4, "VP6"},
    {5, "VP6 with alpha"},  {6, "Screen Video 2"},    {8, "H.263"},
    {9, "MPEG-4 part 2"},   {13, "AV1, unofficial"},  {14, "VP8, unofficial"},
    {15, "VP9, unofficial"}};

/// A record with the version and flags of its box, as FFmpeg sends it, or without, as the text has it.  A bare one
/// has a bit depth in byte 2.
Bytes without_version(Bytes vpcc) {
  constexpr std::uint64_t version_1 = 1U << 24U;
  return vpcc.size() >= 4 && load_be(vpcc, 4) == version_1 ? vpcc.subspan(4) : vpcc;
}

std::optional<Parameters> vp9_parameters(Bytes data) {
  constexpr std::size_t record_bytes = 8;
  const auto record = without_version(data);
  if (record.size() < record_bytes) return {};
  Parameters parameters{.codec = Codec::vp9, .config = {record.begin(), record.begin() + 6}};
  parameters.config.resize(record_bytes);  // codecInitializationDataSize is 0
  return parameters;
}

std::optional<Parameters> av1_parameters(Bytes data) {
  constexpr std::size_t fixed_bytes = 4;
  Parameters parameters{.codec = Codec::av1, .config = {data.begin(), data.end()}};
  if (!codec::parse_av1c(data)) {
    auto record = codec::av1c_from_obus(data);
    if (!record) return {};
    parameters.config = std::move(*record);
  }
  const auto size = codec::av1_picture_size(Bytes{parameters.config}.subspan(fixed_bytes));
  if (size) {
    parameters.width = size->width;
    parameters.height = size->height;
  }
  return parameters;
}

void write_four_cc(Writer& out, std::uint8_t frame_type, std::uint8_t type, std::uint32_t id) {
  out.u8(enhanced_flag | static_cast<unsigned>(frame_type) << 4U | type);
  out.u32(id);
}

void write_enhanced(Writer& out, const VideoPacket& packet) {
  const std::uint8_t frame_type = packet.key ? key_frame : inter_frame;
  const bool has_time = has_composition_time(packet.codec_id);
  switch (packet.kind) {
    case Kind::sequence_start:
      return write_four_cc(out, key_frame, sequence_start, packet.codec_id);
    case Kind::sequence_end:
      return write_four_cc(out, key_frame, sequence_end, packet.codec_id);
    case Kind::metadata:
      return write_four_cc(out, key_frame, metadata, packet.codec_id);
    case Kind::frame:
      break;
    case Kind::ignored:
      return;
  }
  if (has_time && packet.composition_ms == 0)
    return write_four_cc(out, frame_type, coded_frames_x, packet.codec_id);
  write_four_cc(out, frame_type, coded_frames, packet.codec_id);
  if (has_time) out.be(3, static_cast<std::uint32_t>(packet.composition_ms));
}

void write_legacy(Writer& out, const VideoPacket& packet) {
  const bool frame = packet.kind == Kind::frame;
  const std::uint8_t frame_type = packet.key || !frame ? key_frame : inter_frame;
  out.u8(static_cast<unsigned>(frame_type) << 4U | legacy_avc);
  out.u8(frame ? coded_frames : packet.kind == Kind::sequence_end ? sequence_end : sequence_start);
  out.be(3, frame ? static_cast<std::uint32_t>(packet.composition_ms) : 0);
}

std::uint32_t id_of(Codec codec) {
  switch (codec) {
    case Codec::hevc:
      return hvc1;
    case Codec::av1:
      return av01;
    case Codec::vp9:
      return vp09;
    default:
      return avc1;
  }
}

}  // namespace

Parsed<VideoBody> parse_video(Bytes body) {
  if (body.empty()) return VideoBody{};
  return (body[0] & enhanced_flag) != 0 ? parse_enhanced(body) : parse_legacy(body);
}

std::optional<Codec> video_codec(std::uint32_t codec_id) {
  switch (codec_id) {
    case avc1:
      return Codec::avc;
    case hvc1:
      return Codec::hevc;
    case av01:
      return Codec::av1;
    case vp09:
      return Codec::vp9;
    default:
      return {};
  }
}

std::string four_cc_text(std::uint32_t four_cc) {
  std::string text(4, ' ');
  for (auto c = text.rbegin(); c != text.rend(); ++c, four_cc >>= 8U)
    *c = static_cast<char>(four_cc & 0xFFU);
  return printable(text);
}

std::string codec_name(std::uint32_t codec_id) {
  constexpr std::uint32_t legacy_ids = 16;
  const auto* name = std::ranges::find(names, codec_id, &Name::id);
  const auto text = name == std::end(names) ? std::string_view{"video codec"} : name->text;
  if (codec_id < legacy_ids) return fmt::format("{} ({})", text, codec_id);
  return name == std::end(names) ? four_cc_text(codec_id) : std::string{text};
}

std::optional<Parameters> video_parameters(const VideoPacket& sequence_start) {
  const auto codec = video_codec(sequence_start.codec_id);
  if (!codec) return {};
  if (*codec == Codec::av1) return av1_parameters(sequence_start.data);
  if (*codec == Codec::vp9) return vp9_parameters(sequence_start.data);
  codec::ParameterSets sets{*codec, false};
  sets.seed(sequence_start.data);
  return sets.parameters();
}

bool complete_video(Parameters& parameters, Bytes key_frame) {
  if (parameters.width == 0 || parameters.height == 0) {
    std::optional<codec::PictureSize> size;
    if (parameters.codec == Codec::av1) size = codec::av1_picture_size(key_frame);
    if (parameters.codec == Codec::vp9) size = codec::vp9_picture_size(key_frame);
    if (!size) return false;
    parameters.width = size->width;
    parameters.height = size->height;
  }
  return true;
}

void write_video_head(Buffer& out, const VideoPacket& packet, Form form) {
  Writer w{out};
  if (form == Form::enhanced) {
    write_enhanced(w, packet);
  } else {
    write_legacy(w, packet);
  }
}

Buffer write_sequence_start(const Parameters& parameters, Form form) {
  VideoPacket start;
  start.kind = Kind::sequence_start;
  start.codec_id = id_of(parameters.codec);
  Buffer body;
  write_video_head(body, start, form);
  Writer out{body};
  if (parameters.codec == Codec::vp9) out.u32(1U << 24U);  // version 1, no flags
  out.bytes(parameters.config);
  return body;
}

}  // namespace live::flv

// USES: live::flv
// File header, tag headers, and the input as an audio and a video body.
#include "common/flv/audio.hpp"
#include "common/flv/color_info.hpp"
#include "common/flv/tag.hpp"
#include "common/flv/video.hpp"

#include <algorithm>
#include <cstdlib>

using namespace live;

namespace {

void check(bool holds) {
  if (!holds) std::abort();
}

void video(Bytes body) {
  const auto read = flv::parse_video(body);
  if (const auto* bad = std::get_if<Malformed>(&read)) return check(bad->at <= body.size());
  for (const auto& packet : std::get<flv::VideoBody>(read).packets) {
    check(packet.data.size() <= body.size());
    flv::codec_name(packet.codec_id);
    if (packet.kind == flv::VideoPacket::Kind::metadata) flv::read_color_info(packet.data);
    auto parameters = flv::video_parameters(packet);
    if (!parameters) continue;
    flv::complete_video(*parameters, body);
    const auto start = flv::write_sequence_start(*parameters, flv::Form::enhanced);
    const auto again = flv::parse_video(start);
    check(flv::video_parameters(std::get<flv::VideoBody>(again).packets.at(0)).has_value());
  }
}

void audio(Bytes body) {
  const auto read = flv::parse_audio(body);
  if (const auto* bad = std::get_if<Malformed>(&read)) return check(bad->at <= body.size());
  for (const auto& packet : std::get<flv::AudioBody>(read).packets) {
    check(packet.data.size() <= body.size());
    flv::audio_name(packet.codec_id);
    const auto parameters = flv::audio_parameters(packet);
    if (!parameters) continue;
    flv::frame_samples(*parameters, packet.data);
    const auto start = flv::write_audio_sequence_start(*parameters, flv::Form::enhanced);
    if (start.empty()) continue;
    const auto again = flv::parse_audio(start);
    check(flv::audio_parameters(std::get<flv::AudioBody>(again).packets.at(0)) == parameters);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Bytes rest{data, size};
  const auto head = flv::parse_file_header(rest);
  if (const auto* taken = std::get_if<Taken<flv::FileHeader>>(&head)) {
    check(taken->used <= size);
    rest = rest.subspan(taken->used);
    if (rest.size() >= flv::back_pointer_bytes) rest = rest.subspan(flv::back_pointer_bytes);
  }
  for (;;) {
    const auto step = flv::parse_tag_header(rest);
    const auto* tag = std::get_if<Taken<flv::TagHeader>>(&step);
    if (tag == nullptr) break;
    rest = rest.subspan(tag->used);
    const auto body = rest.first(std::min<std::size_t>(rest.size(), tag->value.size));
    if (tag->value.type == flv::TagType::video) video(body);
    if (tag->value.type == flv::TagType::audio) audio(body);
    rest = rest.subspan(body.size());
    if (rest.size() < flv::back_pointer_bytes) break;
    rest = rest.subspan(flv::back_pointer_bytes);
  }
  video({data, size});
  audio({data, size});
  return 0;
}

#include "tools/rtmp-ingest/intake.hpp"

#include "common/base/log.hpp"

#include <algorithm>
#include <utility>

namespace rtmp_ingest {

using live::Buffer;
using live::flv::AudioPacket;
using live::flv::AudioTrack;
using live::flv::VideoPacket;
using live::flv::VideoTrack;
using live::rtmp::Message;
using live::rtmp::MessageType;

namespace {

constexpr std::size_t left_out = ~std::size_t{0};
constexpr std::size_t most_warnings = 16;  ///< of a stream

/// What a sample points into when lengths were made.
struct Stitched {
  live::rtmp::Payload payload;
  Buffer lengths;
};

}  // namespace

const Media::Part* Media::of(std::size_t track) const {
  const auto at = std::ranges::find(parts, track, &Part::track);
  return at == parts.end() ? nullptr : &*at;
}

const std::optional<live::codec::Parameters>& Intake::Track::parameters() const {
  return std::visit(
      [](const auto& track) -> const auto& { return track.parameters(); }, is);
}

Intake::Intake(std::string name, bool all_tracks)
    : name_(std::move(name)), all_tracks_(all_tracks) {
  begin_session();
}

void Intake::begin_session() {
  tracks_.clear();
  tracks_.emplace_back(0, std::in_place_type<VideoTrack>);
  tracks_.emplace_back(0, std::in_place_type<AudioTrack>);
  headers_.begin_session();
  refusal_.clear();
  foreign_audio_ = false;
  changed_ = true;
}

void Intake::warn_once(const std::string& text) {
  if (warned_.size() >= most_warnings || !warned_.insert(text).second) return;
  live::log::warn("{}: {}", name_, text);
}

bool Intake::audio_is_clear() const {
  return foreign_audio_ || tracks_[main_audio].parameters().has_value();
}

/// The index of the track that the publisher calls `id`; left_out when there are too many.
template <class T>
std::size_t Intake::track_of(std::uint8_t id) {
  for (std::size_t i = 0; i < tracks_.size(); ++i) {
    if (tracks_[i].id == id && std::holds_alternative<T>(tracks_[i].is)) return i;
  }
  if (tracks_.size() >= most_tracks) {
    warn_once("tracks beyond the 16th are left out");
    return left_out;
  }
  tracks_.emplace_back(id, std::in_place_type<T>);
  return tracks_.size() - 1;
}

Intake::Found Intake::take(Media& media, bool cut) {
  media.parts.clear();
  media.nanoseconds = 0;
  return media.message.type == MessageType::video ? take_video(media, cut) : take_audio(media);
}

bool Intake::carries(const VideoPacket& packet) {
  if (live::flv::video_codec(packet.codec_id)) return true;
  const auto name = live::flv::codec_name(packet.codec_id);
  if (packet.track != 0) {
    warn_once("video codec " + name + " of a further track is not carried: it is left out");
  } else {
    refusal_ = "video codec " + name + " is not carried: publish H.264, H.265, AV1 or VP9";
  }
  return false;
}

bool Intake::carries(const AudioPacket& packet) {
  if (live::flv::audio_codec(packet.codec_id)) return true;
  warn_once("audio codec " + live::flv::audio_name(packet.codec_id) +
            " is not carried: the stream goes on without it");
  foreign_audio_ = foreign_audio_ || packet.track == 0;
  return false;
}

Intake::Found Intake::take_video(Media& media, bool cut) {
  using Kind = VideoPacket::Kind;
  const auto parsed = live::flv::parse_video(media.message.payload);
  const auto* body = std::get_if<live::flv::VideoBody>(&parsed);
  if (body == nullptr) {
    ++ignored_;
    return Found::nothing;
  }
  media.nanoseconds = body->nanoseconds;
  Headers::Tracks headers;
  for (const auto& packet : body->packets) {
    if (!is_wanted(packet.track)) continue;
    if (packet.kind == Kind::metadata) take_metadata(media, packet);
    if (packet.kind != Kind::frame && packet.kind != Kind::sequence_start) continue;
    if (!carries(packet)) {
      if (!refusal_.empty()) return Found::refused;
      continue;
    }
    const auto track = track_of<VideoTrack>(packet.track);
    if (track == left_out) continue;
    if (packet.kind == Kind::frame) {
      video_frame(media, track, packet, cut);
      continue;
    }
    auto& video = std::get<VideoTrack>(tracks_[track].is);
    video.header(packet);
    changed_ = video.take_changed() || changed_;
    headers.set(packet.track);
  }
  if (headers.any()) headers_.keep(Headers::Kind::video, headers, media.message);
  return media.parts.empty() ? Found::nothing : Found::media;
}

void Intake::take_metadata(const Media& media, const VideoPacket& packet) {
  headers_.keep(Headers::Kind::video_metadata, Headers::Tracks{}.set(packet.track), media.message);
  if (!live::flv::video_codec(packet.codec_id)) return;
  const auto track = track_of<VideoTrack>(packet.track);
  if (track == left_out) return;
  auto& video = std::get<VideoTrack>(tracks_[track].is);
  video.metadata(packet);
  changed_ = video.take_changed() || changed_;
}

void Intake::video_frame(Media& media, std::size_t track, const VideoPacket& packet, bool cut) {
  auto& video = std::get<VideoTrack>(tracks_[track].is);
  Media::Part part;
  part.track = track;
  part.codec_id = packet.codec_id;
  part.composition_ms = packet.composition_ms;
  if (!cut && video.knows(packet.codec_id)) {
    part.sample.key = packet.key;
  } else {
    live::codec::Sample sample;
    const bool taken = video.take(packet, sample, scratch_);
    changed_ = video.take_changed() || changed_;
    if (!taken) {
      if (!video.knows(packet.codec_id)) ++undecodable_;
      return;
    }
    part.sample.key = sample.key;
    part.sample.pieces = std::move(sample.pieces);
    part.sample.size = sample.size;
    part.sample.owner = media.message.payload.owner();
    if (!scratch_.empty()) {
      part.sample.owner = std::make_shared<const Stitched>(
          Stitched{media.message.payload, std::exchange(scratch_, {})});
    }
  }
  media.parts.push_back(std::move(part));
}

Intake::Found Intake::take_audio(Media& media) {
  using Kind = AudioPacket::Kind;
  const auto parsed = live::flv::parse_audio(media.message.payload);
  const auto* body = std::get_if<live::flv::AudioBody>(&parsed);
  if (body == nullptr) {
    ++ignored_;
    return Found::nothing;
  }
  media.nanoseconds = body->nanoseconds;
  Headers::Tracks headers;
  for (const auto& packet : body->packets) {
    if (packet.kind != Kind::frame && packet.kind != Kind::sequence_start) continue;
    if (!is_wanted(packet.track) || !carries(packet)) continue;
    const auto track = track_of<AudioTrack>(packet.track);
    if (track == left_out) continue;
    if (packet.kind == Kind::frame) {
      audio_frame(media, track, packet);
      continue;
    }
    auto& audio = std::get<AudioTrack>(tracks_[track].is);
    audio.header(packet);
    changed_ = audio.take_changed() || changed_;
    headers.set(packet.track);
  }
  if (headers.any()) headers_.keep(Headers::Kind::audio, headers, media.message);
  return media.parts.empty() ? Found::nothing : Found::media;
}

void Intake::audio_frame(Media& media, std::size_t track, const AudioPacket& packet) {
  auto& audio = std::get<AudioTrack>(tracks_[track].is);
  audio.look_at(packet);
  changed_ = audio.take_changed() || changed_;
  Media::Part part;
  part.track = track;
  part.codec_id = packet.codec_id;
  part.sample.pieces.assign(1, packet.data);
  part.sample.size = packet.data.size();
  part.sample.owner = media.message.payload.owner();
  media.parts.push_back(std::move(part));
}

bool Intake::is_news(const Message& message) const {
  if (message.type != MessageType::video) return false;
  const auto parsed = live::flv::parse_video(message.payload);
  const auto* body = std::get_if<live::flv::VideoBody>(&parsed);
  if (body == nullptr || body->packets.empty()) return false;
  const auto& first = body->packets.front();
  const auto* video = tracks_[main_video].video();
  return first.kind == VideoPacket::Kind::sequence_start && first.track == 0 &&
         video->is_news(first);
}

}  // namespace rtmp_ingest

#include "common/media_in/flv_reader.hpp"

#include "common/flv/amf0.hpp"
#include "common/flv/metadata.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace live::media_in {
namespace {

constexpr unsigned stamp_bits = 32;
constexpr std::uint32_t ms_per_second = 1'000;

timeline::TrackSpec stamped_in_ms(std::uint32_t timescale) {
  timeline::TrackSpec spec;
  spec.in_num = 1;
  spec.in_den = ms_per_second;
  spec.timescale = timescale;
  spec.wrap_bits = stamp_bits;
  return spec;
}

Shape shape_of(const codec::Parameters& parameters) {
  Shape out{{av::describe(parameters), parameters}, {}};
  out.stamps = stamped_in_ms(out.track.stream.time_base_den);
  return out;
}

Raw raw_of(bool video, std::uint32_t ms, std::uint32_t nanoseconds) {
  Raw out;
  out.video = video;
  out.stamp.dts = ms;
  out.nanoseconds = nanoseconds;
  return out;
}

}  // namespace

void FlvReader::fail(std::string why) {
  if (!broken_) broken_ = Malformed{static_cast<std::size_t>(consumed_), std::move(why)};
}

std::optional<Malformed> FlvReader::feed(Bytes in, std::vector<Item>& items) {
  pending_.insert(pending_.end(), in.begin(), in.end());
  std::size_t used = 0;
  while (!broken_) {
    const auto n = take(Bytes{pending_}.subspan(used), items);
    if (n == 0) break;
    used += n;
    consumed_ += n;
  }
  pending_.erase(pending_.begin(), pending_.begin() + static_cast<std::ptrdiff_t>(used));
  return broken_;
}

bool FlvReader::finish(std::vector<Item>& items) {
  assembly_.finish(items);
  return pending_.empty();
}

/// One piece of the file; 0 when there is none whole.
std::size_t FlvReader::take(Bytes in, std::vector<Item>& items) {
  if (skip_ > 0) {
    const auto n = std::min(skip_, in.size());
    skip_ -= n;
    return n;
  }
  if (!has_header_) {
    const auto step = flv::parse_file_header(in);
    if (const auto* why = std::get_if<Malformed>(&step)) fail(why->why);
    const auto* header = std::get_if<Taken<flv::FileHeader>>(&step);
    if (header == nullptr) return 0;
    has_header_ = true;
    skip_ = flv::back_pointer_bytes;
    return header->used;
  }
  const auto step = flv::parse_tag_header(in);
  if (const auto* why = std::get_if<Malformed>(&step)) fail(why->why);
  const auto* header = std::get_if<Taken<flv::TagHeader>>(&step);
  if (header == nullptr || in.size() - header->used < header->value.size) return 0;
  tag(header->value, in.subspan(header->used, header->value.size), items);
  skip_ = flv::back_pointer_bytes;
  return header->used + header->value.size;
}

void FlvReader::tag(const flv::TagHeader& header, Bytes body, std::vector<Item>& items) {
  switch (header.type) {
    case flv::TagType::video:
      return video(header.timestamp_ms, body, items);
    case flv::TagType::audio:
      return audio(header.timestamp_ms, body, items);
    case flv::TagType::script:
      return script(body);
  }
}

void FlvReader::video(std::uint32_t ms, Bytes body, std::vector<Item>& items) {
  using Kind = flv::VideoPacket::Kind;
  const auto parsed = flv::parse_video(body);
  const auto* found = std::get_if<flv::VideoBody>(&parsed);
  if (found == nullptr) return;  // one damaged tag
  for (const auto& packet : found->packets) {
    if (packet.track != 0) continue;
    if (packet.kind != Kind::frame && packet.kind != Kind::sequence_start) continue;
    if (!flv::video_codec(packet.codec_id)) {
      return fail("its video codec " + flv::codec_name(packet.codec_id) + " is not read from FLV");
    }
    if (packet.kind == Kind::sequence_start) {
      video_.header(packet);
      continue;
    }
    codec::Sample sample;
    const bool taken = video_.take(packet, sample, scratch_);
    if (video_.take_changed() && video_.parameters()) {
      auto shape = shape_of(*video_.parameters());
      shape.track.stream.rate_num = static_cast<std::uint32_t>(std::lround(frame_rate_ * 1000));
      shape.track.stream.rate_den = 1000;
      assembly_.video(shape);
    }
    if (!taken) continue;
    auto raw = raw_of(true, ms, found->nanoseconds);
    raw.key = sample.key;
    raw.stamp.pts = *raw.stamp.dts + packet.composition_ms;
    raw.packet = av::Packet::gathered(sample.pieces);
    assembly_.push(std::move(raw), items);
  }
}

void FlvReader::audio(std::uint32_t ms, Bytes body, std::vector<Item>& items) {
  using Kind = flv::AudioPacket::Kind;
  const auto parsed = flv::parse_audio(body);
  const auto* found = std::get_if<flv::AudioBody>(&parsed);
  if (found == nullptr) return;
  for (const auto& packet : found->packets) {
    if (packet.track != 0) continue;
    if (packet.kind != Kind::frame && packet.kind != Kind::sequence_start) continue;
    if (!flv::audio_codec(packet.codec_id)) {
      left_out_ = flv::audio_name(packet.codec_id);
      assembly_.without_audio();
      continue;
    }
    if (packet.kind == Kind::sequence_start) {
      audio_.header(packet);
    } else {
      audio_.look_at(packet);
    }
    if (audio_.take_changed() && audio_.parameters())
      assembly_.audio(shape_of(*audio_.parameters()));
    if (packet.kind != Kind::frame || !audio_.knows(packet.codec_id)) continue;
    auto raw = raw_of(false, ms, found->nanoseconds);
    raw.stamp.pts = raw.stamp.dts;
    raw.samples = audio_.samples(packet.data);
    raw.packet = av::Packet::gathered({&packet.data, 1});
    assembly_.push(std::move(raw), items);
  }
}

void FlvReader::script(Bytes body) {
  const auto parsed = flv::amf0::read(body);
  const auto* values = std::get_if<std::vector<flv::amf0::Value>>(&parsed);
  if (values == nullptr) return;
  if (const auto metadata = flv::read_metadata(*values)) frame_rate_ = metadata->frame_rate;
}

}  // namespace live::media_in

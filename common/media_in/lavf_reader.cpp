#include "common/media_in/lavf_reader.hpp"

#include "common/codec/records.hpp"

#include <algorithm>
#include <utility>

namespace live::media_in {

using av::Packet;
using av::Stream;
using codec::Codec;

namespace {

constexpr std::uint32_t video_timescale = 90'000;
constexpr std::uint32_t usual_rate = 25;  ///< of pictures, where nothing says it
constexpr std::size_t most_undated = 16;  ///< a stream of more has no decode times at all

timeline::TrackSpec stamps_of(const Stream& stream, std::uint32_t timescale) {
  timeline::TrackSpec out;
  out.in_num = stream.time_base_num;
  out.in_den = stream.time_base_den;
  out.timescale = timescale;
  out.wrap_bits = stream.wrap_bits;
  out.reorders = stream.kind == Stream::Kind::video;
  return out;
}

/// Of a picture, in the stream's time base.
std::int64_t duration_of(const Raw& raw, const Stream& stream) {
  if (raw.stamp.duration && *raw.stamp.duration > 0) return *raw.stamp.duration;
  const std::int64_t num = stream.rate_num > 0 ? stream.rate_num : usual_rate;
  const std::int64_t den = stream.rate_num > 0 ? stream.rate_den : 1;
  return std::max<std::int64_t>(1, rescale(den, stream.time_base_den, num * stream.time_base_num));
}

timeline::Stamp stamp_of(const Packet& packet) {
  return {packet.dts(), packet.pts(), packet.duration()};
}

/// What only the container knows, added to what the parameters say.
void keep_facts(Stream& out, const Stream& from) {
  out.rate_num = from.rate_num;
  out.rate_den = from.rate_den;
  out.rotation = from.rotation;
  if (from.sar_num != from.sar_den) {
    out.sar_num = from.sar_num;
    out.sar_den = from.sar_den;
  }
}

}  // namespace

LavfReader::LavfReader(av::Input input) : input_(std::move(input)) {
  const auto best_video = input_.best(Stream::Kind::video);
  const auto best_audio = input_.best(Stream::Kind::audio, best_video);
  if (best_video) open_video(input_.streams()[*best_video]);
  if (best_audio) open_audio(input_.streams()[*best_audio]);
  if (!video_) assembly_.without_video();
  if (!audio_) assembly_.without_audio();
  // Sound that a header announces is late, not new: pictures need not wait for it, nor does it begin an epoch.
  if (audio_ && audio_->units && audio_->units->parameters()) tell_audio();
  seen_ = input_.streams().size();
  for (const auto& stream : input_.streams()) {
    if (stream.index != best_video && stream.index != best_audio) input_.leave_out(stream.index);
  }
}

void LavfReader::open_video(const Stream& stream) {
  video_ = Video{};
  video_->stream = stream;
  if (stream.carried != Codec::avc && stream.carried != Codec::hevc) return;
  video_->sets.emplace(*stream.carried, false);
  video_->sets->seed(stream.extradata);
}

void LavfReader::open_audio(const Stream& stream) {
  audio_ = Audio{};
  audio_->stream = stream;
  if (stream.carried) audio_->units.emplace(stream);
}

/// One that appears late takes a place that is free.
void LavfReader::look_at_streams() {
  for (; seen_ < input_.streams().size(); ++seen_) {
    const auto& stream = input_.streams()[seen_];
    if (stream.kind == Stream::Kind::video && !video_) {
      open_video(stream);
    } else if (stream.kind == Stream::Kind::audio && !audio_) {
      open_audio(stream);
    } else {
      input_.leave_out(stream.index);
    }
  }
}

std::optional<av::Trouble> LavfReader::read(std::vector<Item>& items) {
  Packet packet;
  if (auto trouble = input_.read(packet)) {
    if (video_) date(items);
    assembly_.finish(items);
    return trouble;
  }
  look_at_streams();
  if (video_ && packet.stream() == video_->stream.index) {
    video(std::move(packet), items);
  } else if (audio_ && packet.stream() == audio_->stream.index) {
    audio(std::move(packet), items);
  }
  return {};
}

void LavfReader::video(Packet packet, std::vector<Item>& items) {
  Raw raw;
  raw.stamp = stamp_of(packet);
  raw.ordered = video_->stream.stamped;
  if (!video_->stream.stamped) {
    raw.stamp = {};
    const auto ticks = duration_of(raw, video_->stream);
    raw.stamp = {video_->counted++ * ticks, {}, ticks};
  }
  if (video_->sets) {
    if (!take_units(raw, packet)) return;
  } else {
    take_plain(raw, packet);
  }
  give(std::move(raw), items);
}

void LavfReader::give(Raw raw, std::vector<Item>& items) {
  auto& v = *video_;
  if (v.dated) return assembly_.push(std::move(raw), items);
  const bool tells = raw.stamp.dts.has_value();
  v.undated.push_back(std::move(raw));
  if (tells || v.undated.size() > most_undated) date(items);
}

/// Decode times that are missing go before the first one that is there.
void LavfReader::date(std::vector<Item>& items) {
  auto& v = *video_;
  v.dated = true;
  auto next = v.undated.empty() ? std::nullopt : v.undated.back().stamp.dts;
  for (auto raw = v.undated.rbegin(); raw != v.undated.rend() && next; ++raw) {
    if (!raw->stamp.dts) raw->stamp.dts = *next - duration_of(*raw, v.stream);
    next = raw->stamp.dts;
  }
  for (auto& raw : std::exchange(v.undated, {}))
    assembly_.push(std::move(raw), items);
}

/// H.264 and H.265.  False when the packet holds no picture.
bool LavfReader::take_units(Raw& raw, Packet& packet) {
  const bool flagged = packet.key();
  const auto cut = video_->sets->take(packet.bytes(), scratch_);
  video_->stale = video_->stale || cut.new_sets;
  if (!cut.slice) return false;
  video_->has_idr = video_->has_idr || cut.key;
  raw.key = cut.key || (flagged && !video_->has_idr);  // broadcasts may have recovery points only
  raw.packet = Packet::gathered(cut.pieces);
  if (raw.key && video_->stale) tell_video(video_->sets->parameters());
  return true;
}

/// A packet is a unit.
void LavfReader::take_plain(Raw& raw, Packet& packet) {
  raw.key = packet.key();
  const auto& stream = video_->stream;
  if (stream.carried == Codec::av1 || stream.carried == Codec::vp9) {
    Bytes bytes = packet.bytes();
    if (stream.carried == Codec::av1) bytes = codec::without_temporal_delimiter(bytes);
    raw.packet = Packet::gathered({&bytes, 1});
    if (!raw.key || !video_->stale) return;
    codec::Parameters found{.codec = *stream.carried, .config = {}};
    found.width = stream.width;
    found.height = stream.height;
    found.sar_num = stream.sar_num;
    found.sar_den = stream.sar_den;
    auto record = stream.carried == Codec::vp9          ? codec::vpcc_from_key_frame(bytes)
                  : codec::parse_av1c(stream.extradata) ? std::optional{stream.extradata}
                                                        : codec::av1c_from_obus(bytes);
    if (!record) return;
    found.config = *std::move(record);
    return tell_video(std::move(found));
  }
  raw.packet = std::move(packet);
  if (raw.key && video_->stale) tell_video({});
}

void LavfReader::tell_video(std::optional<codec::Parameters> parameters) {
  const auto& stream = video_->stream;
  if (!parameters && stream.carried) return;  // not known yet
  video_->stale = false;
  Shape shape{{stream, parameters}, stamps_of(stream, video_timescale)};
  if (parameters) {
    shape.track.stream = av::describe(*parameters);
    keep_facts(shape.track.stream, stream);
  }
  shape.track.stream.time_base_num = 1;
  shape.track.stream.time_base_den = video_timescale;
  assembly_.video(shape);
}

void LavfReader::audio(Packet packet, std::vector<Item>& items) {
  Raw raw;
  raw.video = false;
  raw.stamp = stamp_of(packet);
  if (!raw.stamp.dts) raw.stamp.dts = raw.stamp.pts;
  const auto& stream = audio_->stream;
  if (!audio_->units) {
    raw.packet = std::move(packet);
    if (stream.sample_rate == 0) return;
  } else {
    const auto frame = audio_->units->take(packet);
    if (frame.empty()) return;
    raw.samples = audio_->units->samples(frame).value_or(0);
    raw.packet = Packet::gathered({&frame, 1});
  }
  tell_audio();
  const auto rate = audio_->told ? audio_->told->sample_rate : stream.sample_rate;
  if (raw.samples == 0) raw.samples = stream.frame_samples;
  if (raw.samples > 0) {
    raw.stamp.duration =
        rescale(raw.samples, stream.time_base_den, std::int64_t{rate} * stream.time_base_num);
  } else if (raw.stamp.duration) {
    raw.samples = static_cast<std::uint32_t>(std::clamp<std::int64_t>(
        rescale(*raw.stamp.duration, std::int64_t{rate} * stream.time_base_num,
                stream.time_base_den),
        0, rate));
  }
  assembly_.push(std::move(raw), items);
}

void LavfReader::tell_audio() {
  const auto& stream = audio_->stream;
  const auto parameters = audio_->units ? audio_->units->parameters() : std::nullopt;
  if (audio_->known && audio_->told == parameters) return;
  audio_->known = true;
  audio_->told = parameters;
  const auto rate = parameters ? parameters->sample_rate : stream.sample_rate;
  Shape shape{{parameters ? av::describe(*parameters) : stream, parameters},
              stamps_of(stream, rate)};
  shape.track.stream.time_base_num = 1;
  shape.track.stream.time_base_den = rate;
  shape.stamps.nominal_duration = audio_->units ? audio_->units->packet_samples() : 0;
  assembly_.audio(shape);
}

}  // namespace live::media_in

#include "tools/rtsp2fmp4/session.hpp"

#include "common/base/failure.hpp"
#include "common/base/log.hpp"

#include <utility>

namespace rtsp2fmp4 {

using live::Exit;
using live::fail;
using live::av::Stream;
using live::mux::video_timescale;

namespace {

const Stream* first_of(const std::vector<Stream>& streams, Stream::Kind kind) {
  for (const auto& stream : streams) {
    if (stream.kind == kind) return &stream;
  }
  return nullptr;
}

/// "aac", "flac", or empty to copy.
std::string audio_target(const Stream& stream, AudioMode mode) {
  using live::codec::Codec;
  using live::codec::plays_in_browsers;
  switch (mode) {
    case AudioMode::automatic:
      if (stream.carried && plays_in_browsers(*stream.carried)) return {};
      return stream.pcm ? "flac" : "aac";
    case AudioMode::aac:
      return stream.carried == Codec::aac ? "" : "aac";
    case AudioMode::flac:
      return stream.carried == Codec::flac ? "" : "flac";
    case AudioMode::copy:
      if (stream.carried) return {};
      fail(Exit::bad_data, "copy audio: MP4 cannot carry {}; --audio {} transcodes it", stream.name,
           stream.pcm ? "flac" : "aac");
    case AudioMode::none:
      break;
  }
  return {};
}

}  // namespace

Session::Session(Source& source, const Options& options, bool rtp, bool reordered,
                 live::timeline::Repair& repair, Muxer& muxer, Stats& stats,
                 const std::string& name)
    : repair_(repair), muxer_(muxer), stats_(stats), live_(source.is_live()) {
  const auto* video =
      options.video == VideoMode::none ? nullptr : first_of(source.streams(), Stream::Kind::video);
  const auto* audio =
      options.audio == AudioMode::none ? nullptr : first_of(source.streams(), Stream::Kind::audio);
  if (video == nullptr && audio == nullptr)
    fail(Exit::bad_data, "read {}: no video or audio in it", name);
  for (const auto& stream : source.streams()) {
    if (&stream != video && &stream != audio) source.leave_out(stream.index);
  }
  VideoPolicy policy;
  policy.fix_sps = options.fix_sps && !reordered;
  policy.rtp = rtp;
  policy.live = live_;
  policy.rate = options.rate;
  if (video != nullptr) open_video(*video, options, policy);
  if (audio != nullptr) open_audio(*audio, options);
}

void Session::open_video(const Stream& stream, const Options& options, VideoPolicy policy) {
  if (options.video == VideoMode::copy && !stream.carried) {
    fail(Exit::bad_data, "copy video: MP4 cannot carry {} for browsers; --video h264 transcodes it",
         stream.name);
  }
  policy.transcode = options.video == VideoMode::h264 || !stream.carried;
  video_stream_ = stream.index;
  rotation_ = stream.rotation;
  video_ = std::make_unique<VideoTrack>(stream, policy, stats_,
                                        [this](Sample s) { on_video(std::move(s)); });
}

void Session::open_audio(const Stream& stream, const Options& options) {
  const auto target = audio_target(stream, options.audio);
  audio_stream_ = stream.index;
  const auto open = [&] {
    audio_ =
        std::make_unique<AudioTrack>(stream, target, [this](Sample s) { on_audio(std::move(s)); });
  };
  if (!video_ || options.audio != AudioMode::automatic) return open();
  try {
    open();
  } catch (const live::Failure& failure) {  // a picture without sound is better than none
    live::log::warn("audio: left out: {}", failure.what());
  }
}

/// With the first sample, because only then the audio's rate is certain.
void Session::begin_time_line() {
  if (std::exchange(time_line_begun_, true)) return;
  std::vector<live::timeline::TrackSpec> specs;
  if (video_) {
    const auto& stream = video_->stream();
    live::timeline::TrackSpec spec;
    spec.in_num = stream.time_base_num;
    spec.in_den = stream.time_base_den;
    spec.timescale = video_timescale;
    spec.wrap_bits = stream.wrap_bits;
    specs.push_back(spec);
  }
  if (audio_) {
    audio_index_ = specs.size();
    live::timeline::TrackSpec spec;
    spec.in_num = audio_->time_base_num();
    spec.in_den = audio_->time_base_den();
    if (audio_->parameters()) audio_timescale_ = audio_->parameters()->sample_rate;
    spec.timescale = audio_timescale_;
    spec.nominal_duration = audio_->packet_samples();
    spec.reorders = false;
    specs.push_back(spec);
    if (!video_) timescale_ = spec.timescale;
  }
  repair_.begin_session(specs);
}

void Session::push(live::av::Packet packet, const Arrival& arrival) {
  if (is_video(packet)) {
    video_->push(std::move(packet), arrival);
  } else if (audio_) {
    audio_->push(std::move(packet), arrival);
  }
}

void Session::flush() {
  if (video_) video_->flush();
  release();
  muxer_.flush();
}

void Session::wish() {
  std::optional<live::mux::TrackInfo> video, audio;
  if (video_ && video_->parameters())
    video = live::mux::TrackInfo{*video_->parameters(), video_timescale, {}, rotation_};
  if (audio_ && audio_->parameters() && !(silence_ && silence_->given_up()))
    audio = live::mux::TrackInfo{*audio_->parameters(), audio_timescale_};
  muxer_.tracks(std::move(video), std::move(audio));
}

bool Session::waits_for_audio() const {
  if (waited_ || !audio_ || audio_->parameters() || waiting_.size() >= most_waiting) return false;
  return waiting_.empty() ||
         waiting_.back().arrival.monotonic - waiting_.front().arrival.monotonic < longest_wait;
}

void Session::on_video(Sample sample) {
  if (waits_for_audio()) {
    waiting_.push_back(std::move(sample));
    return;
  }
  release();
  write_video(std::move(sample));
}

void Session::release() {
  waited_ = true;
  for (auto& sample : std::exchange(waiting_, {}))
    write_video(std::move(sample));
}

void Session::write_video(Sample sample) {
  begin_time_line();
  const auto at = repair_.repair(0, sample.stamp, sample.arrival.monotonic);
  if (!first_) first_ = at.dts;
  last_ = at.dts;
  if (live_ && audio_ && audio_->parameters()) fill_silence(at.dts, sample.arrival);
  if (sample.key) wish();
  muxer_.video(std::move(sample), at);
}

/// Before the picture, so that both tracks of its fragment end together.
void Session::fill_silence(std::uint64_t video_dts, const Arrival& arrival) {
  const auto rate = audio_timescale_;
  const auto video_at = static_cast<std::uint64_t>(
      live::rescale(static_cast<std::int64_t>(video_dts), rate, video_timescale));
  if (!silence_) {
    silent_packet_ = live::av::silent_packet(*audio_->parameters(), audio_->packet_samples());
    const bool possible = silent_packet_ && rate == audio_->parameters()->sample_rate;
    silence_.emplace(possible ? audio_->packet_samples() : 0);
  }
  if (!std::exchange(video_begun_, true)) silence_->begin(video_at, arrival.monotonic);
  const bool given_up = silence_->given_up();
  for (auto n = silence_->due(video_at, arrival.monotonic); n > 0; --n) {
    if (stats_.silent_packets.value() == 0)
      live::log::warn("audio: nothing comes; filling with silence");
    live::timeline::Repaired at;
    at.dts = silence_->next();
    at.duration = audio_->packet_samples();
    Sample sample;
    sample.arrival = arrival;
    sample.parts.push_back({live::av::Packet::copy_of(*silent_packet_), {}});
    sample.pieces = {sample.parts.front().packet.bytes()};
    sample.size = sample.pieces.front().size();
    silence_->filled();
    repair_.fill(audio_index_, silence_->next());
    stats_.silent_packets.add();
    muxer_.audio(std::move(sample), at);
  }
  if (!given_up && silence_->given_up()) {
    live::log::warn("audio: given up; the next key frame begins an init segment without it");
  }
}

void Session::on_audio(Sample sample) {
  if (!waiting_.empty()) release();
  begin_time_line();
  const auto at = repair_.repair(audio_index_, sample.stamp, sample.arrival.monotonic);
  if (silence_) silence_->real(at.dts + at.duration, sample.arrival.monotonic);
  if (at.covered) {
    stats_.late_audio.add();
    return;
  }
  if (!video_) {
    if (!first_) first_ = at.dts;
    last_ = at.dts;
    wish();
  }
  muxer_.audio(std::move(sample), at);
}

live::Ms Session::written() const {
  if (!first_) return {};
  return live::Ms{(last_ - *first_) * 1000 / timescale_};
}

}  // namespace rtsp2fmp4

#include "tools/rtsp2fmp4/muxer.hpp"

#include "common/base/log.hpp"
#include "common/mp4/init.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace rtsp2fmp4 {

using live::timeline::Repaired;

void Muxer::tracks(std::optional<live::codec::Parameters> video,
                   std::optional<live::codec::Parameters> audio, std::uint32_t audio_timescale) {
  wish_ = {std::move(video), std::move(audio), {}};
  if (wish_.audio) wish_.audio_timescale = audio_timescale;
}

void Muxer::begin_epoch() {
  flush();
  now_ = wish_;
  ++epoch_;
  output_.begin_epoch(epoch_);
  std::vector<live::mp4::Track> tracks;
  if (now_.video) tracks.push_back({video_.id, video_timescale, *now_.video});
  if (now_.audio) tracks.push_back({audio_.id, now_.audio_timescale, *now_.audio});
  init_ = live::mp4::write_init(tracks);
  std::string codecs;
  for (const auto& track : tracks)
    codecs += (codecs.empty() ? "" : ",") + live::codec::rfc6381(track.parameters);
  live::log::info("output: epoch {} codecs={} {}x{}", epoch_, codecs,
                  now_.video ? now_.video->width : 0, now_.video ? now_.video->height : 0);
  stats_.epochs.set(epoch_);
  stats_.set_codecs(codecs);
}

void Muxer::video(Sample sample, const Repaired& at) {
  if (sample.key && wish_ != now_) {
    begin_epoch();
  } else if (!now_.video) {
    return;
  } else if (cuts_before(at) && (sample.key || held_bytes_ > most_bytes ||
                                 held(video_, video_timescale) > most_seconds * 1000ULL)) {
    if (!video_.entries.empty() && at.dts > video_.last) {
      video_.entries.back().duration = static_cast<std::uint32_t>(at.dts - video_.last);
    }
    flush();
  }
  stats_.frames.add();
  add(video_, std::move(sample), at);
  if (cut_.at == Cut::At::frame) flush();
}

/// Might a fragment end before a picture at `at`?
bool Muxer::cuts_before(const Repaired& at) const {
  if (cut_.at == Cut::At::frame || video_.entries.empty()) return false;
  if (cut_.at == Cut::At::gop) return true;
  const auto ms = (at.dts - video_.first) * 1000 / video_timescale;
  return ms >= static_cast<std::uint64_t>(cut_.duration.count()) || held_bytes_ > most_bytes;
}

void Muxer::audio(Sample sample, const Repaired& at) {
  if (!wish_.video && wish_ != now_) begin_epoch();
  if (!now_.audio || now_.audio != wish_.audio) return;
  add(audio_, std::move(sample), at);
  const auto ms = held(audio_, now_.audio_timescale);
  if (cut_.at == Cut::At::frame) {
    if (ms >= audio_limit_ms) flush();
  } else if (!now_.video) {
    const auto limit =
        cut_.at == Cut::At::gop ? audio_gop_ms : static_cast<std::uint64_t>(cut_.duration.count());
    if (ms >= limit) flush();
  } else if (held_bytes_ > most_bytes) {
    flush();
  }
}

void Muxer::add(Track& track, Sample sample, const Repaired& at) {
  const auto dts = std::max(at.dts, track.floor);
  if (track.entries.empty()) {
    track.first = dts;
  } else {  // within a fragment durations are what places the samples
    track.entries.back().duration = static_cast<std::uint32_t>(dts - track.last);
  }
  track.last = dts;
  track.floor = dts + 1;
  live::mp4::SampleEntry entry;
  entry.duration = std::max(1U, at.duration);
  entry.size = static_cast<std::uint32_t>(sample.size);
  entry.composition = at.composition;
  entry.sync = sample.key;
  track.entries.push_back(entry);
  held_bytes_ += sample.size;
  track.samples.push_back(std::move(sample));
}

std::uint64_t Muxer::held(const Track& track, std::uint32_t timescale) const {
  if (track.entries.empty()) return 0;
  return (track.last + track.entries.back().duration - track.first) * 1000 / timescale;
}

std::optional<live::mp4::ProducerTime> Muxer::producer() const {
  const auto& track = video_.samples.empty() ? audio_ : video_;
  return live::mp4::ProducerTime{track.id, live::to_ntp(track.samples.front().arrival.wall),
                                 track.first};
}

/// From when libavformat gave out the newest sample that is held.
void Muxer::count_delay() {
  auto newest = live::Monotonic::min();
  for (const auto* track : {&video_, &audio_}) {
    if (!track->samples.empty()) newest = std::max(newest, track->samples.back().arrival.monotonic);
  }
  const auto delay = std::chrono::steady_clock::now() - newest;
  if (delay <= std::chrono::milliseconds{1}) stats_.within_1ms.add();
  if (delay <= std::chrono::milliseconds{5}) stats_.within_5ms.add();
  if (delay <= std::chrono::milliseconds{20}) stats_.within_20ms.add();
}

void Muxer::flush() {
  std::array<live::mp4::Run, 2> runs;
  std::size_t count = 0;
  for (auto* track : {&video_, &audio_}) {
    if (track->entries.empty()) continue;
    runs[count++] = {track->id, track->first, track == &video_, track->entries};
  }
  if (count == 0) return;
  head_.clear();
  live::mp4::write_fragment_head(head_, ++sequence_, producer(), std::span{runs}.first(count));
  pieces_.clear();
  const auto put = [this](live::Bytes bytes) {
    pieces_.push_back({const_cast<std::uint8_t*>(bytes.data()), bytes.size()});
  };
  if (!init_.empty()) put(init_);
  put(head_);
  for (auto* track : {&video_, &audio_}) {
    for (const auto& sample : track->samples) {
      for (const auto piece : sample.pieces)
        put(piece);
    }
  }
  output_.write(pieces_);
  count_delay();
  init_.clear();
  for (auto* track : {&video_, &audio_}) {
    track->samples.clear();
    track->entries.clear();
  }
  held_bytes_ = 0;
  stats_.fragments.add();
  stats_.bytes.set(output_.bytes());
}

}  // namespace rtsp2fmp4

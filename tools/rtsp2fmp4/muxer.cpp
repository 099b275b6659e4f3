#include "tools/rtsp2fmp4/muxer.hpp"

#include "common/base/log.hpp"
#include "common/codec/parameters.hpp"

#include <memory>
#include <string>
#include <utility>

namespace rtsp2fmp4 {

using live::mux::TrackInfo;
using live::timeline::Repaired;

Muxer::Muxer(live::mux::Cut cut, Output& output, Stats& stats)
    : output_(output),
      stats_(stats),
      fragmenter_(cut, [this](live::mux::Written& fragment) { write(fragment); }) {}

void Muxer::tracks(std::optional<TrackInfo> video, std::optional<TrackInfo> audio) {
  live::mux::Tracks wish(2);
  wish[video_track] = std::move(video);
  wish[audio_track] = std::move(audio);
  fragmenter_.tracks(std::move(wish));
}

void Muxer::video(Sample sample, const Repaired& at) {
  push(video_track, sample, at);
  if (!fragmenter_.now().empty() && fragmenter_.now()[video_track]) stats_.frames.add();
}

void Muxer::audio(Sample sample, const Repaired& at) { push(audio_track, sample, at); }

void Muxer::push(std::size_t track, Sample& sample, const Repaired& at) {
  sample_.pieces.swap(sample.pieces);
  sample_.size = sample.size;
  sample_.key = sample.key;
  sample_.arrived = sample.arrival.monotonic;
  sample_.wall = sample.arrival.wall;
  sample_.owner = std::make_shared<const std::vector<Part>>(std::move(sample.parts));
  fragmenter_.push(track, std::move(sample_), at);
}

void Muxer::begin_epoch(unsigned number) {
  output_.begin_epoch(number);
  std::string codecs;
  live::codec::Parameters video;
  for (const auto& track : fragmenter_.now()) {
    if (!track) continue;
    codecs += (codecs.empty() ? "" : ",") + live::codec::rfc6381(track->parameters);
    if (live::codec::is_video(track->parameters.codec)) video = track->parameters;
  }
  live::log::info("output: epoch {} codecs={} {}x{}", number, codecs, video.width, video.height);
  stats_.epochs.set(number);
  stats_.set_codecs(codecs);
}

void Muxer::write(live::mux::Written& fragment) {
  if (fragment.init) begin_epoch(fragment.epoch);
  pieces_.clear();
  const auto put = [this](live::Bytes bytes) {
    pieces_.push_back({const_cast<std::uint8_t*>(bytes.data()), bytes.size()});
  };
  if (fragment.init) put(*fragment.init);
  for (const auto piece : fragment.media.pieces)
    put(piece);
  output_.write(pieces_);
  count_delay(fragment.newest);
  stats_.fragments.add();
  stats_.bytes.set(output_.bytes());
}

/// From when libavformat gave out the newest sample of a fragment.
void Muxer::count_delay(live::Monotonic newest) {
  const auto delay = std::chrono::steady_clock::now() - newest;
  if (delay <= std::chrono::milliseconds{1}) stats_.within_1ms.add();
  if (delay <= std::chrono::milliseconds{5}) stats_.within_5ms.add();
  if (delay <= std::chrono::milliseconds{20}) stats_.within_20ms.add();
}

}  // namespace rtsp2fmp4

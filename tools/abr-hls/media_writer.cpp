#include "tools/abr-hls/media_writer.hpp"

#include "common/mp4/init.hpp"

#include <algorithm>
#include <utility>

namespace abr_hls {
namespace {

using live::mp4::Run;
using live::mp4::SampleEntry;

std::vector<SampleEntry> entries_of(const std::vector<Sample>& samples) {
  std::vector<SampleEntry> out;
  out.reserve(samples.size());
  for (const auto& sample : samples) {
    SampleEntry entry;
    entry.duration = static_cast<std::uint32_t>(sample.duration);
    entry.size = static_cast<std::uint32_t>(sample.bytes.size());
    entry.composition = static_cast<std::int32_t>(sample.pts - sample.dts);
    entry.sync = sample.key;
    out.push_back(entry);
  }
  return out;
}

void move_into(live::Gather& out, std::vector<Sample>& samples) {
  for (auto& sample : samples) {
    out.add(sample.bytes);
    out.owners.push_back(std::move(sample.owner));
  }
}

}  // namespace

MediaWriter::MediaWriter(live::tree::Container container, const RenditionInfo& rendition)
    : container_(container) {
  if (rendition.audio) audio_rate_ = rendition.audio->sample_rate;
  if (container_ == live::tree::Container::ts) {
    ts_.emplace(rendition.video, rendition.audio);
    return;
  }
  std::vector<live::mp4::Track> tracks;
  const auto add = [&](const live::codec::Parameters& parameters, std::uint32_t timescale) {
    tracks.push_back({static_cast<std::uint32_t>(tracks.size() + 1), timescale, parameters});
    return tracks.back().id;
  };
  if (rendition.video) {
    video_track_ = add(*rendition.video, video_rate);
    tracks.back().rotation = rendition.rotation;
  }
  if (rendition.audio) audio_track_ = add(*rendition.audio, audio_rate_);
  init_ = live::mp4::write_init(tracks);
}

live::Gather MediaWriter::write(Piece piece) {
  return ts_ ? write_packets(piece) : write_fragment(piece);
}

live::Gather MediaWriter::write_fragment(Piece& piece) {
  const auto video = entries_of(piece.video);
  const auto audio = entries_of(piece.audio);
  std::vector<Run> runs;
  const auto add = [&](const std::vector<Sample>& samples, const std::vector<SampleEntry>& entries,
                       std::uint32_t track, bool is_video) {
    if (entries.empty()) return;
    runs.push_back({track, static_cast<std::uint64_t>(samples.front().dts), is_video, entries});
  };
  add(piece.video, video, video_track_, true);
  add(piece.audio, audio, audio_track_, false);
  auto head = std::make_shared<live::Buffer>();
  live::mp4::write_fragment_head(*head, ++sequence_, {}, runs);
  live::Gather out;
  out.add(std::move(head));
  move_into(out, piece.video);
  move_into(out, piece.audio);
  return out;
}

live::Gather MediaWriter::write_packets(const Piece& piece) {
  ts_->begin_segment();
  auto video = piece.video.begin();
  auto audio = piece.audio.begin();
  while (video != piece.video.end() || audio != piece.audio.end()) {
    const bool video_next = audio == piece.audio.end() ||
                            (video != piece.video.end() &&
                             video->dts <= live::rescale(audio->dts, video_rate, audio_rate_));
    const auto& sample = video_next ? *video++ : *audio++;
    ts_->write(video_next, sample.bytes, sample.dts, sample.pts, sample.duration, sample.key);
  }
  live::Gather out;
  out.add(std::make_shared<const live::Buffer>(ts_->take()));
  return out;
}

}  // namespace abr_hls

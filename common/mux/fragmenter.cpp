#include "common/mux/fragmenter.hpp"

#include "common/mp4/colour.hpp"
#include "common/mp4/init.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace live::mux {

using timeline::Repaired;

namespace {

constexpr std::size_t main_video = 0, main_audio = 1;

std::uint32_t id_of(std::size_t track) { return static_cast<std::uint32_t>(track + 1); }

/// `list` with the colours that `tracks` have.
Buffer init_of(const std::vector<mp4::Track>& list, const Tracks& tracks) {
  auto init = mp4::write_init(list);
  for (std::size_t i = 0; i < tracks.size(); ++i) {
    if (tracks[i] && tracks[i]->colour) init = mp4::with_colour(init, id_of(i), *tracks[i]->colour);
  }
  return init;
}

bool has(const Tracks& tracks, std::size_t track) {
  return track < tracks.size() && tracks[track].has_value();
}

}  // namespace

Fragmenter::Fragmenter(Cut cut, Sink sink) : cut_(cut), sink_(std::move(sink)) {}

void Fragmenter::tracks(Tracks wish) {
  while (!wish.empty() && !wish.back())
    wish.pop_back();
  if (wish == wish_) return;
  wish_ = std::move(wish);
  changes_ = wish_ != now_;
  open_tracks();
}

/// The track whose samples can begin an epoch.
std::size_t Fragmenter::lead() const { return has(wish_, main_video) ? main_video : main_audio; }

void Fragmenter::open_tracks() {
  for (std::size_t i = 0; i < tracks_.size(); ++i)
    tracks_[i].open =
        now_[i].has_value() && (i == main_video || (has(wish_, i) && wish_[i] == now_[i]));
}

void Fragmenter::begin_epoch() {
  flush();
  now_ = wish_;
  changes_ = false;
  ++epoch_;
  tracks_.resize(now_.size());
  std::vector<mp4::Track> list;
  for (std::size_t i = 0; i < now_.size(); ++i) {
    auto& track = tracks_[i];
    track.begun = false;
    if (!now_[i]) continue;
    const auto timescale = now_[i]->timescale;
    if (track.timescale != 0 && track.timescale != timescale)
      track.floor = static_cast<std::uint64_t>(
          rescale(static_cast<std::int64_t>(track.floor), timescale, track.timescale));
    track.timescale = timescale;
    track.video = codec::is_video(now_[i]->parameters.codec);
    list.push_back({id_of(i), timescale, now_[i]->parameters, now_[i]->rotation});
  }
  open_tracks();
  init_ = std::make_shared<const Buffer>(init_of(list, now_));
}

bool Fragmenter::takes(std::size_t track, bool key) {
  if (track >= tracks_.size() || !tracks_[track].open) return false;
  auto& state = tracks_[track];
  if (track > main_audio && state.video) {
    state.begun = state.begun || key;
    return state.begun;
  }
  return true;
}

void Fragmenter::push(std::size_t track, Sample&& sample, const Repaired& at) {
  if (changes_ && sample.key && track == lead() && has(wish_, track)) begin_epoch();
  if (!takes(track, sample.key)) return;
  if (track == main_video) {
    picture(sample, at);
  } else {
    beside(tracks_[track], track, sample, at);
  }
}

void Fragmenter::picture(Sample& sample, const Repaired& at) {
  auto& track = tracks_[main_video];
  if (cuts_before(at) &&
      (sample.key || held_bytes_ > most_bytes || held(track) > most_seconds * 1000ULL)) {
    if (at.dts > track.last)
      track.entries.back().duration = static_cast<std::uint32_t>(at.dts - track.last);
    flush();
  }
  add(track, sample, at);
  if (cut_.at == Cut::At::frame) flush();
}

/// Might a fragment end before a picture at `at`?
bool Fragmenter::cuts_before(const Repaired& at) const {
  const auto& track = tracks_[main_video];
  if (cut_.at == Cut::At::frame || track.entries.empty()) return false;
  if (cut_.at == Cut::At::gop) return true;
  const auto ms = (at.dts - track.first) * 1000 / track.timescale;
  return ms >= static_cast<std::uint64_t>(cut_.duration.count()) || held_bytes_ > most_bytes;
}

/// All but the main video.
void Fragmenter::beside(Track& track, std::size_t index, Sample& sample, const Repaired& at) {
  add(track, sample, at);
  std::uint64_t limit_ms = audio_limit_ms;
  if (cut_.at != Cut::At::frame) {
    if (held_bytes_ > most_bytes) return flush();
    if (has_video() || index != main_audio) return;
    limit_ms =
        cut_.at == Cut::At::gop ? audio_gop_ms : static_cast<std::uint64_t>(cut_.duration.count());
  }
  if (held(track) >= limit_ms) flush();
}

void Fragmenter::add(Track& track, Sample& sample, const Repaired& at) {
  const auto dts = std::max(at.dts, track.floor);
  if (track.entries.empty()) {
    track.first = dts;
    track.first_wall = sample.wall;
  } else {  // within a fragment durations are what places the samples
    track.entries.back().duration = static_cast<std::uint32_t>(dts - track.last);
  }
  track.last = dts;
  track.floor = dts + 1;
  track.newest = sample.arrived;
  mp4::SampleEntry entry;
  entry.duration = std::max(1U, at.duration);
  entry.size = static_cast<std::uint32_t>(sample.size);
  entry.composition = at.composition;
  entry.sync = sample.key;
  track.entries.push_back(entry);
  track.pieces.insert(track.pieces.end(), sample.pieces.begin(), sample.pieces.end());
  if (sample.owner) track.owners.push_back(std::move(sample.owner));
  held_bytes_ += sample.size;
}

std::uint64_t Fragmenter::held(const Track& track) {
  if (track.entries.empty()) return 0;
  return (track.last + track.entries.back().duration - track.first) * 1000 / track.timescale;
}

/// Fills head_, and what written_ says of the fragment.
void Fragmenter::write_head() {
  runs_.clear();
  std::optional<mp4::ProducerTime> producer;
  written_.newest = Monotonic::min();
  for (std::size_t i = 0; i < tracks_.size(); ++i) {
    const auto& track = tracks_[i];
    if (track.entries.empty()) continue;
    runs_.push_back({id_of(i), track.first, track.video, track.entries});
    if (!producer) producer = {id_of(i), to_ntp(track.first_wall), track.first};
    written_.newest = std::max(written_.newest, track.newest);
  }
  if (!head_ || head_.use_count() != 1) head_ = std::make_shared<Buffer>();
  head_->clear();
  mp4::write_fragment_head(*head_, ++sequence_, producer, runs_);
  const auto& pictures = tracks_[main_video].entries;
  written_.start = !has_video() || (!pictures.empty() && pictures.front().sync);
  written_.epoch = epoch_;
  written_.init = std::exchange(init_, nullptr);
}

/// Moves what the tracks hold behind the head.
void Fragmenter::gather() {
  auto& media = written_.media;
  std::size_t pieces = 1, owners = 1;
  for (const auto& track : tracks_) {
    pieces += track.pieces.size();
    owners += track.owners.size();
  }
  media.pieces.reserve(pieces);
  media.owners.reserve(owners);
  media.add(Bytes{*head_});
  media.owners.push_back(head_);
  for (auto& track : tracks_) {
    media.pieces.insert(media.pieces.end(), track.pieces.begin(), track.pieces.end());
    std::ranges::move(track.owners, std::back_inserter(media.owners));
    track.pieces.clear();
    track.owners.clear();
    track.entries.clear();
  }
  media.size += std::exchange(held_bytes_, 0);
}

void Fragmenter::flush() {
  if (std::ranges::all_of(tracks_, [](const Track& t) { return t.entries.empty(); })) return;
  write_head();
  gather();
  sink_(written_);
  written_.media.clear();
  written_.init.reset();
}

}  // namespace live::mux

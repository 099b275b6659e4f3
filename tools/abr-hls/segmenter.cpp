#include "tools/abr-hls/segmenter.hpp"

#include "common/base/units.hpp"

#include <algorithm>
#include <iterator>
#include <limits>
#include <numeric>
#include <utility>

namespace abr_hls {
namespace {

/// How far from the cut the key frame's stamp may be that was asked for there: time bases of encoders round.
constexpr std::int64_t key_slack = video_rate / 100;

/// Sound may last so much longer than its pictures without more ado: a few of its frames.
constexpr std::int64_t overhang = video_rate / 5;

bool passes(const Cut& cut, bool video, const Sample& sample, std::int64_t at) {
  if (!video) return at >= cut.at;
  // Behind a hole is what is nearer to its end: what the source decodes first there need not be shown first.
  if (cut.discontinuity && !cut.independent)
    return at >= std::min(cut.ends, cut.at) + (cut.at - std::min(cut.ends, cut.at)) / 2;
  if (!cut.segment || !cut.independent) return at + picture_slack >= cut.at;
  // Pictures that are decoded before the key frame are shown before it: only where it is missing does a later one come.
  return sample.key ? sample.pts + key_slack >= cut.at : sample.pts >= cut.at;
}

}  // namespace

Segmenter::Segmenter(bool has_video, std::uint32_t audio_rate) {
  video_.there = has_video;
  video_.video = true;
  audio_.there = audio_rate != 0;
  if (audio_.there) audio_.rate = audio_rate;
}

void Segmenter::cut(const Cut& cut, std::uint64_t segment) {
  Slot slot{cut, {}};
  slot.piece.segment = segment;
  slot.piece.begins = cut.segment;
  slots_.push_back(std::move(slot));
  advance();
}

void Segmenter::push(bool video, Sample sample) {
  auto& track = video ? video_ : audio_;
  if (!track.there) return;
  sample.duration = std::max<std::int64_t>(1, sample.duration);
  if (track.place && sample.dts <= track.last) sample.dts = track.last + 1;
  const auto at = place_of(track, sample);
  if (!video && is_too_far_ahead(at)) {
    ++dropped_;
    return;
  }
  if (&track == &lead() && given_up_until_) {
    if (is_given_up(at + key_slack)) {
      ++dropped_;
      return;
    }
    given_up_until_.reset();
  }
  const auto passed = pass(track, sample, at);
  settle(track, sample.dts, passed);
  track.passed = passed;
  track.place = std::max(track.place.value_or(at), at);
  track.last = sample.dts;
  // Late audio goes into what is open; pictures cannot be late, but where they were given up and the source says the cuts.
  if (passed == 0 || slots_.empty() || (passed <= closed_ && &track == &lead())) {
    ++dropped_;
    track.unsettled = false;
  } else {
    const auto slot = passed <= closed_ ? 0 : passed - 1 - closed_;
    samples(slots_[slot].piece, track).push_back(std::move(sample));
    track.unsettled = true;
  }
  advance();
}

std::int64_t Segmenter::place_of(const Track& track, const Sample& sample) {
  return track.video ? sample.place : live::rescale(sample.pts, video_rate, track.rate);
}

/// How many cuts are behind a sample.
std::uint64_t Segmenter::pass(const Track& track, const Sample& sample, std::int64_t at) const {
  auto passed = std::max(track.passed, closed_);
  while (passed - closed_ < slots_.size() &&
         passes(slots_[passed - closed_].cut, track.video, sample, at))
    ++passed;
  return passed;
}

bool Segmenter::is_too_far_ahead(std::int64_t at) const {
  if (!video_.there || slots_.empty()) return false;
  return at - video_.place.value_or(slots_.front().cut.at) > track_skew;
}

/// The newest sample lasts until the next one begins.
void Segmenter::settle(Track& track, std::int64_t next, std::uint64_t passed) {
  if (!std::exchange(track.unsettled, false)) return;
  const auto slot = std::max(track.passed, closed_ + 1) - 1 - closed_;
  if (slot >= slots_.size() || samples(slots_[slot].piece, track).empty()) return;
  auto& last = samples(slots_[slot].piece, track).back();
  for (auto i = std::max(track.passed, closed_); i < passed; ++i) {
    if (slots_[i - closed_].cut.discontinuity) return;  // a hole: it lasts as long as it says
  }
  last.duration = std::max<std::int64_t>(1, next - last.dts);
}

void Segmenter::reached(bool video, std::int64_t at) {
  auto& track = video ? video_ : audio_;
  track.reached = std::max(track.reached.value_or(at), at);
  advance();
}

void Segmenter::give_up() {
  given_up_until_ = std::numeric_limits<std::int64_t>::max();
  advance();
}

void Segmenter::take_back(std::int64_t at) {
  if (given_up_until_) given_up_until_ = at;
}

bool Segmenter::is_given_up(std::int64_t at) const {
  return given_up_until_ && at < *given_up_until_;
}

/// Nothing before cut number `cut` (from 0) comes any more.
bool Segmenter::has_passed(const Track& track, std::uint64_t cut) const {
  const auto at = slots_[cut - closed_].cut.at;
  return !track.there || track.passed > cut || (given_up_until_ && at <= *given_up_until_) ||
         (track.reached && *track.reached >= at);
}

void Segmenter::advance() {
  while (slots_.size() > 1) {
    const auto next = closed_ + 1;
    if (!has_passed(lead(), next)) return;
    if (video_.there && !has_passed(audio_, next)) {
      const auto patience_ends = slots_[1].cut.at + track_skew;
      if (video_.place.value_or(0) < patience_ends && video_.reached.value_or(0) < patience_ends)
        return;
    }
    close_front();
  }
}

void Segmenter::close_front() {
  auto piece = std::move(slots_.front().piece);
  const auto begun_at = slots_.front().cut.at;
  slots_.pop_front();
  ++closed_;
  const Cut* next = slots_.empty() ? nullptr : &slots_.front().cut;
  if (piece.begins) {
    segment_ = piece.segment;
    segment_at_ = begun_at;
    segment_missing_ = false;
  }
  const auto nothing = samples(piece, lead()).empty();
  const bool only_sound =
      nothing && !piece.audio.empty() && are_absent(next != nullptr ? next->at : begun_at);
  if ((nothing && piece.begins && !only_sound) || is_given_up(begun_at)) segment_missing_ = true;
  if (only_sound && next != nullptr) piece.duration = next->at - begun_at;
  if (video_.there && !nothing) stretch(piece, next);
  if (nothing && !only_sound && !segment_missing_ && next != nullptr && !piece.audio.empty()) {
    // Sound between two pictures that lie far apart goes along with the next one.
    auto& later = slots_.front().piece.audio;
    later.insert(later.begin(), std::make_move_iterator(piece.audio.begin()),
                 std::make_move_iterator(piece.audio.end()));
    piece.audio.clear();
  }
  emit(std::move(piece), next);
}

/// It was said that no picture comes before `at`.
bool Segmenter::are_absent(std::int64_t at) const {
  return video_.there && video_.reached && *video_.reached >= at;
}

/// The newest picture of all stands until the cut where others are absent; at the end, until the sound is over.
void Segmenter::stretch(Piece& piece, const Cut* next) {
  if (!video_.unsettled || video_.passed > closed_) return;
  auto& last = piece.video.back();
  if (next != nullptr) {
    if (next->discontinuity || !are_absent(next->at)) return;
    last.duration = std::max(last.duration, next->at - last.place);
  } else if (!piece.audio.empty()) {
    const auto& sound = piece.audio.back();
    const auto until = live::rescale(sound.dts + sound.duration, video_rate, audio_.rate);
    if (until - last.place - last.duration > overhang) last.duration = until - last.place;
  }
  video_.unsettled = false;
}

void Segmenter::emit(Piece piece, const Cut* next) {
  piece.segment = segment_;
  piece.closes = next == nullptr || next->segment;
  if (segment_missing_) {
    dropped_ += piece.video.size() + piece.audio.size();
    segment_open_ = !piece.closes;
    if (!piece.closes || next == nullptr) return;
    piece.video.clear();
    piece.audio.clear();
    piece.missing = true;
    piece.duration = next->at - segment_at_;
  } else {
    if (piece.empty() && !(piece.closes && segment_open_)) return;
    segment_open_ = !piece.closes;
    measure(piece);
  }
  whole_.push_back(std::move(piece));
}

void Segmenter::measure(Piece& piece) const {
  const bool has_pictures = !piece.video.empty();
  piece.independent = !has_pictures || piece.video.front().key;
  if (piece.duration > 0) return;  // pictures are absent: it lasts from cut to cut
  for (const auto& sample : has_pictures ? piece.video : piece.audio)
    piece.duration += sample.duration;
  if (!has_pictures) piece.duration = live::rescale(piece.duration, video_rate, audio_.rate);
}

void Segmenter::end() {
  // A segment that has not begun is no gap of ours: whether there is one at all, the other renditions tell.
  const auto has_begun = [&](Slot& slot) {
    return !samples(slot.piece, lead()).empty() ||
           (!slot.piece.audio.empty() && are_absent(slot.cut.at));
  };
  while (!slots_.empty() && !has_begun(slots_.back())) {
    dropped_ += slots_.back().piece.audio.size();
    slots_.pop_back();
  }
  while (!slots_.empty())
    close_front();
  if (segment_open_ && !segment_missing_) {
    Piece piece;
    piece.closes = true;
    emit(std::move(piece), nullptr);
  }
  segment_open_ = false;
}

std::optional<Piece> Segmenter::next() {
  if (whole_.empty()) return {};
  auto piece = std::move(whole_.front());
  whole_.pop_front();
  return piece;
}

}  // namespace abr_hls

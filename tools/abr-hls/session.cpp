#include "tools/abr-hls/session.hpp"

#include "common/av/picture_rate.hpp"
#include "common/base/failure.hpp"
#include "common/base/log.hpp"
#include "tools/abr-hls/options.hpp"
#include "tools/abr-hls/stats.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace abr_hls {
namespace {

constexpr std::int64_t second = 90'000;
constexpr std::int64_t pause_step = second / 2;  ///< how often a pause is told
constexpr std::int64_t longer_sound =
    second / 5;  ///< beyond, the last picture stands in until its end
constexpr std::int64_t clock_interval = second;  ///< how often the producer's clock is told

/// From each picture to the next, in order of decoding, the shortest first.
std::vector<std::int64_t> sorted_steps(const std::vector<std::int64_t>& times) {
  std::vector<std::int64_t> steps;
  for (std::size_t i = 1; i < times.size(); ++i)
    steps.push_back(times[i] - times[i - 1]);
  std::ranges::sort(steps);
  return steps;
}

/// How long a picture lasts: the mean of the steps near their median; `told` where there is none.
std::int64_t usual_duration(const std::vector<std::int64_t>& steps, std::int64_t told) {
  if (steps.empty()) return told;
  const auto median = steps[steps.size() / 2];
  std::int64_t sum = 0, count = 0;
  for (const auto step : steps) {
    if (step * 4 < median * 3 || step * 4 > median * 5) continue;
    sum += step;
    ++count;
  }
  return count > 0 && sum > 0 ? sum / count : told;
}

/// Once is no pace: a picture may have been lost, and the first ones of an encoder that reorders may have the same decode time.
Cutter::Pace pace_of(const std::vector<std::int64_t>& sorted, std::int64_t usual) {
  Cutter::Pace pace{usual};
  if (sorted.size() > 1) pace.longest = sorted[sorted.size() - 2];
  if (sorted.size() > 4) pace.shortest = sorted[2];
  return pace;
}

}  // namespace

void check_copied(const live::media_in::Track& video, const Options& options) {
  using live::codec::Codec;
  const auto& parameters = video.parameters;
  if (!parameters)
    live::fail(live::Exit::bad_data, "copy video: {} is none of what HLS carries",
               video.stream.name);
  const bool in_ts = parameters->codec == Codec::avc || parameters->codec == Codec::hevc;
  if (options.segment_type == SegmentType::ts && !in_ts)
    live::fail(live::Exit::bad_data, "copy video: MPEG-TS does not carry {}",
               live::codec::to_text(parameters->codec));
}

Session::Session(Surroundings around, live::media_in::Epoch epoch, bool live)
    : around_(around), epoch_(std::move(epoch)), live_(live) {
  const auto& ladder = around_.options.ladder;
  for (std::size_t i = 0; i < ladder.size(); ++i) {
    if (ladder[i].kind == Wish::Kind::source) source_ = i;
    encodes_ = encodes_ || ladder[i].kind == Wish::Kind::encoded;
    auto& info = renditions_.emplace_back();
    info.name = ladder[i].name;
  }
}

Session::Pushed Session::push(const SharedUnit& unit) {
  around_.stats.units.add();
  around_.stats.input_bytes.add(unit->packet.size());
  if (opened_) {
    if (unit->video && !has_video_)
      return unit->key ? Pushed::other_session : (around_.stats.unusable.add(), Pushed::taken);
    return feed(unit) ? Pushed::taken : Pushed::failed;
  }
  if (unit->video && !unit->key && !has_video_) {
    around_.stats.unusable.add();
    return Pushed::taken;
  }
  if (waiting_.empty()) came_ = std::chrono::system_clock::now();
  waiting_.push_back(unit);
  has_video_ = has_video_ || unit->video;
  if (unit->video) ahead_.push_back(unit->dts);
  return waits(*unit) || open() ? Pushed::taken : Pushed::failed;
}

/// For the first picture, and of a source for some more.
bool Session::waits(const live::media_in::Unit& unit) const {
  if (!has_video_)
    return epoch_.video && time_of(unit) - time_of(*waiting_.front()) < video_patience;
  const auto at = unit.video ? unit.dts : time_of(unit);
  return source_ && ahead_.size() < pictures_ahead && at - ahead_.front() < most_ahead;
}

bool Session::open() {
  opened_ = true;
  if (epoch_.audio) open_audio();
  bool fine = true;
  if (has_video_) {
    fine = open_video(
        **std::ranges::find_if(waiting_, [](const SharedUnit& unit) { return unit->video; }));
  } else {
    fine = around_.writer.post(Begin{renditions_, 0});
    for (std::size_t i = 0; i < renditions_.size(); ++i)
      around_.stats.renditions[i].active.set(renditions_[i].audio ? 1 : 0);
  }
  around_.stats.epochs.add();
  around_.stats.set_state("running");
  for (; fine && !waiting_.empty(); waiting_.pop_front())
    fine = feed(waiting_.front());
  return fine;
}

void Session::open_audio() {
  const auto& track = *epoch_.audio;
  const bool copied =
      track.parameters && is_copied(track.parameters->codec, around_.options.segment_type);
  audio_ = std::make_unique<AudioChain>(
      around_, track, plan_audio(around_.options.ladder, has_video_, copied), !has_video_);
  for (std::size_t i = 0; i < renditions_.size(); ++i)
    renditions_[i].audio = audio_->parameters(i);
  std::optional<std::int64_t> from;
  if (has_video_) from = time_of(*waiting_.front());
  audio_->start(from);
}

bool Session::open_video(const live::media_in::Unit& first) {
  const auto& track = *epoch_.video;
  const auto steps = sorted_steps(ahead_);
  const auto picture = usual_duration(steps, first.duration);
  if (source_) {
    check_copied(track, around_.options);
    renditions_[*source_].video = track.parameters;
    renditions_[*source_].rotation = track.stream.rotation;
    if (track.stream.rotation != 0 && around_.options.segment_type == SegmentType::ts)
      live::log::warn(
          "rendition source: its pictures are to be turned by {} degrees, which MPEG-TS cannot say",
          track.stream.rotation);
    around_.stats.renditions[*source_].active.set(1);
    around_.cutter.expect(pace_of(steps, picture));
    if (around_.options.part.count() > 0 && around_.cutter.part_target().count() == 0)
      live::log::warn("rendition source: no parts, its pictures last too unequally long");
  }
  if (!encodes_) return around_.writer.post(Begin{renditions_, 0});
  PictureChain::Source source;
  source.track = track;
  source.rate = live::av::picture_rate(track.stream, picture);
  source.follow_source = source_.has_value();
  if (source_) source.part_target = around_.cutter.part_target();
  source.govern = live_;
  source.renditions = renditions_;
  if (!around_.writer.post(Opening{})) return false;
  pictures_ = std::make_unique<PictureChain>(around_, std::move(source));
  return true;
}

std::int64_t Session::time_of(const live::media_in::Unit& unit) const {
  if (unit.video) return unit.pts;
  const auto rate = epoch_.audio ? epoch_.audio->stream.time_base_den : 90'000;
  return live::rescale(unit.pts, second, std::max<std::int64_t>(rate, 1));
}

bool Session::feed(const SharedUnit& unit) {
  if (unit->video) {
    if (waits_behind_hole(*unit)) {
      behind_hole_.push_back(unit);
      return true;
    }
    if (!release_behind_hole()) return false;
    if (unit->key) usual_reordering_ = unit->pts - unit->dts;
  }
  return go_on(unit);
}

/// Behind a hole encoders that reorder go on with decode times from before it for some pictures.  How far the input has come,
/// the next picture tells that is decoded behind it: the sound may go on in between.
bool Session::waits_behind_hole(const live::media_in::Unit& unit) const {
  return unit.pts - unit.dts > std::max(pause, 4 * usual_reordering_) &&
         behind_hole_.size() < most_reordered;
}

bool Session::release_behind_hole() {
  const auto units = std::exchange(behind_hole_, {});
  return std::ranges::all_of(units, [this](const SharedUnit& unit) { return go_on(unit); });
}

bool Session::go_on(const SharedUnit& unit) {
  if (!tell_clock(*unit)) return false;
  if (unit->video) {
    absent_ = false;
    video_at_ = std::max(video_at_.value_or(unit->pts), unit->pts);
    if (!feed_video(unit)) return false;
  } else {
    audio_at_ = time_of(*unit);
    if (audio_ && !audio_->push(unit)) return false;
  }
  if (!has_video_ || !audio_ || !video_at_) return true;
  return feed_pauses(*video_at_, audio_at_.value_or(*video_at_ - pause - 1));
}

/// A copied picture goes on when the next one tells how long it lasts.
bool Session::feed_video(const SharedUnit& unit) {
  if (!source_) return !pictures_ || pictures_->push(unit, {});
  mend_decode_time(*unit);
  const auto before = std::exchange(next_copy_, unit);
  if (!before) return true;
  const auto step = unit->dts - before->dts;
  const bool hole = step > pause && step > 4 * before->duration;
  return copy(before, hole ? before->duration : std::max<std::int64_t>(1, step));
}

/// Of what has waited behind a hole.
void Session::mend_decode_time(live::media_in::Unit& unit) {
  if (decoded_at_ && unit.pts - unit.dts > pause) {
    constexpr std::int64_t more = 3;  // pictures
    const auto early = unit.pts - reordering_ - (unit.key ? 0 : more * unit.duration);
    unit.dts = std::max({unit.dts, early, *decoded_at_ + 1});
  }
  decoded_at_ = unit.dts;
}

bool Session::copy(const SharedUnit& unit, std::int64_t duration) {
  if (unit->key) reordering_ = unit->pts - unit->dts;
  const auto at = unit->key ? unit->pts : unit->dts + reordering_;
  if (passes_ && !(pass(at, false) && tell_absent(at))) return false;
  passes_ = false;
  const auto answer = around_.cutter.picture(at, duration, unit->key);
  if (answer.cut && answer.cut->discontinuity) around_.stats.holes.add();
  source_at_ = at + duration;
  Sample sample;
  sample.bytes = unit->packet.bytes();
  sample.owner = unit;
  sample.dts = unit->dts;
  sample.pts = unit->pts;
  sample.duration = duration;
  sample.key = unit->key;
  sample.place = at;
  // No encoder may reorder across a hole, wherever the source has its next key frame.
  PictureChain::Places places;
  if (answer.cut) places.cut = at;
  if (answer.cut && answer.cut->discontinuity) places.key = at;
  if (answer.key) places.key = unit->pts;
  return around_.writer.post(Progress{at, answer.cut, around_.cutter.targets()}) &&
         around_.writer.post(VideoSample{*source_, std::move(sample)}) &&
         (!pictures_ || pictures_->push(unit, places));
}

/// No picture follows that could tell how long the last one lasts.
bool Session::copy_last() {
  const auto last = std::exchange(next_copy_, nullptr);
  return !last || copy(last, last->duration);
}

/// Cuts go on by time: of the source's rendition there is the sound, the others show the last picture.
bool Session::pass_without_pictures(std::int64_t until, bool at_end) {
  return copy_last() && pass(until, at_end);
}

bool Session::pass(std::int64_t until, bool at_end) {
  for (const auto& cut : around_.cutter.pass(until)) {
    passes_ = true;
    if (!around_.writer.post(Progress{cut.at, cut, around_.cutter.targets()}) ||
        !tell_absent(cut.at) || (pictures_ && !pictures_->stand_in(cut.at, cut.segment, at_end)))
      return false;
  }
  return true;
}

/// The source has no picture before `at`.
bool Session::tell_absent(std::int64_t at) {
  return around_.writer.post(
      TrackReached{std::make_shared<const std::vector<std::size_t>>(1, *source_), true, at});
}

/// The track that is behind is told what the other one has reached.
bool Session::feed_pauses(std::int64_t video_at, std::int64_t audio_at) {
  const auto newest = std::max(video_at, audio_at), oldest = std::min(video_at, audio_at);
  const bool source_pauses = source_ && video_at < audio_at;
  if (newest - oldest <= (source_pauses && !absent_ ? source_pause : pause)) return true;
  absent_ = source_pauses;
  const auto reached = newest - pause;
  if (paused_at_ && reached - *paused_at_ < pause_step && reached >= *paused_at_) return true;
  paused_at_ = reached;
  if (audio_at < video_at) return audio_->silent_until(reached);
  if (source_) return pass_without_pictures(reached, false);
  return !pictures_ || pictures_->hold_until(reached);
}

bool Session::tell_clock(const live::media_in::Unit& unit) {
  const auto at = time_of(unit);
  if (!unit.produced && clock_at_ && std::abs(at - *clock_at_) < PictureChain::longest_hold) {
    if (at > *clock_at_) clock_at_ = at;  // as it goes on: told once
    return true;
  }
  if (unit.produced && clock_at_ && std::abs(at - *clock_at_) < clock_interval) return true;
  clock_at_ = at;
  const auto came = std::exchange(came_, std::nullopt).value_or(std::chrono::system_clock::now());
  return around_.writer.post(ClockTold{at, unit.produced.value_or(came)});
}

/// Pictures that end before their sound stand until it does.
void Session::finish_video(bool hurry) {
  const bool sound_is_longer =
      audio_ && video_at_ && audio_at_ && *audio_at_ - *video_at_ > longer_sound;
  if (source_ && opened_ && has_video_) {
    (void)copy_last();
    // A source that ends before its second GOP is over: what there is of it decides.
    if (source_at_ && !around_.cutter.targets()) {
      around_.cutter.settle();
      (void)around_.writer.post(Progress{*source_at_, {}, around_.cutter.targets()});
    }
    if (sound_is_longer) (void)pass_without_pictures(*audio_at_, true);
  }
  if (pictures_) pictures_->finish(hurry, sound_is_longer ? audio_at_ : std::nullopt);
}

void Session::finish(bool hurry) {
  if (!opened_ && !waiting_.empty()) (void)open();
  std::exception_ptr first;
  const auto end = [&](const auto& what) {
    try {
      what();
    } catch (...) {
      if (!first) first = std::current_exception();
    }
  };
  end([&] {
    (void)release_behind_hole();
    finish_video(hurry);
  });
  end([&] {
    const bool pictures_are_longer = video_at_ && video_at_ > audio_at_;
    if (audio_) audio_->finish(hurry, pictures_are_longer ? video_at_ : std::nullopt);
  });
  if (first) std::rethrow_exception(first);
  (void)around_.writer.post(Drained{});
}

}  // namespace abr_hls

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
constexpr std::int64_t clock_interval = second;  ///< how often the producer's clock is told

}  // namespace

Session::Session(Surroundings around, live::media_in::Epoch epoch, bool live)
    : around_(around), epoch_(std::move(epoch)), live_(live) {
  const auto& ladder = around_.options.ladder;
  for (std::size_t i = 0; i < ladder.size(); ++i) {
    if (ladder[i].kind == Wish::Kind::source) source_ = i;
    encodes_ = encodes_ || ladder[i].kind == Wish::Kind::encoded;
    renditions_.push_back({ladder[i].name, {}, {}, 0, 0});
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
  if (unit->video && !unit->key) {
    around_.stats.unusable.add();
    return Pushed::taken;
  }
  waiting_.push_back(unit);
  const auto waited = time_of(*unit) - time_of(*waiting_.front());
  if (!unit->video && epoch_.video && waited < video_patience) return Pushed::taken;
  return open(unit->video ? &unit : nullptr) ? Pushed::taken : Pushed::failed;
}

bool Session::open(const SharedUnit* first_picture) {
  opened_ = true;
  has_video_ = first_picture != nullptr;
  if (epoch_.audio) open_audio(has_video_);
  bool fine = true;
  if (has_video_) {
    fine = open_video(**first_picture);
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

void Session::open_audio(bool has_video) {
  const auto& track = *epoch_.audio;
  const bool copied =
      track.parameters && is_copied(track.parameters->codec, around_.options.segment_type);
  audio_ = std::make_unique<AudioChain>(
      around_, track, plan_audio(around_.options.ladder, has_video, copied), !has_video);
  for (std::size_t i = 0; i < renditions_.size(); ++i)
    renditions_[i].audio = audio_->parameters(i);
  std::optional<std::int64_t> from;
  if (has_video) from = time_of(*waiting_.front());
  audio_->start(from);
}

bool Session::open_video(const live::media_in::Unit& first) {
  const auto& track = *epoch_.video;
  if (source_) {
    if (!track.parameters) {
      live::fail(live::Exit::bad_data, "copy video: {} is none of what HLS carries",
                 track.stream.name);
    }
    renditions_[*source_].video = track.parameters;
    renditions_[*source_].frame_90k = first.duration;
    around_.stats.renditions[*source_].active.set(1);
  }
  if (!encodes_) return around_.writer.post(Begin{renditions_, 0});
  PictureChain::Source source;
  source.track = track;
  source.rate = live::av::picture_rate(track.stream, first.duration);
  source.follow_source = source_.has_value();
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
  if (!tell_clock(*unit)) return false;
  if (unit->video) {
    video_at_ = std::max(video_at_.value_or(unit->pts), unit->pts);
    if (!feed_video(unit)) return false;
  } else {
    audio_at_ = time_of(*unit);
    if (audio_ && !audio_->push(unit)) return false;
  }
  if (!has_video_ || !audio_ || !video_at_) return true;
  return feed_pauses(*video_at_, audio_at_.value_or(*video_at_ - pause - 1));
}

bool Session::feed_video(const SharedUnit& unit) {
  bool key = false;
  if (source_) {
    if (unit->key) reordering_ = unit->pts - unit->dts;
    const auto at = unit->key ? unit->pts : unit->dts + reordering_;
    const auto answer = around_.cutter.picture(at, unit->duration, unit->key);
    key = answer.key;
    if (answer.cut && answer.cut->discontinuity) around_.stats.holes.add();
    source_at_ = at;
    Sample sample;
    sample.bytes = unit->packet.bytes();
    sample.owner = unit;
    sample.dts = unit->dts;
    sample.pts = unit->pts;
    sample.duration = unit->duration;
    sample.key = unit->key;
    if (!around_.writer.post(Progress{at, answer.cut, around_.cutter.targets()}) ||
        !around_.writer.post(VideoSample{*source_, std::move(sample)}))
      return false;
  }
  return !pictures_ || pictures_->push(unit, key);
}

/// The track that is behind is told what the other one has reached.
bool Session::feed_pauses(std::int64_t video_at, std::int64_t audio_at) {
  const auto newest = std::max(video_at, audio_at), oldest = std::min(video_at, audio_at);
  if (newest - oldest <= pause) return true;
  const auto reached = newest - pause;
  if (paused_at_ && reached - *paused_at_ < pause_step && reached >= *paused_at_) return true;
  paused_at_ = reached;
  if (audio_at < video_at) return audio_->silent_until(reached);
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
  return around_.writer.post(
      ClockTold{at, unit.produced.value_or(std::chrono::system_clock::now())});
}

void Session::finish(bool hurry) {
  if (!opened_ && !waiting_.empty()) (void)open(nullptr);
  std::exception_ptr first;
  const auto end = [&](auto& chain) {
    try {
      if (chain) chain->finish(hurry);
    } catch (...) {
      if (!first) first = std::current_exception();
    }
  };
  // A source that ends before its second GOP is over: what there is of it decides.
  if (source_at_ && !around_.cutter.targets()) {
    around_.cutter.settle();
    (void)around_.writer.post(Progress{*source_at_, {}, around_.cutter.targets()});
  }
  end(pictures_);
  end(audio_);
  if (first) std::rethrow_exception(first);
  (void)around_.writer.post(Drained{});
}

}  // namespace abr_hls

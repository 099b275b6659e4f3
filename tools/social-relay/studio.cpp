#include "tools/social-relay/studio.hpp"

#include "common/av/picture_rate.hpp"
#include "common/base/failure.hpp"
#include "common/base/log.hpp"
#include "common/base/text.hpp"

#include <algorithm>
#include <chrono>
#include <utility>
#include <variant>

namespace social_relay {

using live::media_in::Epoch;
using live::media_in::Unit;

void Studio::want(Intake::Wishes wishes) {
  const bool again = !wanted_ && !wishes.empty();
  wanted_ = !wishes.empty();
  if (wanted_ && !thread_.joinable()) thread_ = std::thread{[this] { run(); }};
  if (thread_.joinable()) intake_.want(std::move(wishes));
  if (again && newest_) intake_.begin(*newest_);
}

void Studio::begin(const Epoch& epoch) {
  newest_ = epoch;
  if (wanted_) intake_.begin(epoch);
}

void Studio::push(const SharedUnit& unit) {
  if (!wanted_) return;
  const auto now = std::chrono::steady_clock::now();
  if (intake_.push(unit, now) || (said_slow_ && now - *said_slow_ < say_again)) return;
  said_slow_ = now;
  live::log::warn(
      "transcoding is slower than the input: {} pictures are left out so far; what is copied is "
      "whole",
      intake_.dropped_pictures());
}

void Studio::finish() {
  intake_.end();
  if (thread_.joinable()) thread_.join();
}

void Studio::run() {
  while (auto item = intake_.pop()) {
    if (hurry_) continue;
    try {
      std::visit([this](auto& it) { take(std::move(it)); }, *item);
    } catch (const live::Failure& failure) {
      fail_epoch(failure.what());
    }
  }
  end_epoch();
}

void Studio::take(Epoch epoch) {
  end_epoch();
  again_.reset();
  epoch_ = std::move(epoch);
}

std::chrono::milliseconds Studio::Again::failed() {
  const auto now = std::chrono::steady_clock::now();
  const auto delay =
      backoff.next(std::chrono::duration_cast<std::chrono::milliseconds>(now - begun));
  at = now + delay;
  return delay;
}

/// The input itself cannot be decoded as it should: begins anew with a later key frame.
void Studio::fail_epoch(const std::string& why) {
  auto epoch = std::exchange(epoch_, {});
  end_epoch();
  if (!epoch) return live::log::error("transcode: {}", why);
  epoch_ = std::move(epoch);
  if (!again_) again_ = Again{};
  live::log::error("transcode: {}; again in {}", why, live::format_duration(again_->failed()));
}

void Studio::take(Intake::Wishes wishes) {
  wishes_ = std::move(wishes);
  if (opened_) open_lines();
}

void Studio::take(const SharedUnit& unit) {
  // A broadcast begins with a picture, if there are any.
  if (!epoch_ || (!opened_ && epoch_->video && !(unit->video && unit->key))) return;
  if (!opened_ && again_ && !again_->is_due()) return;
  if (!std::exchange(opened_, true)) open(*unit);
  for (auto& line : lines_)
    if (!line.line && line.again.is_due()) begin(line);
  decode(unit);
}

/// The first picture tells the rate where the header does not.
void Studio::open(const Unit& first) {
  source_ = {};
  if (again_) again_->begun = std::chrono::steady_clock::now();
  if (const auto& video = epoch_->video) {
    source_.has_video = true;
    source_.frame_rate = live::av::picture_rate(video->stream, first.duration);
    pictures_.emplace(video->stream, source_.frame_rate);
  }
  if (const auto& audio = epoch_->audio) {
    try {
      sounds_.emplace(audio->stream, 1);
      source_.sound = audio->stream;
    } catch (const live::Failure& failure) {
      live::log::warn("audio is left out: {}", failure.what());
    }
  }
  open_lines();
}

void Studio::open_lines() {
  const auto is_wanted = [this](const Line& line) {
    return std::ranges::find(wishes_, line.wish.preset, &Intake::Wish::preset) != wishes_.end();
  };
  for (auto& line : lines_)
    if (!is_wanted(line)) end(line);
  std::erase_if(lines_, [&](const Line& line) { return !is_wanted(line); });
  for (const auto& wish : wishes_) {
    const auto is_its = [&](const Line& line) { return line.wish.preset == wish.preset; };
    if (std::ranges::any_of(lines_, is_its)) continue;
    begin(lines_.emplace_back(Line{wish}));
  }
}

void Studio::begin(Line& line) {
  line.again.begun = std::chrono::steady_clock::now();
  try {
    line.line = std::make_unique<PresetLine>(line.wish.preset, source_, line.wish.sink, hurry_);
  } catch (const live::Failure& failure) {
    fail(line, failure.what());
  }
}

void Studio::end_epoch() {
  try {
    if (!hurry_) drain();
  } catch (const live::Failure& failure) {
    live::log::error("transcode: {}", failure.what());
  }
  for (auto& line : lines_)
    end(line);
  lines_.clear();
  pictures_.reset();
  sounds_.reset();
  epoch_.reset();
  opened_ = false;
}

/// What the decoders hold.
void Studio::drain() {
  if (pictures_)
    pictures_->finish([this](live::av::Frame frame) { hand_on(true, std::move(frame)); });
  if (!sounds_) return;
  sounds_->finish();
  receive_sounds();
}

void Studio::decode(const SharedUnit& unit) {
  if (unit->video && pictures_) {
    pictures_->push(unit->packet,
                    [this](live::av::Frame frame) { hand_on(true, std::move(frame)); });
  } else if (!unit->video && sounds_ && sounds_->send(unit->packet)) {
    receive_sounds();
  }
}

void Studio::receive_sounds() {
  live::av::Frame frame;
  while (sounds_->receive(frame))
    hand_on(false, std::exchange(frame, {}));
}

void Studio::hand_on(bool video, live::av::Frame frame) {
  const auto at = frame.pts();
  const Decoded decoded{video, std::make_shared<const live::av::Frame>(std::move(frame)), at};
  for (auto& line : lines_)
    if (line.line && !line.line->push(decoded)) end(line);
}

/// Others go on when one has failed.
void Studio::end(Line& line) {
  if (!line.line) return;
  const auto ended = std::move(line.line);
  try {
    ended->finish();
  } catch (const live::Failure& failure) {
    fail(line, failure.what());
  }
}

void Studio::fail(Line& line, const std::string& why) {
  live::log::error("transcode for {}: {}; again in {}", line.wish.preset.name, why,
                   live::format_duration(line.again.failed()));
}

}  // namespace social_relay

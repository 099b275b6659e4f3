#include "tools/social-relay/slates.hpp"

#include "common/base/failure.hpp"
#include "common/base/log.hpp"

#include <algorithm>
#include <chrono>

#include <boost/asio/post.hpp>

namespace social_relay {

using live::Us;

namespace {

constexpr Us first_step{40'000};  ///< from the last picture of the input to the slate's first

}  // namespace

Slates::Slates(live::asio::io_context& io, SlatePicture picture, Give give)
    : io_(io), picture_(std::move(picture)), give_(std::move(give)) {
  encoder_.start([this] {
    while (auto request = encoder_.pop())
      encode(*request);
  });
}

Slates::~Slates() { leaving_ = true; }

Slates::Stage& Slates::stage_of(const Made& made) {
  const auto found = std::ranges::find_if(
      stages_, [&](const Stage& stage) { return *stage.version == *made.version; });
  if (found != stages_.end()) return *found;
  Stage stage;
  stage.version = made.version;
  return stages_.emplace_back(std::move(stage));
}

bool Slates::take(const Made& made, live::Monotonic now) {
  auto& stage = stage_of(made);
  if (stage.show && !made.item->key) return false;
  if (stage.show) live::log::info("the input is back");
  stage.show.reset();
  stage.stopped = false;
  const auto step = made.item->at - stage.newest;
  const bool goes_on = made.item->tracks == stage.tracks && step < patience;
  if (!goes_on) {
    stage.tracks = made.item->tracks;
    stage.newest = made.item->at;
    stage.covered = now;
  } else if (step > Us{}) {
    stage.newest = made.item->at;
    stage.covered = std::min(std::max(stage.covered + step, now), now + most_ahead);
  }
  return true;
}

void Slates::show(live::Monotonic now) {
  for (auto& stage : stages_)
    if (!stage.stopped && now - stage.covered > patience) show(stage, now);
}

void Slates::show(Stage& stage, live::Monotonic now) {
  if (stage.asked != stage.tracks) {
    stage.clip.reset();
    auto request = Request{stage.version, stage.tracks};
    if (encoder_.try_push(request)) stage.asked = stage.tracks;
  }
  if (!stage.clip) return;
  if (!stage.show) {
    live::log::info("nothing comes from the input: a slate is shown");
    stage.show.emplace(stage.clip, stage.newest + first_step);
  }
  stage.show->show(stage.newest + std::chrono::duration_cast<Us>(now - stage.covered),
                   [&](const SharedItem& item) { give_(*stage.version, item); });
}

void Slates::encode(const Request& request) {
  std::shared_ptr<const SlateClip> clip;
  try {
    auto made = make_slate(*request.second, picture_, leaving_);
    if (!made) return;
    clip = std::make_shared<const SlateClip>(*std::move(made));
  } catch (const live::Failure& failure) {
    return live::log::warn("no slate: {}", failure.what());
  }
  live::asio::post(io_, [this, request, clip] {
    for (auto& stage : stages_)
      if (*stage.version == *request.first && stage.asked == request.second) stage.clip = clip;
  });
}

void Slates::stop() {
  for (auto& stage : stages_) {
    stage.show.reset();
    stage.stopped = true;
  }
}

void Slates::keep(const std::vector<Version>& versions) {
  std::erase_if(stages_, [&](const Stage& stage) {
    return std::ranges::find(versions, *stage.version) == versions.end();
  });
}

bool Slates::showing() const {
  return std::ranges::any_of(stages_, [](const Stage& stage) { return stage.show.has_value(); });
}

}  // namespace social_relay

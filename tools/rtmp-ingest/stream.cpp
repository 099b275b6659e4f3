#include "tools/rtmp-ingest/stream.hpp"

#include "common/base/log.hpp"

#include <chrono>
#include <utility>

#include <fmt/format.h>

namespace rtmp_ingest {
namespace {

/// A bit rate is judged by what came in this time at least.
constexpr auto measured_for = std::chrono::seconds{4};

live::Patience patience(const Options& options) {
  live::Patience patience;
  patience.max_lag = options.max_lag;
  return patience;
}

}  // namespace

Stream::Stream(std::string name, const Options& options)
    : name_(std::move(name)), audience_(options.memory, patience(options)) {}

Stream::State Stream::state() const {
  if (!broadcast_) return State::waiting;
  return broadcast_->publisher != nullptr ? State::live : State::grace;
}

std::shared_ptr<Feed> Stream::make_feed(const Options& options, live::ingest::Pipeline* pipeline,
                                        std::function<Audience*()> audience,
                                        const std::string& name) {
  FeedOptions feed;
  feed.format = options.format;
  feed.all_tracks = options.all_tracks;
  feed.cut = options.cut;
  feed.write = pipeline != nullptr;
  FeedSinks sinks;
  if (pipeline != nullptr) {
    sinks.header = [pipeline](auto header, auto change) {
      pipeline->header(std::move(header), std::move(change));
    };
    sinks.media = [pipeline](auto media, bool start) { pipeline->push(std::move(media), start); };
  }
  if (options.play != Play::deny) {
    sinks.players = [audience = std::move(audience)](Passed passed) {
      const auto arrived = passed.arrived;
      if (auto* to = audience()) to->push(std::move(passed), arrived);
    };
  }
  return std::make_shared<Feed>(feed, std::move(sinks), name);
}

void Stream::begin(std::shared_ptr<Feed> feed, live::ingest::Pipeline* pipeline) {
  auto& broadcast = broadcast_.emplace();
  broadcast.feed = std::move(feed);
  broadcast.pipeline = pipeline;
  before_ = counted_by_now();
}

Counted Stream::counted_by_now() const {
  const auto& facts = broadcast_->feed->facts();
  Counted counted{facts.video_frames, facts.audio_frames, facts.repairs};
  if (const auto* pipeline = broadcast_->pipeline) {
    counted.dropped_gops = pipeline->counts().dropped_gops;
    counted.dropped_bytes = pipeline->counts().dropped_bytes;
  }
  return counted;
}

Counted Stream::counted() const {
  auto counted = counted_by_now();
  counted.video_frames -= before_.video_frames;
  counted.audio_frames -= before_.audio_frames;
  counted.repairs -= before_.repairs;
  counted.dropped_gops -= before_.dropped_gops;
  counted.dropped_bytes -= before_.dropped_bytes;
  return counted;
}

void Stream::session(Publisher& publisher, live::Monotonic now) {
  auto& broadcast = *broadcast_;
  broadcast.publisher = &publisher;
  broadcast.grace_ends.reset();
  broadcast.session_began = now;
  broadcast.meter.reset();
  broadcast.told.clear();
  broadcast.feed->begin_session();
  tell_publisher();
  tell_players(&Player::source_came);
}

/// How much hurry there is.
void Stream::tell_publisher() {
  if (!broadcast_ || broadcast_->publisher == nullptr) return;
  auto by = broadcast_->pipeline != nullptr ? Awaited::by_pipeline : Awaited::by_nobody;
  if (!players_.empty()) by = Awaited::by_players;
  broadcast_->publisher->awaited(by);
}

void Stream::tell_players(void (Player::*what)()) {
  for (auto* player : std::vector<Player*>{players_})
    (player->*what)();
}

/// Once, and when it has become something else.
void Stream::tell_what_it_is() {
  auto& broadcast = *broadcast_;
  if (!has_begun()) return;
  const auto& facts = broadcast.feed->facts();
  const auto* between = facts.video.empty() || facts.audio.empty() ? "" : ", ";
  auto line = facts.video + between + facts.audio;
  if (line == broadcast.told) return;
  broadcast.told = std::move(line);
  live::log::info("{}: {}{}{}", name_, broadcast.told, facts.encoder.empty() ? "" : ", made by ",
                  facts.encoder);
}

bool Stream::has_begun() const {
  const auto frames = counted();
  return frames.video_frames + frames.audio_frames > 0;
}

std::string Stream::push(live::rtmp::Message message, live::Monotonic arrived,
                         live::WallClock wall) {
  auto& broadcast = *broadcast_;
  const auto size = message.payload.size();
  auto refusal = broadcast.feed->push(std::move(message), arrived, wall);
  const auto frames = broadcast.feed->facts().video_frames - before_.video_frames;
  const auto more = frames - std::exchange(broadcast.frames_measured, frames);
  broadcast.bytes += size;
  broadcast.meter.add(arrived, size, static_cast<std::uint32_t>(more), std::nullopt);
  return refusal;
}

bool Stream::too_fast(const Options& options, live::Monotonic now) const {
  const auto& broadcast = *broadcast_;
  const auto limit =
      broadcast.grant.max_bit_rate ? broadcast.grant.max_bit_rate : options.max_bit_rate;
  if (!limit || broadcast.publisher == nullptr || now - broadcast.session_began < measured_for)
    return false;
  return broadcast.meter.bits_per_second(now) > static_cast<double>(*limit);
}

std::string to_text(Stream::State state) {
  switch (state) {
    case Stream::State::live:
      return "live";
    case Stream::State::grace:
      return "grace";
    case Stream::State::waiting:
      break;
  }
  return "waiting";
}

}  // namespace rtmp_ingest

#include "common/live/stream.hpp"

namespace live {
namespace {

/// How long ago the producer says that the fragment began.  Nothing when its clock cannot be ours.
std::optional<Ms> latency_of(const mp4::Fragment& parsed, WallClock wall) {
  if (!parsed.producer) return std::nullopt;
  const auto difference = static_cast<std::int64_t>(to_ntp(wall) - parsed.producer->ntp);
  const Ms latency{rescale(difference, 1'000, std::int64_t{1} << 32U)};
  constexpr Ms credible{600'000};
  if (latency < -credible || latency > credible) return std::nullopt;
  return latency;
}

std::uint32_t video_frames(const Fragment& fragment) {
  const auto* video = fragment.epoch->init.video();
  const auto* run = video != nullptr ? fragment.parsed.of(video->id) : nullptr;
  return run != nullptr ? run->samples : 0;
}

}  // namespace

std::string_view to_text(StreamState state) {
  switch (state) {
    case StreamState::waiting:
      return "waiting";
    case StreamState::live:
      return "live";
    case StreamState::ended:
      return "ended";
    case StreamState::failed:
      return "failed";
  }
  return "";
}

void Stream::begin_epoch(mp4::InitItem item) {
  epoch_ = std::make_shared<Epoch>();
  epoch_->number = ++epochs_;
  epoch_->init_bytes = std::move(item.bytes);
  epoch_->init = std::move(item.init);
  epoch_->mime = mp4::mime(epoch_->init);
  shared_epoch_ = epoch_;
  ring_.forget_starts();
}

Sequence Stream::push(mp4::FragmentItem item, Monotonic now, WallClock wall) {
  const auto fragment = make_fragment(std::move(item), shared_epoch_, now);
  if (!epoch_->begin) epoch_->begin = begin_of(fragment->parsed, epoch_->init);
  if (const auto end = end_of(fragment->parsed, epoch_->init);
      !epoch_->end || earlier(*epoch_->end, end)) {
    epoch_->end = end;
  }
  state_ = StreamState::live;
  bytes_ += fragment->bytes.size();
  meter_.add(now, fragment->bytes.size(), video_frames(*fragment),
             latency_of(fragment->parsed, wall));
  return ring_.push(fragment);
}

void Stream::source_left(StreamState state) {
  state_ = state;
  ring_.forget_starts();
  meter_.reset();
}

}  // namespace live

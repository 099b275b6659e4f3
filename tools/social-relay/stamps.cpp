#include "tools/social-relay/stamps.hpp"

#include <algorithm>
#include <chrono>

namespace social_relay {

std::uint32_t Stamps::place(const Item& item) {
  if (!origin_) {
    origin_ = item.at;
  } else if (item.tracks != tracks_) {
    const auto here = item.at - *origin_;
    const auto back = tracks_->slate ? live::Us{} : most_back;
    if (here < newest_ - back || here > newest_ + most_ahead) origin_ = item.at - (newest_ + step);
  }
  tracks_ = item.tracks;
  const auto here = std::max(item.at - *origin_, live::Us{});
  newest_ = std::max(newest_, here);
  auto& last_ms = item.video ? last_video_ms_ : last_audio_ms_;
  last_ms = std::max(last_ms, std::chrono::duration_cast<std::chrono::milliseconds>(here).count());
  return static_cast<std::uint32_t>(last_ms);
}

}  // namespace social_relay

#include "tools/social-relay/retry.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace social_relay {

Refusal refusal_of(std::string_view code, std::string_view description) {
  constexpr std::array<std::string_view, 5> permanent{
      "NetStream.Publish.Unauthorized", "NetStream.Publish.Denied", "NetStream.Authenticate.Failed",
      "NetConnection.Connect.InvalidApp", "NetConnection.Connect.Rejected"};
  constexpr std::array<std::string_view, 3> going_down{"NetConnection.Connect.AppShutdown",
                                                       "NetConnection.Connect.Closed",
                                                       "NetStream.Unpublish.Success"};
  if (code.empty() && description.empty()) return Refusal::none;
  if (std::ranges::find(going_down, code) != going_down.end()) return Refusal::none;
  return std::ranges::find(permanent, code) != permanent.end() ? Refusal::permanent
                                                               : Refusal::temporary;
}

void Retry::ended(std::chrono::milliseconds held) {
  if (held >= taken) ghost_ = ghost;
  if (held < stable) return;
  delay_ = first;
  failures_ = 0;
}

std::chrono::milliseconds Retry::next(std::chrono::milliseconds held, Refusal refusal) {
  ended(held);
  ++failures_;
  if (ghost_.count() > 0 && refusal == Refusal::temporary) refusal = Refusal::none;
  temporary_ = refusal == Refusal::temporary ? temporary_ + 1 : 0;
  hopeless_ = refusal == Refusal::permanent || temporary_ > 1;
  if (hopeless_) return with_jitter(hopeless);
  const auto delay = delay_;
  delay_ = std::min(longest, delay_ * 3 / 2);
  ghost_ -= std::min(ghost_, delay);
  return with_jitter(delay);
}

/// Up to 5 % more, so that relays that were cut off together do not come back together.
std::chrono::milliseconds Retry::with_jitter(std::chrono::milliseconds delay) {
  const auto most = static_cast<std::uint64_t>(delay.count()) / 20;
  return delay + std::chrono::milliseconds{static_cast<std::int64_t>(jitter_.upto(most))};
}

}  // namespace social_relay

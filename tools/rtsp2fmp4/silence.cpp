#include "tools/rtsp2fmp4/silence.hpp"

#include <algorithm>

namespace rtsp2fmp4 {

void SilencePlan::begin(std::uint64_t video, live::Monotonic now) {
  end_ = std::max(end_, video);
  heard_ = now;
  begun_ = true;
  given_up_ = false;
}

void SilencePlan::real(std::uint64_t end, live::Monotonic now) {
  heard_ = now;
  given_up_ = false;
  end_ = std::max(end_, end);
}

unsigned SilencePlan::due(std::uint64_t video, live::Monotonic now) {
  if (!begun_ || now - heard_ < patience) return 0;
  if (now - heard_ > limit || packet_ == 0) given_up_ = true;
  if (given_up_ || video <= end_) return 0;
  constexpr std::uint64_t most =
      1024;  // per picture: after a stall the rest follows with the next ones
  return static_cast<unsigned>(std::min((video - end_) / packet_, most));
}

}  // namespace rtsp2fmp4

// Timestamps of one connection: from 0, and never backwards.  Pure.
#pragma once

#include "common/base/units.hpp"
#include "tools/social-relay/item.hpp"

#include <cstdint>
#include <memory>
#include <optional>

namespace social_relay {

class Stamps {
 public:
  /// A new epoch may come with another time line; beyond these it goes on `step` behind what was.  Behind a slate, which has
  /// gone on by the clock, nothing goes back.
  static constexpr live::Us most_back{1'000'000}, most_ahead{60'000'000};
  static constexpr live::Us step{40'000};

  /// Milliseconds for a message, modulo 2^32.  The first item is at 0.
  std::uint32_t place(const Item& item);

 private:
  std::optional<live::Us> origin_;  ///< input's time of our 0
  std::shared_ptr<const Tracks> tracks_;
  live::Us newest_{};  ///< on our line
  std::int64_t last_video_ms_ = 0, last_audio_ms_ = 0;
};

}  // namespace social_relay

// Audio that is announced but does not come: when to put silence in its place, and when to give it up.
#pragma once

#include "common/base/units.hpp"

#include <chrono>
#include <cstdint>
#include <optional>

namespace rtsp2fmp4 {

/// Pure: stamps in ticks of the audio track (1/rate) on the pipe's time line, time passed in.  Silence follows the
/// video: a player can show no more than both tracks have.
class SilencePlan {
 public:
  static constexpr std::chrono::seconds patience{1};  ///< without a packet before silence begins
  static constexpr std::chrono::seconds limit{
      30};  ///< of nothing but silence before audio is given up

  /// `packet_samples` 0: nobody can make silence in this codec.
  explicit SilencePlan(std::uint32_t packet_samples) : packet_(packet_samples) {}

  /// A new connection, whose first picture goes out at `video`.
  void begin(std::uint64_t video, live::Monotonic now);

  /// A real packet came, whose sound ends at `end`.
  void real(std::uint64_t end, live::Monotonic now);

  /// A picture goes out at `video`: how many silent packets go before it, the first one at next().
  unsigned due(std::uint64_t video, live::Monotonic now);
  [[nodiscard]] std::uint64_t next() const { return end_; }
  /// One of them went out.
  void filled() { end_ += packet_; }

  /// Nothing but silence for longer than `limit`; ends with the next real packet.
  [[nodiscard]] bool given_up() const { return given_up_; }

 private:
  std::uint32_t packet_;
  std::uint64_t end_ = 0;  ///< of what went out
  bool begun_ = false, given_up_ = false;
  live::Monotonic heard_{};  ///< the last real packet, or the beginning
};

}  // namespace rtsp2fmp4

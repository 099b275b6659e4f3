// The players of one stream: the ring of its latest messages, and the senders that stand in it.
#pragma once

#include "tools/rtmp-ingest/sender.hpp"

#include <cstdint>
#include <functional>
#include <vector>

namespace rtmp_ingest {

struct AudienceCounts {
  std::size_t players = 0;
  std::uint64_t bytes = 0, skips = 0, skipped = 0;  ///< of players that have left, too
};

class Audience {
 public:
  Audience(std::uint64_t memory, live::Patience patience) : ring_(memory), patience_(patience) {}

  /// `sender` plays; `on_blocked` is called when it needs a wait for its socket, or has ended, after a push().
  void join(Sender& sender, std::function<void()> on_blocked);
  void leave(Sender& sender);
  /// A message for all of them: each gets it at once as far as its socket takes it.
  void push(Passed passed, live::Monotonic now);
  /// The publisher has left: who comes now waits for the next start.
  void source_left() { ring_.forget_starts(); }
  void tick(live::Monotonic now);

  [[nodiscard]] AudienceCounts counts() const;
  [[nodiscard]] std::uint64_t memory() const;  ///< bytes in the ring

 private:
  struct Seat {
    Sender* sender;
    std::function<void()> on_blocked;
  };
  Ring ring_;
  live::Patience patience_;
  std::vector<Seat> seats_;
};

}  // namespace rtmp_ingest

// The players of one stream: the ring of its latest messages, and the senders that stand in it.  While nobody plays a
// GopCache holds what the next one begins with.
//
// All of them get a video message at once, with the audio that came since the last one: a send for each of the small
// messages between pictures would cost more than the pictures do.
#pragma once

#include "tools/rtmp-ingest/gop_cache.hpp"
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
  /// The longest that audio and data wait for a video message to travel with.  Looked at when a message comes.
  static constexpr live::Ms gather{40};

  Audience(std::uint64_t memory, live::Patience patience)
      : cache_(memory), ring_(memory), patience_(patience) {}
  Audience(const Audience&) = delete;
  Audience& operator=(const Audience&) = delete;

  /// `sender` plays, beginning with its next say() or pump(), or the next push().  `on_blocked` is called when it needs a
  /// wait for its socket, or has ended, after a push() or tick().
  void join(Sender& sender, std::function<void()> on_blocked);
  /// REQUIRES: it has joined.
  void leave(Sender& sender);
  /// A message for all of them: each gets it at once as far as its socket takes it.
  void push(Passed passed, live::Monotonic now);
  /// The publisher has left: everybody gets what waits; who comes now waits for the next start.
  void source_left(live::Monotonic now);
  /// Twice a second or so.
  void tick(live::Monotonic now);

  [[nodiscard]] AudienceCounts counts() const;
  [[nodiscard]] std::uint64_t memory() const {
    return cache_.bytes() + ring_.bytes() + stray_bytes_;
  }

 private:
  struct Seat {
    Sender* sender;
    std::function<void()> on_blocked;
    AudienceCounts before;  ///< what the sender had counted when it came
  };
  static void add(AudienceCounts& sum, const Seat& seat);
  bool cache(Passed& passed);
  void fan_out(live::Monotonic now);
  void call_due();

  GopCache cache_;
  Ring ring_;
  live::Patience patience_;
  std::vector<Seat> seats_;
  std::vector<Sender*> due_;       ///< whose on_blocked is to be called
  live::Sequence sent_ = 0;        ///< items before this one have been offered to all
  AudienceCounts left_;            ///< of those who left
  std::uint64_t stray_bytes_ = 0;  ///< held by players, no longer in the ring
};

}  // namespace rtmp_ingest

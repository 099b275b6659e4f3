// What waits for one destination.  Pure.
//
// A connection that is too slow costs pictures, never its neighbours: when something has waited for more than 700 ms the
// pictures that no other refers to go, for more than 3 s all up to the next key frame.  Sound stays, unless bytes run out.
// What comes in a burst, after a gap of the input, has not waited: it goes out as fast as the connection takes it.
#pragma once

#include "tools/social-relay/item.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>

namespace social_relay {

class Backlog {
 public:
  static constexpr live::Ms drops_disposable{700};
  static constexpr live::Ms drops_to_key{3'000};
  static constexpr std::size_t most_bytes = 32U << 20U;
  static constexpr std::size_t most_items = 4'096;

  /// What comes before the first key frame is left out and not counted.
  void push(SharedItem item, live::Monotonic now);
  /// The next one; nullptr when nothing waits.
  SharedItem pop();
  /// A new connection begins: with the next key frame.
  void restart();

  [[nodiscard]] bool empty() const { return items_.empty(); }
  /// Media from the oldest to the newest that wait.
  [[nodiscard]] live::Us span() const;
  [[nodiscard]] std::size_t bytes() const { return bytes_; }
  [[nodiscard]] std::uint64_t dropped_pictures() const { return dropped_pictures_; }
  [[nodiscard]] std::uint64_t dropped_sounds() const { return dropped_sounds_; }
  /// How often all up to a key frame was left out.
  [[nodiscard]] std::uint64_t skips() const { return skips_; }

 private:
  struct Waiting {
    SharedItem item;
    live::Monotonic since;
  };
  [[nodiscard]] bool waits_longer(live::Ms than, live::Monotonic now) const {
    return !items_.empty() && now - items_.front().since > than;
  }
  /// The oldest picture waits for too long.  Sound that stays says nothing of them.
  [[nodiscard]] bool pictures_lag(live::Monotonic now) const;
  void drop_disposable();
  void skip_to_key();
  void drop_oldest_sounds();
  template <class Which>
  void drop(Which which);

  std::deque<Waiting> items_;
  std::size_t bytes_ = 0;
  bool begun_ = false;      ///< a key frame was there
  bool wants_key_ = false;  ///< pictures are left out until one comes
  std::uint64_t dropped_pictures_ = 0, dropped_sounds_ = 0, skips_ = 0;
};

}  // namespace social_relay

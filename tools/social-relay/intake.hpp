// What waits for the transcoder.  It gives way: when pictures have waited for too long, all up to the next key frame are left out,
// and who pushes never waits.  Sound stays.
#pragma once

#include "common/media_in/source.hpp"
#include "tools/social-relay/item.hpp"
#include "tools/social-relay/service.hpp"
#include "tools/social-relay/version.hpp"

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <variant>
#include <vector>

namespace social_relay {

class Intake {
 public:
  static constexpr std::chrono::milliseconds most_wait{3'000};
  static constexpr std::size_t most_bytes = 32U << 20U;
  static constexpr std::size_t most_items = 4'096;

  /// A preset that is to be made, and where that goes.
  struct Wish {
    Preset preset;
    ItemSink sink;
  };
  using Wishes = std::vector<Wish>;
  using Item = std::variant<live::media_in::Epoch, Wishes, SharedUnit>;

  /// What is to be made from now on.
  void want(Wishes wishes);
  /// The input's tracks, from the next unit on, of pictures from the next key frame on.
  void begin(live::media_in::Epoch epoch);
  /// False when it was too much, and the pictures that waited are left out.
  bool push(SharedUnit unit, live::Monotonic now);
  /// pop() gives what is left, then nothing.
  void end();

  /// Waits.
  std::optional<Item> pop();
  [[nodiscard]] std::uint64_t dropped_pictures() const;

 private:
  struct Waiting {
    Item item;
    live::Monotonic since;
    std::size_t bytes = 0;
    bool picture = false;
  };
  void add(Waiting waiting);
  template <class Which>
  void drop(Which which);
  [[nodiscard]] bool is_too_much(live::Monotonic now) const;

  mutable std::mutex mutex_;
  std::condition_variable some_;
  std::deque<Waiting> items_;
  std::size_t bytes_ = 0;
  std::uint64_t dropped_pictures_ = 0;
  bool wants_key_ = true;  ///< pictures are left out until one comes
  bool lags_ = false;      ///< and counted
  bool ended_ = false;
};

}  // namespace social_relay

// From the threads that read and make to the thread that sends: bounded, and one wake-up for all that has gathered.
#pragma once

#include "common/media_in/source.hpp"
#include "tools/social-relay/item.hpp"
#include "tools/social-relay/version.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <variant>
#include <vector>

namespace social_relay {

/// The input's tracks, before anything that is made of them.
struct SourceBegun {
  live::media_in::Epoch epoch;
};
struct Made {
  std::shared_ptr<const Version> version;
  SharedItem item;
};
/// The input is over.
struct SourceEnded {
  live::media_in::End end;
};
using Handed = std::variant<SourceBegun, Made, SourceEnded>;

class Handoff {
 public:
  /// Beyond, items are dropped and counted; of pictures all up to a version's next key frame.
  static constexpr std::size_t most_bytes = 64U << 20U;
  /// What an item costs beyond its body: itself, its buffer's and its place here; so that tiny ones are bounded, too.
  static constexpr std::size_t item_bytes = 256;

  /// `wake` is called, on the thread that pushes, when there is something after there was nothing.
  explicit Handoff(std::function<void()> wake) : wake_(std::move(wake)) {}

  void push(Handed handed);
  /// All that is there, in order.
  std::vector<Handed> take();
  [[nodiscard]] std::uint64_t dropped() const;

 private:
  [[nodiscard]] bool takes(const Made& made, std::size_t bytes);

  std::function<void()> wake_;
  mutable std::mutex mutex_;
  std::vector<Handed> waiting_;
  std::size_t bytes_ = 0;
  std::uint64_t dropped_ = 0;
  std::vector<std::shared_ptr<const Version>>
      want_key_;  ///< their pictures are dropped until one comes
};

}  // namespace social_relay

// Pictures and sounds in the order of their stamps, as servers expect them on one connection.  Pure.
//
// Inputs give them nearly so: a muxer that writes every frame by itself is late by one with the one or the other, and an encoder
// by some more.  Each waits until the other track has come as far, as long as that is not too long.
#pragma once

#include "tools/social-relay/item.hpp"

#include <cstddef>
#include <deque>
#include <functional>
#include <memory>

namespace social_relay {

class Interleaver {
 public:
  /// A track that is behind by more is not waited for.
  static constexpr live::Us patience{2'000'000};
  static constexpr std::size_t most_items = 512;
  static constexpr std::size_t most_bytes = 16U << 20U;

  using Sink = std::function<void(SharedItem)>;
  explicit Interleaver(Sink sink) : sink_(std::move(sink)) {}

  /// Other tracks than before follow all that waits.
  void push(SharedItem item);
  /// Gives all that waits.
  void flush();

 private:
  using Track = std::deque<SharedItem>;
  void give_from(Track& track);
  [[nodiscard]] bool is_too_long(const Track& track) const;
  /// The one with the earlier item.  REQUIRES: something waits.
  [[nodiscard]] Track& earlier();

  Sink sink_;
  std::shared_ptr<const Tracks> tracks_;
  Track video_, audio_;
  std::size_t bytes_ = 0;
};

}  // namespace social_relay

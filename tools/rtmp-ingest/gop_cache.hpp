// What a player that comes next would begin with, while nobody plays: a stream's messages from its newest start on.
#pragma once

#include "tools/rtmp-ingest/feed.hpp"

#include <cstdint>
#include <deque>
#include <functional>

namespace rtmp_ingest {

class GopCache {
 public:
  /// What begins at a start and grows beyond `limit_bytes` is dropped: players then wait for the next start.
  explicit GopCache(std::uint64_t limit_bytes) : limit_(limit_bytes) {}

  /// A start drops what was before it; what comes before the first is not kept.
  void push(Passed passed);
  void clear();
  /// Gives what it holds, oldest first; then it is empty.
  void take(const std::function<void(Passed)>& each);

  /// Payloads of what it holds.
  [[nodiscard]] std::uint64_t bytes() const { return bytes_; }

 private:
  std::uint64_t limit_, bytes_ = 0;
  std::deque<Passed> messages_;
};

}  // namespace rtmp_ingest

// What a player that comes next would begin with, while nobody plays: a stream's messages from its newest start on.
//
// They are copied one behind the other into blocks.  What was received is thereby free again at once, and serves the next
// message of whomever while the processor's cache still has it; kept in pieces as they came, the messages of some hundred
// publishers cost more in memory that is cold, and in its allocation, than all else that is done with them.
#pragma once

#include "tools/rtmp-ingest/feed.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

namespace rtmp_ingest {

class GopCache {
 public:
  /// What begins at a start and grows beyond `limit_bytes` is dropped: players then wait for the next start.
  explicit GopCache(std::uint64_t limit_bytes) : limit_(limit_bytes) {}

  /// A start drops what was before it; what comes before the first is not kept.
  void push(const Passed& passed);
  void clear();
  /// Gives what it holds, oldest first; then it is empty.
  void take(const std::function<void(Passed)>& each);

  /// Payloads of what it holds.
  [[nodiscard]] std::uint64_t bytes() const { return bytes_; }

 private:
  static constexpr std::size_t block_bytes = 32U << 10U;
  using Block = std::array<std::uint8_t, block_bytes>;
  /// In front of each payload.
  struct Record {
    live::rtmp::MessageHead head;
    live::Monotonic arrived;
    std::uint32_t size;
    std::uint32_t preface;  ///< of prefaces_
    bool start;
  };
  void append(const void* bytes, std::size_t size);

  std::uint64_t limit_, bytes_ = 0;
  std::vector<std::unique_ptr<Block>> blocks_;
  std::size_t used_ = block_bytes;                        ///< of the last block
  std::vector<std::shared_ptr<const Preface>> prefaces_;  ///< mostly one
};

}  // namespace rtmp_ingest

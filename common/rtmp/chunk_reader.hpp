// Chunks to messages (RTMP 1.0 §5.3): basic headers of 1, 2 and 3 bytes, message headers of type 0 to 3, extended
// timestamps, Set Chunk Size and Abort.
//
// A type 3 chunk of a message with an extended timestamp repeats it (§5.3.1.3); some peers leave it out.  Both are read:
// the four bytes are taken as a repetition when they equal the message's, else as payload.
// A peer cannot make us allocate by announcing: a message's buffer grows with the bytes that came.
#pragma once

#include "common/base/bytes.hpp"
#include "common/base/step.hpp"
#include "common/rtmp/message.hpp"

#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

namespace live::rtmp {

struct ChunkLimits {
  std::uint32_t message_bytes = max_message_bytes;
  std::size_t chunk_streams = 64;             ///< at once
  std::size_t unfinished_bytes = 32U << 20U;  ///< of all messages that are under way, together
};

class ChunkReader {
 public:
  explicit ChunkReader(const ChunkLimits& limits = {}) : limits_(limits) {}

  /// Takes all of `in` and appends the messages that are complete, in the order of their last chunks.  Set Chunk Size
  /// and Abort are obeyed and not appended.  After Malformed the connection is of no more use; it names rule and value.
  std::optional<Malformed> feed(Bytes in, std::vector<Message>& out);

  /// Bytes taken since the beginning: what an Acknowledgement reports, modulo 2^32 (§5.4.3).
  [[nodiscard]] std::uint64_t bytes() const { return bytes_; }

 private:
  ChunkLimits limits_;
  std::uint64_t bytes_ = 0;
  // ... state of the implementation
};

/// The messages within an aggregate (§7.1.6), their stamps moved so that the first has the aggregate's; payloads are
/// copied.  Malformed when its tags do not add up.
std::optional<Malformed> split_aggregate(const Message& aggregate, std::vector<Message>& out);

}  // namespace live::rtmp

// Messages to chunks (RTMP 1.0 §5.3.1).  Every message begins with a type 0 header and so stands for itself: the chunks
// of a media message are the same bytes for every player, and are made once.  Type 3 chunks repeat an extended timestamp.
#pragma once

#include "common/base/bytes.hpp"
#include "common/rtmp/message.hpp"

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include <sys/uio.h>

namespace live::rtmp {

/// The headers of a message's chunks.
struct ChunkHeaders {
  /// REQUIRES: head.chunk_stream is 2 to 65599, `length` at most max_message_length_field.
  ChunkHeaders(const MessageHead& head, std::size_t length);

  [[nodiscard]] Bytes first() const { return Bytes{first_}.first(first_bytes_); }
  [[nodiscard]] Bytes next() const { return Bytes{next_}.first(next_bytes_); }

 private:
  std::array<std::uint8_t, 18>
      first_{};  ///< basic header (3), message header (11), extended timestamp (4)
  std::array<std::uint8_t, 7> next_{};  ///< of each further chunk
  std::uint8_t first_bytes_ = 0, next_bytes_ = 0;
};

/// Appends the chunks of one message.  `chunk_bytes`: what the peer was told with Set Chunk Size.
/// REQUIRES: as ChunkHeaders; chunk_bytes > 0.
void write_message(Buffer& out, const MessageHead& head, Bytes payload, std::uint32_t chunk_bytes);

/// The chunks of a message whose payload stays where it is: what a server with many players sends.
class SharedChunks {
 public:
  /// REQUIRES: as write_message().
  SharedChunks(const MessageHead& head, Payload payload, std::uint32_t chunk_bytes);

  /// Bytes on the wire.
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] Bytes payload() const { return payload_; }
  /// Appends the pieces behind the first `sent` bytes; valid as long as this object stays where it is.  At most `most`
  /// of them; false when there was no room for all.
  bool append_pieces(std::vector<iovec>& pieces, std::size_t sent, std::size_t most) const;

 private:
  ChunkHeaders headers_;
  Payload payload_;
  std::uint32_t chunk_bytes_;
  std::size_t size_ = 0;
};

}  // namespace live::rtmp

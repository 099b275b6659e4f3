// Chunks to messages (RTMP 1.0 §5.3): basic headers of 1, 2 and 3 bytes, message headers of type 0 to 3, extended
// timestamps, Set Chunk Size and Abort.
//
//   basic header   format(2 bits) id(6)                2 to 63
//                  format(2) 0  id - 64(1 byte)        64 to 319
//                  format(2) 1  id - 64(2, low first)  64 to 65599
//   type 0  timestamp(3) length(3) type(1) message stream(4, low first)   [extended timestamp(4)]
//   type 1  delta(3)     length(3) type(1)                                [extended(4)]
//   type 2  delta(3)                                                      [extended(4)]
//   type 3  -                                                             [extended(4)]
//
// Where the specification leaves room, or peers do as they please:
// - A type 3 chunk of a message with an extended timestamp repeats it (§5.3.1.3); OBS before 30.1, older librtmp and
//   others leave it out.  Both are read: the four bytes are taken as a repetition when they equal the message's, else
//   as payload.
// - A type 3 chunk that begins a message repeats the last delta.  Behind a type 0 that is its timestamp (§5.3.1.2.4;
//   ffmpeg writes so), which no peer means once the stream is under way (librtmp writes type 3 for "the same stamp",
//   nginx-rtmp reads it so): above `max_first_delta_ms` it is 0.
// - A chunk stream may begin with type 1 (librtmp's user control messages do); then it continues from zeros.
// - A header of type 0 to 2 within a message is read as one of type 3 when it tells the same length.
// A peer cannot make us allocate by announcing: a place for a message is made when its first bytes come, and a large one
// grows with them.
//
// Audio and video of usual size is put where it stays, into blocks (payload.hpp), so that nobody has to copy it again or
// to allocate for it.
#pragma once

#include "common/base/bytes.hpp"
#include "common/base/step.hpp"
#include "common/rtmp/message.hpp"

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace live::rtmp {

struct ChunkLimits {
  std::uint32_t message_bytes = max_message_bytes;
  std::size_t chunk_streams = 64;             ///< different ids over the connection's life
  std::size_t unfinished_bytes = 32U << 20U;  ///< of all messages that are under way, together
};

/// The longest interval that the timestamp of a type 0 chunk may stand for when a type 3 chunk repeats it.
constexpr std::uint32_t max_first_delta_ms = 10'000;
/// Payloads that have a buffer of their own are allocated in one piece up to here; longer ones grow by doubling.
constexpr std::size_t exact_payload_bytes = 64U << 10U;

class ChunkReader {
 public:
  explicit ChunkReader(const ChunkLimits& limits = {}) : limits_(limits) {}

  /// From now on these count: a peer may become a publisher.
  void limit(const ChunkLimits& limits) { limits_ = limits; }

  /// Takes all of `in` and appends the messages that are complete, in the order of their last chunks.  Set Chunk Size
  /// and Abort are obeyed and not appended.  After Malformed the connection is of no more use; it names rule and value.
  std::optional<Malformed> feed(Bytes in, std::vector<Message>& out);

  /// Bytes taken since the beginning: what an Acknowledgement reports, modulo 2^32 (§5.4.3).
  [[nodiscard]] std::uint64_t bytes() const { return bytes_; }
  /// Payload bytes held of messages that are under way.
  [[nodiscard]] std::size_t unfinished_bytes() const { return unfinished_; }

 private:
  /// What later headers of a chunk stream leave out, and its message under way.
  struct Stream {
    MessageHead head;
    std::uint32_t length = 0;
    std::uint32_t field = 0;                  ///< timestamp or delta as the last header told it
    std::uint32_t delta = 0;                  ///< what a type 3 that begins a message adds
    bool extended = false;                    ///< `field` came as an extended timestamp
    bool begun = false;                       ///< a message is under way
    bool in_block = false;                    ///< its place is the one that is open in blocks_
    std::uint32_t have = 0, room = 0;         ///< bytes that came, and that `place` has room for
    std::shared_ptr<std::uint8_t[]> place{};  ///< of them; null before the first
  };
  struct Header {
    std::uint32_t id = 0;
    std::uint32_t field = 0;
    std::uint32_t length = 0;
    std::uint32_t stream = 0;
    std::uint8_t format = 0;
    std::uint8_t type = 0;
    std::uint8_t bytes = 0;  ///< of the whole header; 0: it is cut
    bool extended = false;
  };
  static constexpr std::size_t max_header_bytes = 3 + 11 + 4;

  std::optional<Malformed> take(Bytes in, std::size_t& used, std::vector<Message>& out);
  [[nodiscard]] Header read_header(Bytes in) const;
  [[nodiscard]] bool repeats_extended(Bytes in, const Stream& stream, std::uint8_t& bytes) const;
  [[nodiscard]] const Stream* find(std::uint32_t id) const;
  [[nodiscard]] bool continues(std::uint8_t header) const;
  void begin_next_chunk();
  std::optional<std::string> begin_chunk(const Header& header);
  std::optional<std::string> begin_message(Stream& stream, const Header& header);
  std::optional<std::string> append(Stream& stream, Bytes piece);
  void make_room(Stream& stream, std::size_t size);
  Payload take_payload(Stream& stream);
  std::optional<std::string> finish_message(Stream& stream, std::vector<Message>& out);
  void abort(std::uint32_t id);

  ChunkLimits limits_;
  std::uint64_t bytes_ = 0;
  std::vector<Stream> streams_;   ///< few: searched in order
  std::size_t current_ = 0;       ///< of the chunk under way, or the last one
  std::uint32_t chunk_left_ = 0;  ///< payload bytes that the chunk under way still has
  std::uint32_t chunk_bytes_ = default_chunk_bytes;
  std::size_t unfinished_ = 0;
  Blocks blocks_;
  std::array<std::uint8_t, max_header_bytes> cut_{};  ///< a header whose rest has not come
  std::size_t cut_bytes_ = 0;
};

/// Messages that one aggregate may hold: a second of a stream has some hundred.
constexpr std::size_t max_aggregate_messages = 4096;

/// The messages within an aggregate (§7.1.6), their stamps moved so that the first has the aggregate's; payloads are
/// copied.  The last one's back pointer may be missing.  Malformed when its tags do not add up, or one is an aggregate.
std::optional<Malformed> split_aggregate(const Message& aggregate, std::vector<Message>& out);

}  // namespace live::rtmp

// WebSocket frames (RFC 6455 §5), server side: reads what clients send, writes the headers of ours.
//
//   +-+-+-+-+-------+-+-------------+----------------+---------+
//   |F|R|R|R| opcode|M| length (7)  | length (16/64) | mask 32 | payload
//   +-+-+-+-+-------+-+-------------+----------------+---------+
//
// A client's frames are masked (§5.1).  Refused with 1002: no mask, reserved bits (we negotiate no
// extension), unknown opcodes, control frames over 125 bytes or in fragments, continuations of
// nothing. With 1007: text that is not UTF-8.  With 1009: messages over the limit, before their
// bytes are kept.
#pragma once

#include "common/base/bytes.hpp"
#include "common/base/step.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <variant>

namespace live::http {

enum class Opcode : std::uint8_t {
  continuation = 0,
  text = 1,
  binary = 2,
  close = 8,
  ping = 9,
  pong = 10,
};

/// Status codes of a close frame (§7.4.1) that the project sends.
enum class CloseCode : std::uint16_t {
  normal = 1000,
  going_away = 1001,
  protocol_error = 1002,
  bad_text = 1007,
  policy = 1008,
  too_big = 1009,
  internal_error = 1011,
  try_again_later = 1013,
};

/// A whole message or control frame from the client.
struct Message {
  Opcode opcode;   ///< text, binary, close, ping or pong
  Buffer payload;  ///< unmasked; of a close frame: the code and reason, or nothing
};
/// The client broke the protocol: send a close frame with `code`, then end the connection.
struct Violation {
  CloseCode code;
  std::string why;
};

/// Puts messages together from bytes as they come.  Holds one message at most.
class MessageReader {
 public:
  explicit MessageReader(std::size_t limit_bytes = 4096) : limit_(limit_bytes) {}

  /// Takes bytes from the front of `in` up to the end of a message: a message, or NeedMore when all
  /// of `in` was taken and none is whole.  Call again with the rest.  After a Violation it is of no
  /// use.
  std::variant<Message, NeedMore, Violation> next(Bytes& in);

 private:
  std::variant<std::monostate, NeedMore, Violation> take_header(Bytes& in);
  std::variant<std::monostate, NeedMore, Violation> start_frame(Reader& header);
  std::variant<Message, NeedMore, Violation> finish_message();

  std::size_t limit_;
  std::array<std::uint8_t, 14> head_{};  // of the frame that is being read
  std::size_t head_size_ = 0;
  bool in_payload_ = false;
  bool final_ = false;
  Opcode opcode_{};
  std::uint64_t left_ = 0;  // of its payload
  std::size_t mask_at_ = 0;
  std::array<std::uint8_t, 4> mask_{};
  Buffer control_;  // payload of a control frame, between fragments
  Buffer message_;
  Opcode message_opcode_ = Opcode::continuation;  // continuation = no message is open
};

/// The header of an unmasked frame that is a whole message.
struct FrameHeader {
  std::array<std::uint8_t, 10> bytes;
  std::size_t size;
  [[nodiscard]] Bytes span() const { return Bytes{bytes}.first(size); }
};
FrameHeader frame_header(Opcode opcode, std::uint64_t payload_bytes);

/// A whole frame of ours, for what is small: clock messages, pings.
Buffer make_frame(Opcode opcode, Bytes payload);
/// A close frame; `reason` is cut at 123 bytes.
Buffer make_close(CloseCode code, std::string_view reason);

}  // namespace live::http

// What both roles do alike behind the handshake: chunks in and out, and the protocol's own messages (RTMP 1.0 §5.4,
// §7.1.7) answered.
//
//   - Acknowledgements: one whenever half of the peer's window has come, so that a peer which stops at the whole of it
//     (Flash, FMLE) never does.  The window is 2,500,000 bytes until the peer's Window Acknowledgement Size says
//     otherwise; its own Acknowledgements are not waited for: TCP holds back as well.
//   - Set Peer Bandwidth is answered with Window Acknowledgement Size when that is another than the last one said.
//   - A ping is answered.
#pragma once

#include "common/base/bytes.hpp"
#include "common/base/step.hpp"
#include "common/rtmp/chunk_reader.hpp"
#include "common/rtmp/message.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace live::rtmp {

constexpr std::uint32_t default_window_bytes = 2'500'000;
/// Answers that wait in out(): a peer that asks and does not read is cut off above it.
constexpr std::size_t max_unsent_bytes = 256U << 10U;
constexpr std::uint32_t control_chunks = 2, command_chunks = 3, audio_chunks = 4, status_chunks = 5,
                        video_chunks = 6;  ///< the chunk streams that we send on

struct UserControl {
  ControlEvent event{};
  std::uint32_t value = 0;  ///< a message stream id, or the time of a ping
};
/// Nothing for a message that is shorter than both, or another one.
std::optional<UserControl> read_user_control(const Message& message);

class Wire {
 public:
  explicit Wire(const ChunkLimits& limits) : chunks_(limits) {}
  void limit(const ChunkLimits& limits) { chunks_.limit(limits); }

  /// Takes all of `in` and appends the messages that are not answered here, in order.
  std::optional<Malformed> feed(Bytes in, std::vector<Message>& messages);

  void send(const MessageHead& head, Bytes payload);
  /// A command: on the stream's own chunk stream, or for the connection (message stream 0).
  void command(std::uint32_t stream, Bytes body);
  void control(ControlEvent event, std::uint32_t value);
  /// Set Buffer Length of the message stream.
  void buffer_length(std::uint32_t stream, std::uint32_t ms);
  /// Window Acknowledgement Size of ours.
  void window_size();
  /// Set Peer Bandwidth, dynamic.
  void peer_bandwidth();
  /// Set Chunk Size, and obeys it.
  void chunk_size(std::uint32_t bytes);

  /// Malformed while more than max_unsent_bytes wait.
  [[nodiscard]] std::optional<Malformed> overfull() const;
  [[nodiscard]] Buffer& out() { return out_; }

 private:
  bool take(const Message& message);
  void send_number(MessageType type, std::uint32_t number);

  ChunkReader chunks_;
  Buffer out_;
  std::uint32_t chunk_bytes_ = default_chunk_bytes;
  std::uint32_t peer_window_ = default_window_bytes, our_window_ = 0;
  std::uint64_t acknowledged_ = 0;
};

}  // namespace live::rtmp

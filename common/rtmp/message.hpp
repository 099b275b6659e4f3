// RTMP messages (Adobe's RTMP specification 1.0 §5.4, §6 and §7.1): what chunks carry.
#pragma once

#include "common/rtmp/payload.hpp"

#include <cstdint>

namespace live::rtmp {

enum class MessageType : std::uint8_t {
  set_chunk_size = 1,
  abort = 2,
  acknowledgement = 3,
  user_control = 4,
  window_size = 5,
  peer_bandwidth = 6,
  audio = 8,
  video = 9,
  data_amf3 = 15,
  shared_object_amf3 = 16,
  command_amf3 = 17,
  data = 18,
  shared_object = 19,
  command = 20,
  aggregate = 22,
};

/// User control events (§7.1.7).
enum class ControlEvent : std::uint16_t {
  stream_begin = 0,
  stream_eof = 1,
  stream_dry = 2,
  set_buffer_length = 3,
  stream_is_recorded = 4,
  ping_request = 6,
  ping_response = 7,
};

struct MessageHead {
  MessageType type{};
  std::uint32_t timestamp = 0;     ///< ms, wraps at 2^32
  std::uint32_t stream = 0;        ///< message stream id
  std::uint32_t chunk_stream = 3;  ///< 2 to 65599
};

/// A whole message.
struct Message : MessageHead {
  Payload payload;
};

constexpr std::uint32_t max_message_bytes = 16U << 20U;
constexpr std::uint32_t max_message_length_field = 0xFFFFFF;
constexpr std::uint32_t max_chunk_bytes = 0x7FFFFFFF;  ///< §5.4.1
constexpr std::uint32_t default_chunk_bytes = 128;
/// What we send with: most frames of a live stream are one chunk, so that their bytes stay in one piece.
constexpr std::uint32_t our_chunk_bytes = 60'000;

}  // namespace live::rtmp

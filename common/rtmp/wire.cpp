#include "common/rtmp/wire.hpp"

#include "common/rtmp/chunk_writer.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace live::rtmp {

namespace {

constexpr std::uint8_t dynamic_limit = 2;  // §5.4.5

}  // namespace

std::optional<UserControl> read_user_control(const Message& message) {
  if (message.type != MessageType::user_control || message.payload.size() < 6) return {};
  Reader in{message.payload};
  const auto event = static_cast<ControlEvent>(in.u16());
  return UserControl{event, in.u32()};
}

std::optional<Malformed> Wire::feed(Bytes in, std::vector<Message>& messages) {
  const auto before = static_cast<std::ptrdiff_t>(messages.size());
  const auto wrong = chunks_.feed(in, messages);
  if (chunks_.bytes() - acknowledged_ >= std::max<std::uint32_t>(1, peer_window_ / 2)) {
    acknowledged_ = chunks_.bytes();
    send_number(MessageType::acknowledgement, static_cast<std::uint32_t>(acknowledged_));
  }
  const auto ours = std::remove_if(messages.begin() + before, messages.end(),
                                   [this](const Message& message) { return take(message); });
  messages.erase(ours, messages.end());
  return wrong ? wrong : overfull();
}

/// Was it for us?
bool Wire::take(const Message& message) {
  const Bytes payload = message.payload;
  switch (message.type) {
    case MessageType::acknowledgement:
      return true;
    case MessageType::window_size:
      if (payload.size() >= 4 && load_be(payload, 4) != 0)
        peer_window_ = static_cast<std::uint32_t>(load_be(payload, 4));
      return true;
    case MessageType::peer_bandwidth:
      if (payload.size() >= 4 && load_be(payload, 4) != 0 && load_be(payload, 4) != our_window_) {
        our_window_ = static_cast<std::uint32_t>(load_be(payload, 4));
        send_number(MessageType::window_size, our_window_);
      }
      return true;
    case MessageType::user_control: {
      const auto said = read_user_control(message);
      if (said && said->event == ControlEvent::ping_request)
        control(ControlEvent::ping_response, said->value);
      return !said || said->event == ControlEvent::ping_request;
    }
    default:
      return false;
  }
}

void Wire::send(const MessageHead& head, Bytes payload) {
  write_message(out_, head, payload, chunk_bytes_);
}

void Wire::command(std::uint32_t stream, Bytes body) {
  send({MessageType::command, 0, stream, stream == 0 ? command_chunks : status_chunks}, body);
}

void Wire::control(ControlEvent event, std::uint32_t value) {
  std::array<std::uint8_t, 6> body{};
  store_be(body, 2, static_cast<std::uint64_t>(event));
  store_be(std::span{body}.subspan(2), 4, value);
  send({MessageType::user_control, 0, 0, control_chunks}, body);
}

void Wire::buffer_length(std::uint32_t stream, std::uint32_t ms) {
  std::array<std::uint8_t, 10> body{};
  store_be(body, 2, static_cast<std::uint64_t>(ControlEvent::set_buffer_length));
  store_be(std::span{body}.subspan(2), 4, stream);
  store_be(std::span{body}.subspan(6), 4, ms);
  send({MessageType::user_control, 0, 0, control_chunks}, body);
}

void Wire::window_size() {
  our_window_ = default_window_bytes;
  send_number(MessageType::window_size, our_window_);
}

void Wire::peer_bandwidth() {
  std::array<std::uint8_t, 5> body{};
  store_be(body, 4, default_window_bytes);
  body[4] = dynamic_limit;
  send({MessageType::peer_bandwidth, 0, 0, control_chunks}, body);
}

void Wire::chunk_size(std::uint32_t bytes) {
  send_number(MessageType::set_chunk_size, bytes);
  chunk_bytes_ = bytes;
}

void Wire::send_number(MessageType type, std::uint32_t number) {
  std::array<std::uint8_t, 4> body{};
  store_be(body, 4, number);
  send({type, 0, 0, control_chunks}, body);
}

std::optional<Malformed> Wire::overfull() const {
  if (out_.size() <= max_unsent_bytes) return {};
  return Malformed{0, "more than " + std::to_string(max_unsent_bytes) + " bytes of answers unread"};
}

}  // namespace live::rtmp

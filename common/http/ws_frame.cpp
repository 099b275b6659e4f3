#include "common/http/ws_frame.hpp"

#include "common/base/text.hpp"

#include <algorithm>
#include <utility>

namespace live::http {
namespace {

constexpr std::size_t largest_control = 125;  // §5.5
constexpr std::uint8_t final_bit = 0x80;
constexpr std::uint8_t reserved_bits = 0x70;
constexpr std::uint8_t mask_bit = 0x80;

bool is_control(Opcode opcode) { return static_cast<std::uint8_t>(opcode) >= 8; }

bool is_known(Opcode opcode) {
  return opcode <= Opcode::binary || (opcode >= Opcode::close && opcode <= Opcode::pong);
}

/// Bytes of a header whose second byte is `second`.
std::size_t header_size(std::uint8_t second) {
  const auto length = second & 0x7FU;
  const std::size_t extended = length == 126 ? 2 : length == 127 ? 8 : 0;
  return 2 + extended + ((second & mask_bit) != 0 ? 4 : 0);
}

/// §7.4: may a client send `code` in a close frame?
bool is_close_code(std::uint64_t code) {
  return (code >= 1000 && code <= 1014 && code != 1004 && code != 1005 && code != 1006) ||
         (code >= 3000 && code <= 4999);
}

Violation broken(std::string why) { return {CloseCode::protocol_error, std::move(why)}; }

}  // namespace

std::variant<Message, NeedMore, Violation> MessageReader::next(Bytes& in) {
  for (;;) {
    if (!in_payload_) {
      auto step = take_header(in);
      if (auto* violation = std::get_if<Violation>(&step)) return std::move(*violation);
      if (const auto* more = std::get_if<NeedMore>(&step)) return *more;
    }
    auto& payload = is_control(opcode_) ? control_ : message_;
    const auto part = in.first(std::min<std::uint64_t>(left_, in.size()));
    for (const auto byte : part)
      payload.push_back(static_cast<std::uint8_t>(byte ^ mask_.at(mask_at_++ % mask_.size())));
    in = in.subspan(part.size());
    left_ -= part.size();
    if (left_ > 0) return NeedMore{static_cast<std::size_t>(left_)};
    in_payload_ = false;
    if (final_ || is_control(opcode_)) return finish_message();
  }
}

std::variant<std::monostate, NeedMore, Violation> MessageReader::take_header(Bytes& in) {
  constexpr std::size_t shortest = 2;
  for (;;) {
    const auto size = head_size_ < shortest ? shortest : header_size(head_[1]);
    if (head_size_ == size) break;
    if (in.empty()) return NeedMore{size - head_size_};
    head_.at(head_size_++) = in.front();
    in = in.subspan(1);
    if (head_size_ == shortest && (head_[1] & mask_bit) == 0)
      return broken("a client's frame is not masked");
  }
  Reader reader{Bytes{head_}.first(head_size_)};
  head_size_ = 0;
  return start_frame(reader);
}

std::variant<std::monostate, NeedMore, Violation> MessageReader::start_frame(Reader& header) {
  const auto first = header.u8();
  final_ = (first & final_bit) != 0;
  opcode_ = static_cast<Opcode>(first & 0x0FU);
  left_ = header.u8() & 0x7FU;
  if ((first & reserved_bits) != 0) return broken("reserved bits are set");
  if (!is_known(opcode_)) return broken("the opcode is unknown");
  if (left_ >= 126) {
    const bool wide = left_ == 127;
    left_ = header.be(wide ? 8 : 2);
    if (left_ < (wide ? 0x10000U : 126U) || left_ >> 63U != 0)
      return broken("the length is not in its shortest form");
  }
  const auto mask = header.take(mask_.size());
  std::ranges::copy(mask, mask_.begin());
  mask_at_ = 0;
  in_payload_ = true;
  if (is_control(opcode_)) {
    control_.clear();
    if (!final_ || left_ > largest_control)
      return broken("a control frame is too large or in parts");
    return std::monostate{};
  }
  const bool open = message_opcode_ != Opcode::continuation;
  if (open != (opcode_ == Opcode::continuation)) return broken("a message begins within another");
  if (!open) message_opcode_ = opcode_;
  if (left_ > limit_ || message_.size() > limit_ - left_)
    return Violation{CloseCode::too_big, "the message is too large"};
  return std::monostate{};
}

std::variant<Message, NeedMore, Violation> MessageReader::finish_message() {
  Message message{opcode_, {}};
  if (is_control(opcode_)) {
    message.payload.swap(control_);
  } else {
    message.opcode = std::exchange(message_opcode_, Opcode::continuation);
    message.payload.swap(message_);
  }
  std::string_view text;
  if (message.opcode == Opcode::text) text = as_text(message.payload);
  if (message.opcode == Opcode::close && !message.payload.empty()) {
    if (message.payload.size() < 2 || !is_close_code(load_be(message.payload, 2)))
      return broken("the close frame has no valid code");
    text = as_text(message.payload).substr(2);
  }
  if (!is_utf8(text)) return Violation{CloseCode::bad_text, "the text is not UTF-8"};
  return message;
}

FrameHeader frame_header(Opcode opcode, std::uint64_t payload_bytes) {
  FrameHeader header{};
  header.bytes[0] = static_cast<std::uint8_t>(final_bit | static_cast<std::uint8_t>(opcode));
  const std::size_t extended = payload_bytes < 126 ? 0 : payload_bytes <= 0xFFFF ? 2 : 8;
  const std::uint64_t length = extended == 0 ? payload_bytes : extended == 2 ? 126 : 127;
  header.bytes[1] = static_cast<std::uint8_t>(length);
  store_be(std::span{header.bytes}.subspan(2), extended, payload_bytes);
  header.size = 2 + extended;
  return header;
}

Buffer make_frame(Opcode opcode, Bytes payload) {
  const auto header = frame_header(opcode, payload.size());
  Buffer out;
  out.reserve(header.size + payload.size());
  Writer writer{out};
  writer.bytes(header.span());
  writer.bytes(payload);
  return out;
}

Buffer make_close(CloseCode code, std::string_view reason) {
  Buffer payload;
  Writer writer{payload};
  writer.u16(static_cast<std::uint16_t>(code));
  writer.text(reason.substr(0, largest_control - payload.size()));
  return make_frame(Opcode::close, payload);
}

}  // namespace live::http

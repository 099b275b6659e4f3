// Aggregate messages (RTMP 1.0 §7.1.6): FLV tags, each with its back pointer, as one message.
#include "common/base/bytes.hpp"
#include "common/rtmp/chunk_reader.hpp"

#include <string>

#include <fmt/format.h>

namespace live::rtmp {

std::optional<Malformed> split_aggregate(const Message& aggregate, std::vector<Message>& out) {
  Reader in{aggregate.payload};
  std::uint32_t first = 0;
  std::size_t count = 0;
  while (in.left() > 0) {
    const std::size_t at = in.at();
    if (++count > max_aggregate_messages)
      return Malformed{
          at, fmt::format("an aggregate of more than {} messages", max_aggregate_messages)};
    const auto type = static_cast<MessageType>(in.u8());
    const auto length = static_cast<std::uint32_t>(in.be(3));
    const auto low = static_cast<std::uint32_t>(in.be(3));
    const std::uint32_t timestamp = static_cast<std::uint32_t>(in.u8()) << 24U | low;
    in.skip(3);  // message stream id: that of the aggregate rules
    const Bytes body = in.take(length);
    if (!in.ok()) return Malformed{at, "an aggregate's message reaches beyond its end"};
    if (type == MessageType::aggregate) return Malformed{at, "an aggregate within an aggregate"};
    if (in.left() > 0) in.skip(4);  // back pointer; wrong in some senders' messages
    if (!in.ok()) return Malformed{in.at(), "an aggregate's back pointer is cut"};
    if (count == 1) first = timestamp;

    Message& message = out.emplace_back();
    static_cast<MessageHead&>(message) = static_cast<const MessageHead&>(aggregate);
    message.type = type;
    message.timestamp = aggregate.timestamp + (timestamp - first);
    message.payload = Payload::copy_of(body);
  }
  return std::nullopt;
}

}  // namespace live::rtmp

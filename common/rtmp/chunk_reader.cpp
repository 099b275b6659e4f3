#include "common/rtmp/chunk_reader.hpp"

#include <algorithm>
#include <cstring>
#include <string>
#include <utility>

#include <fmt/format.h>

namespace live::rtmp {
namespace {

constexpr std::uint32_t extended_mark = 0xFFFFFF;
constexpr std::array<std::uint8_t, 4> message_header_bytes = {11, 7, 3, 0};

bool is_media(MessageType type) { return type == MessageType::audio || type == MessageType::video; }

std::uint32_t be24(const std::uint8_t* at) {
  return static_cast<std::uint32_t>(at[0]) << 16U | static_cast<std::uint32_t>(at[1]) << 8U | at[2];
}

std::uint32_t be32(const std::uint8_t* at) {
  return static_cast<std::uint32_t>(at[0]) << 24U | be24(at + 1);
}

std::uint32_t le32(const std::uint8_t* at) {
  return static_cast<std::uint32_t>(at[3]) << 24U | static_cast<std::uint32_t>(at[2]) << 16U |
         static_cast<std::uint32_t>(at[1]) << 8U | at[0];
}

}  // namespace

std::optional<Malformed> ChunkReader::feed(Bytes in, std::vector<Message>& out) {
  bytes_ += in.size();
  if (cut_bytes_ > 0) {
    // The header that was cut, with what follows it: enough for a whole one, and perhaps for payload and more headers.
    std::array<std::uint8_t, 2 * max_header_bytes> joined{};
    const std::size_t fresh = std::min(in.size(), max_header_bytes);
    std::memcpy(joined.data(), cut_.data(), cut_bytes_);
    std::copy_n(in.begin(), fresh, joined.begin() + static_cast<std::ptrdiff_t>(cut_bytes_));
    const Bytes both = Bytes{joined}.first(cut_bytes_ + fresh);
    std::size_t used = 0;
    if (auto bad = take(both, used, out)) return bad;
    const std::size_t left = both.size() - used;
    if (left > fresh || fresh == in.size()) {  // a cut header again; all of `in` is in it
      std::memcpy(cut_.data(), both.data() + used, left);
      cut_bytes_ = left;
      return std::nullopt;
    }
    cut_bytes_ = 0;
    in = in.subspan(fresh - left);
  }
  std::size_t used = 0;
  if (auto bad = take(in, used, out)) return bad;
  cut_bytes_ = in.size() - used;
  if (cut_bytes_ > 0) std::memcpy(cut_.data(), in.data() + used, cut_bytes_);
  return std::nullopt;
}

/// Takes what is whole; what remains behind `used` is the beginning of a header.
std::optional<Malformed> ChunkReader::take(Bytes in, std::size_t& used, std::vector<Message>& out) {
  while (used < in.size()) {
    if (chunk_left_ == 0 && continues(in[used])) {
      begin_next_chunk();
      ++used;
    } else if (chunk_left_ == 0) {
      const Header header = read_header(in.subspan(used));
      if (header.bytes == 0) return std::nullopt;
      if (auto why = begin_chunk(header)) return Malformed{used, std::move(*why)};
      used += header.bytes;
    }
    Stream& stream = streams_[current_];
    const std::size_t n = std::min<std::size_t>(chunk_left_, in.size() - used);
    if (auto why = append(stream, in.subspan(used, n))) return Malformed{used, std::move(*why)};
    used += n;
    chunk_left_ -= static_cast<std::uint32_t>(n);
    if (stream.have == stream.length)
      if (auto why = finish_message(stream, out)) return Malformed{used, std::move(*why)};
  }
  return std::nullopt;
}

ChunkReader::Header ChunkReader::read_header(Bytes in) const {
  Header header;
  header.format = static_cast<std::uint8_t>(in[0] >> 6U);
  const std::uint8_t low = in[0] & 0x3FU;
  const std::size_t basic = low == 0 ? 2 : low == 1 ? 3 : 1;
  std::size_t bytes = basic + message_header_bytes[header.format];
  if (in.size() < bytes) return header;
  header.id = low > 1 ? low : in[1] + 64U + (low == 1 ? in[2] * 256U : 0U);

  const std::uint8_t* at = in.data() + basic;
  if (header.format == 3) {
    const Stream* stream = find(header.id);
    auto total = static_cast<std::uint8_t>(bytes);
    if (stream != nullptr && stream->extended &&
        !repeats_extended(in.subspan(bytes), *stream, total))
      return header;
    header.bytes = total;
    return header;
  }
  header.field = be24(at);
  header.extended = header.field == extended_mark;
  if (header.format <= 1) {
    header.length = be24(at + 3);
    header.type = at[6];
  }
  if (header.format == 0) header.stream = le32(at + 7);
  if (header.extended) {
    if (in.size() < bytes + 4) return header;
    header.field = be32(in.data() + bytes);
    bytes += 4;
  }
  header.bytes = static_cast<std::uint8_t>(bytes);
  return header;
}

/// Adds the four bytes to `bytes` when they repeat the stream's extended timestamp.  False: that cannot be told yet.
bool ChunkReader::repeats_extended(Bytes in, const Stream& stream, std::uint8_t& bytes) const {
  std::array<std::uint8_t, 4> expected{};
  store_be(expected, 4, stream.field);
  const std::size_t n = std::min(in.size(), expected.size());
  if (!std::equal(in.begin(), in.begin() + static_cast<std::ptrdiff_t>(n), expected.begin()))
    return true;
  if (n < expected.size()) return false;
  bytes = static_cast<std::uint8_t>(bytes + expected.size());
  return true;
}

const ChunkReader::Stream* ChunkReader::find(std::uint32_t id) const {
  if (current_ < streams_.size() && streams_[current_].head.chunk_stream == id)
    return &streams_[current_];
  for (const Stream& stream : streams_)
    if (stream.head.chunk_stream == id) return &stream;
  return nullptr;
}

/// Makes the header's chunk the one under way.  A text: why that cannot be.
std::optional<std::string> ChunkReader::begin_chunk(const Header& header) {
  const Stream* known = find(header.id);
  if (known == nullptr) {
    if (header.format > 1)
      return fmt::format("chunk stream {} begins with a header of type {}", header.id,
                         header.format);
    if (streams_.size() >= limits_.chunk_streams)
      return fmt::format("more than {} chunk streams", limits_.chunk_streams);
    Stream fresh;
    fresh.head.chunk_stream = header.id;
    known = &streams_.emplace_back(std::move(fresh));
  }
  current_ = static_cast<std::size_t>(known - streams_.data());
  Stream& stream = streams_[current_];
  if (!stream.begun) {
    if (auto why = begin_message(stream, header)) return why;
  } else if (header.format <= 1 && header.length != stream.length) {
    return fmt::format("a message of {} bytes begins within one of {} on chunk stream {}",
                       header.length, stream.length, header.id);
  }
  begin_next_chunk();
  return std::nullopt;
}

/// The one-byte header of a further chunk of the current message: what most chunks of most peers are.
bool ChunkReader::continues(std::uint8_t header) const {
  if (current_ >= streams_.size()) return false;
  const Stream& stream = streams_[current_];
  return stream.begun && !stream.extended && stream.head.chunk_stream < 64 &&
         header == (0xC0U | stream.head.chunk_stream);
}

void ChunkReader::begin_next_chunk() {
  const Stream& stream = streams_[current_];
  chunk_left_ = std::min(chunk_bytes_, stream.length - stream.have);
}

std::optional<std::string> ChunkReader::begin_message(Stream& stream, const Header& header) {
  if (header.format <= 1) {
    if (header.length > limits_.message_bytes)
      return fmt::format("a message of {} bytes, at most {}", header.length, limits_.message_bytes);
    stream.length = header.length;
    stream.head.type = static_cast<MessageType>(header.type);
  }
  if (header.format == 0) stream.head.stream = header.stream;
  if (header.format <= 2) {
    stream.field = header.field;
    stream.delta = header.field;
    stream.extended = header.extended;
  }
  if (header.format == 0) {
    stream.head.timestamp = header.field;
    if (header.field > max_first_delta_ms) stream.delta = 0;
  } else {
    stream.head.timestamp += stream.delta;
  }
  stream.begun = true;
  return std::nullopt;
}

std::optional<std::string> ChunkReader::append(Stream& stream, Bytes piece) {
  const std::size_t size = stream.have + piece.size();
  if (size > stream.room) make_room(stream, size);
  std::copy_n(piece.begin(), piece.size(), stream.place.get() + stream.have);
  stream.have = static_cast<std::uint32_t>(size);
  unfinished_ += piece.size();
  if (unfinished_ > limits_.unfinished_bytes)
    return fmt::format("more than {} bytes of unfinished messages", limits_.unfinished_bytes);
  return std::nullopt;
}

/// For the first `size` bytes of the message.
void ChunkReader::make_room(Stream& stream, std::size_t size) {
  if (stream.room == 0 && is_media(stream.head.type) && stream.length <= Blocks::most_bytes &&
      !blocks_.is_open()) {
    stream.place = blocks_.open(stream.length);
    stream.room = stream.length;
    stream.in_block = true;
    return;
  }
  // The largest are key frames, and with each of them what was before loses its worth.
  if (stream.room == 0 && stream.length > Blocks::most_bytes) blocks_.part();
  const std::size_t wanted = std::max({size, 2 * std::size_t{stream.room}, exact_payload_bytes});
  stream.room = static_cast<std::uint32_t>(std::min<std::size_t>(wanted, stream.length));
  auto place = std::make_shared_for_overwrite<std::uint8_t[]>(stream.room);
  std::copy_n(stream.place.get(), stream.have, place.get());
  stream.place = std::move(place);
}

/// What came of the message; the stream is between messages then.
Payload ChunkReader::take_payload(Stream& stream) {
  if (std::exchange(stream.in_block, false)) blocks_.close(stream.have);
  unfinished_ -= stream.have;
  stream.begun = false;
  stream.room = 0;
  const auto size = std::exchange(stream.have, 0);
  return {std::exchange(stream.place, nullptr), size};
}

std::optional<std::string> ChunkReader::finish_message(Stream& stream, std::vector<Message>& out) {
  Payload payload = take_payload(stream);
  const MessageType type = stream.head.type;
  if (type != MessageType::set_chunk_size && type != MessageType::abort) {
    Message& message = out.emplace_back();
    static_cast<MessageHead&>(message) = stream.head;
    message.payload = std::move(payload);
    return std::nullopt;
  }
  if (payload.size() < 4)
    return fmt::format("{} of {} bytes, must be 4",
                       type == MessageType::abort ? "Abort" : "Set Chunk Size", payload.size());
  const std::uint32_t value = be32(payload.data());
  if (type == MessageType::abort) {
    abort(value);
    return std::nullopt;
  }
  if (value == 0 || value > max_chunk_bytes)
    return fmt::format("Set Chunk Size {}, must be 1 to {}", value, max_chunk_bytes);
  chunk_bytes_ = value;
  return std::nullopt;
}

void ChunkReader::abort(std::uint32_t id) {
  for (Stream& stream : streams_) {
    if (stream.head.chunk_stream != id) continue;
    unfinished_ -= std::exchange(stream.have, 0);
    take_payload(stream);
  }
}

}  // namespace live::rtmp

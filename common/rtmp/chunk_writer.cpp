#include "common/rtmp/chunk_writer.hpp"

#include <algorithm>
#include <cassert>
#include <span>
#include <utility>

namespace live::rtmp {
namespace {

constexpr std::uint32_t extended_mark = 0xFFFFFF;

/// The basic header; its length.
std::uint8_t put_basic(std::span<std::uint8_t> out, std::uint32_t format, std::uint32_t id) {
  assert(id >= 2 && id <= 65'599);
  const std::uint32_t top = format << 6U;
  if (id < 64) {
    store_be(out, 1, top | id);
    return 1;
  }
  if (id < 64 + 256) {
    store_be(out, 2, top << 8U | (id - 64));
    return 2;
  }
  store_be(out, 1, top | 1U);
  store_be(out.subspan(1), 1, (id - 64) & 0xFFU);
  store_be(out.subspan(2), 1, (id - 64) >> 8U);
  return 3;
}

std::size_t chunks_of(std::size_t length, std::uint32_t chunk_bytes) {
  return length == 0 ? 1 : (length + chunk_bytes - 1) / chunk_bytes;
}

}  // namespace

ChunkHeaders::ChunkHeaders(const MessageHead& head, std::size_t length) {
  assert(length <= max_message_length_field);
  const bool extended = head.timestamp >= extended_mark;
  first_bytes_ = put_basic(first_, 0, head.chunk_stream);
  const auto field = std::span{first_}.subspan(first_bytes_);
  store_be(field, 3, extended ? extended_mark : head.timestamp);
  store_be(field.subspan(3), 3, length);
  field[6] = static_cast<std::uint8_t>(head.type);
  for (std::size_t i = 0; i < 4; ++i)
    field[7 + i] = static_cast<std::uint8_t>(head.stream >> 8U * i);
  first_bytes_ = static_cast<std::uint8_t>(first_bytes_ + 11);
  next_bytes_ = put_basic(next_, 3, head.chunk_stream);
  if (!extended) return;
  store_be(std::span{first_}.subspan(first_bytes_), 4, head.timestamp);
  store_be(std::span{next_}.subspan(next_bytes_), 4, head.timestamp);
  first_bytes_ = static_cast<std::uint8_t>(first_bytes_ + 4);
  next_bytes_ = static_cast<std::uint8_t>(next_bytes_ + 4);
}

void write_message(Buffer& out, const MessageHead& head, Bytes payload, std::uint32_t chunk_bytes) {
  assert(chunk_bytes > 0);
  const ChunkHeaders headers{head, payload.size()};
  Bytes header = headers.first();
  do {
    const Bytes piece = payload.first(std::min<std::size_t>(payload.size(), chunk_bytes));
    out.insert(out.end(), header.begin(), header.end());
    out.insert(out.end(), piece.begin(), piece.end());
    payload = payload.subspan(piece.size());
    header = headers.next();
  } while (!payload.empty());
}

SharedChunks::SharedChunks(const MessageHead& head, Payload payload, std::uint32_t chunk_bytes)
    : headers_(head, payload.size()), payload_(std::move(payload)), chunk_bytes_(chunk_bytes) {
  assert(chunk_bytes > 0);
  size_ = headers_.first().size() + payload_.size() +
          (chunks_of(payload_.size(), chunk_bytes) - 1) * headers_.next().size();
}

bool SharedChunks::append_pieces(std::vector<iovec>& pieces, std::size_t sent,
                                 std::size_t most) const {
  const std::size_t limit = pieces.size() + most;
  // False: there was no room.
  const auto add = [&](Bytes piece) {
    const std::size_t skipped = std::min(sent, piece.size());
    sent -= skipped;
    piece = piece.subspan(skipped);
    if (piece.empty()) return true;
    if (pieces.size() >= limit) return false;
    // iovec serves reading and writing; nobody writes through these.
    pieces.push_back({const_cast<std::uint8_t*>(piece.data()), piece.size()});
    return true;
  };

  Bytes left = payload_;
  Bytes header = headers_.first();
  // Whole chunks that were sent are passed over at once: a payload may have very many.
  const std::size_t first_chunk = header.size() + std::min<std::size_t>(chunk_bytes_, left.size());
  if (sent >= first_chunk && left.size() > chunk_bytes_) {
    const std::size_t step = headers_.next().size() + chunk_bytes_;
    const std::size_t whole = (sent - first_chunk) / step;
    sent -= first_chunk + whole * step;
    left = left.subspan(std::min<std::size_t>(left.size(), (whole + 1) * chunk_bytes_));
    header = headers_.next();
    if (left.empty()) return true;
  }
  do {
    const Bytes piece = left.first(std::min<std::size_t>(left.size(), chunk_bytes_));
    if (!add(header) || !add(piece)) return false;
    left = left.subspan(piece.size());
    header = headers_.next();
  } while (!left.empty());
  return true;
}

}  // namespace live::rtmp

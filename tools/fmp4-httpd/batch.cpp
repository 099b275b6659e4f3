#include "tools/fmp4-httpd/batch.hpp"

#include "common/http/ws_frame.hpp"

#include <cassert>
#include <charconv>
#include <cstring>

namespace fmp4_httpd {
namespace {

constexpr std::string_view crlf = "\r\n";

}  // namespace

void Batch::clear() { used_ = count_ = item_count_ = 0; }

bool Batch::has_room_for(const live::Fragment& fragment) const {
  if (empty()) return true;  // a head larger than the buffer makes it grow
  return item_count_ < max_items &&
         used_ + max_framing + live::TimeLine::head_bytes(fragment) <= scratch_.size();
}

std::uint8_t* Batch::reserve(std::size_t bytes) {
  if (used_ + bytes > scratch_.size()) {
    assert(used_ == 0);
    scratch_.resize(bytes);
  }
  return scratch_.data() + used_;
}

void Batch::point_at(const void* bytes, std::size_t size) {
  pieces_[count_++] = {const_cast<void*>(bytes), size};  // sendmsg() only reads
  items_[item_count_ - 1].size += size;
}

void Batch::add_bytes(live::Bytes bytes) {
  items_[item_count_++] = {};
  point_at(bytes.data(), bytes.size());
}

void Batch::add(const live::Fragment& fragment, live::Sequence sequence, Transport transport,
                const live::TimeLine& line, std::uint32_t number) {
  items_[item_count_++] = {0, sequence};
  if (transport == Transport::web_socket) {
    add_message(fragment);
  } else {
    add_chunk(fragment, line, number, transport == Transport::chunked);
  }
}

void Batch::add_chunk(const live::Fragment& fragment, const live::TimeLine& line,
                      std::uint32_t number, bool framed) {
  const auto head = live::TimeLine::head_bytes(fragment);
  const auto payload = fragment.bytes.size() - fragment.payload_at;
  auto* const out = reserve(max_framing + head);
  std::size_t size = 0;
  if (framed) {
    auto* const text = reinterpret_cast<char*>(out);
    const auto end = std::to_chars(text, text + max_framing, head + payload, 16).ptr;
    std::memcpy(end, crlf.data(), crlf.size());
    size = static_cast<std::size_t>(end - text) + crlf.size();
  }
  line.write_head(fragment, number, {out + size, head});
  size += head;
  used_ += size;
  point_at(out, size);
  if (payload > 0) point_at(fragment.bytes.data() + fragment.payload_at, payload);
  if (framed) point_at(crlf.data(), crlf.size());
}

void Batch::add_message(const live::Fragment& fragment) {
  const auto header = live::http::frame_header(live::http::Opcode::binary, fragment.bytes.size());
  auto* const out = reserve(max_framing);
  std::memcpy(out, header.bytes.data(), header.size);
  used_ += header.size;
  point_at(out, header.size);
  point_at(fragment.bytes.data(), fragment.bytes.size());
}

std::span<const iovec> Batch::pieces(std::size_t sent) {
  std::size_t first = 0;
  while (first < count_ && sent >= pieces_[first].iov_len)
    sent -= pieces_[first++].iov_len;
  if (first < count_ && sent > 0) {
    auto& piece = pieces_[first];
    piece = {static_cast<std::uint8_t*>(piece.iov_base) + sent, piece.iov_len - sent};
  }
  return std::span<const iovec>{pieces_}.subspan(first, count_ - first);
}

}  // namespace fmp4_httpd

#include "common/av/packet.hpp"

#include <algorithm>
#include <new>

extern "C" {
#include <libavcodec/packet.h>
#include <libavutil/avutil.h>
}

#include "common/av/error.hpp"

namespace live::av {

Packet::Packet() : packet_(av_packet_alloc()) {
  if (!packet_) throw std::bad_alloc{};
}

Packet Packet::copy_of(Bytes bytes, std::optional<std::int64_t> pts) {
  Packet out;
  check(av_new_packet(out.raw(), static_cast<int>(bytes.size())), "allocate packet");
  std::ranges::copy(bytes, out.packet_->data);
  if (pts) out.packet_->pts = *pts;
  return out;
}

Packet Packet::gathered(std::span<const Bytes> pieces) {
  std::size_t size = 0;
  for (const auto piece : pieces)
    size += piece.size();
  Packet out;
  check(av_new_packet(out.raw(), static_cast<int>(size)), "allocate packet");
  auto* to = out.packet_->data;
  for (const auto piece : pieces)
    to = std::ranges::copy(piece, to).out;
  return out;
}

std::span<std::uint8_t> Packet::bytes() {
  if (packet_->buf == nullptr || av_buffer_is_writable(packet_->buf) == 0) {
    check(av_packet_make_writable(packet_.get()), "copy packet");
  }
  return {packet_->data, size()};
}

std::size_t Packet::size() const { return static_cast<std::size_t>(packet_->size); }
unsigned Packet::stream() const { return static_cast<unsigned>(packet_->stream_index); }
bool Packet::key() const { return (packet_->flags & AV_PKT_FLAG_KEY) != 0; }

static std::optional<std::int64_t> stamp(std::int64_t value) {
  if (value == AV_NOPTS_VALUE) return {};
  return value;
}
std::optional<std::int64_t> Packet::dts() const { return stamp(packet_->dts); }
std::optional<std::int64_t> Packet::pts() const { return stamp(packet_->pts); }
std::optional<std::int64_t> Packet::duration() const {
  if (packet_->duration <= 0) return {};
  return packet_->duration;
}

std::span<const std::uint8_t> Packet::new_extradata() const {
  std::size_t size = 0;
  const auto* data = av_packet_get_side_data(packet_.get(), AV_PKT_DATA_NEW_EXTRADATA, &size);
  if (data == nullptr) return {};
  return {data, size};
}

void Packet::set_stream(unsigned index) { packet_->stream_index = static_cast<int>(index); }
void Packet::set_times(std::int64_t dts, std::optional<std::int64_t> pts, std::int64_t duration) {
  packet_->dts = dts;
  packet_->pts = pts.value_or(AV_NOPTS_VALUE);
  packet_->duration = duration;
}
void Packet::set_key(bool key) {
  packet_->flags = key ? packet_->flags | AV_PKT_FLAG_KEY : packet_->flags & ~AV_PKT_FLAG_KEY;
}
void Packet::drop() { av_packet_unref(packet_.get()); }

}  // namespace live::av

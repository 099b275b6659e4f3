#include "common/codec/bits.hpp"
#include "common/codec/records.hpp"

#include <algorithm>
#include <array>
#include <bit>

namespace live::codec {
namespace {

std::uint32_t little_endian(Bytes bytes) {
  std::uint32_t value = 0;
  for (std::size_t i = bytes.size(); i-- > 0;)
    value = value << 8U | bytes[i];
  return value;
}

/// Samples at 48 kHz of one frame of the TOC's configuration (RFC 6716 table 2).
std::uint32_t opus_frame(std::uint32_t configuration) {
  constexpr std::array<std::uint32_t, 4> silk{480, 960, 1920, 2880};
  constexpr std::array<std::uint32_t, 2> hybrid{480, 960};
  constexpr std::array<std::uint32_t, 4> celt{120, 240, 480, 960};
  if (configuration < 12) return silk[configuration % 4];
  if (configuration < 16) return hybrid[configuration % 2];
  return celt[configuration % 4];
}

}  // namespace

std::optional<Buffer> dops_from_opus_head(Bytes head) {
  constexpr std::size_t fixed_bytes = 19;
  if (head.size() < fixed_bytes || as_text(head.first(8)) != "OpusHead") return {};
  const auto version = head[8];
  const auto channels = head[9];
  const auto family = head[18];
  if (version >> 4U != 0 || channels == 0) return {};
  Buffer record;
  Writer out{record};
  out.u8(0);
  out.u8(channels);
  out.u16(little_endian(head.subspan(10, 2)));
  out.u32(little_endian(head.subspan(12, 4)));
  out.u16(little_endian(head.subspan(16, 2)));  // output gain
  out.u8(family);
  if (family == 0) return channels <= 2 ? std::optional{record} : std::nullopt;
  const std::size_t table_bytes = 2U + channels;  // streams, coupled streams, mapping
  if (head.size() < fixed_bytes + table_bytes) return {};
  out.bytes(head.subspan(fixed_bytes, table_bytes));
  return record;
}

std::optional<Buffer> opus_head_from_dops(Bytes dops) {
  constexpr std::size_t fixed_bytes = 11;
  if (dops.size() < fixed_bytes) return {};
  Buffer head;
  Writer out{head};
  const auto reversed = [&out](Bytes field) {
    for (std::size_t i = field.size(); i-- > 0;)
      out.u8(field[i]);
  };
  out.text("OpusHead");
  out.u8(1);
  out.u8(dops[1]);
  reversed(dops.subspan(2, 2));
  reversed(dops.subspan(4, 4));
  reversed(dops.subspan(8, 2));
  out.bytes(dops.subspan(10));
  return head;
}

Buffer dops(std::uint32_t channels, std::uint16_t pre_skip, std::uint32_t input_rate) {
  Buffer record;
  Writer out{record};
  out.u8(0);
  out.u8(channels);
  out.u16(pre_skip);
  out.u32(input_rate);
  out.u16(0);  // output gain
  out.u8(0);   // channel mapping family: mono or stereo
  return record;
}

std::optional<std::uint32_t> opus_duration(Bytes packet) {
  constexpr std::uint32_t max_duration = 5760;  // 120 ms
  if (packet.empty()) return {};
  const auto code = packet[0] & 3U;
  if (code == 3 && packet.size() < 2) return {};
  const auto frames = code == 0 ? 1U : code < 3 ? 2U : packet[1] & 0x3FU;
  const auto duration = frames * opus_frame(packet[0] >> 3U);
  if (duration == 0 || duration > max_duration) return {};
  return duration;
}

std::optional<Buffer> flac_streaminfo(Bytes header) {
  constexpr std::size_t streaminfo_bytes = 34;
  if (header.size() == streaminfo_bytes) return Buffer{header.begin(), header.end()};
  Reader in{header};
  if (as_text(in.take(4)) != "fLaC") return {};
  const auto type = in.u8() & 0x7FU;  // STREAMINFO, type 0, comes first
  const auto size = in.be(3);
  const auto info = in.take(streaminfo_bytes);
  if (!in.ok() || type != 0 || size != streaminfo_bytes) return {};
  return Buffer{info.begin(), info.end()};
}

std::optional<FlacFacts> parse_flac_streaminfo(Bytes streaminfo) {
  constexpr std::size_t bits_before_rate = 80;
  BitReader in{streaminfo};
  in.skip(bits_before_rate);
  FlacFacts facts;
  facts.sample_rate = in.bits(20);
  facts.channels = in.bits(3) + 1;
  if (!in.ok() || facts.sample_rate == 0) return {};
  return facts;
}

std::optional<std::uint32_t> flac_block_size(Bytes frame) {
  constexpr std::uint32_t sync_code = 0x7FFC;  // 15 bits
  constexpr std::uint32_t one_byte = 6, two_bytes = 7;
  if (frame.size() < 5 || load_be(frame, 2) >> 1U != sync_code) return {};
  const std::uint32_t code = frame[2] >> 4U;
  if (code == 0) return {};
  if (code == 1) return 192;
  if (code < one_byte) return 576U << (code - 2);
  if (code > two_bytes) return 256U << (code - 8);
  // Behind the frame's number, which is coded as UTF-8 codes characters, only longer.
  const auto number_bytes = std::max(1, std::countl_one(frame[4]));
  Reader in{frame.subspan(4)};
  in.skip(static_cast<std::size_t>(number_bytes));
  const auto size = static_cast<std::uint32_t>(in.be(code == one_byte ? 1 : 2)) + 1;
  if (!in.ok()) return {};
  return size;
}

}  // namespace live::codec

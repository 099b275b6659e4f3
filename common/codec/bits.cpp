#include "common/codec/bits.hpp"

#include <algorithm>
#include <bit>
#include <cassert>
#include <utility>

namespace live::codec {

Buffer unescape(Bytes nal) {
  Buffer out;
  out.reserve(nal.size());
  unsigned zeros = 0;
  for (const auto byte : nal) {
    if (zeros >= 2 && byte == 3) {
      zeros = 0;
      continue;
    }
    zeros = byte == 0 ? zeros + 1 : 0;
    out.push_back(byte);
  }
  return out;
}

Buffer escape(Bytes rbsp) {
  Buffer out;
  out.reserve(rbsp.size() + 4);
  unsigned zeros = 0;
  for (const auto byte : rbsp) {
    if (zeros >= 2 && byte <= 3) {
      out.push_back(3);
      zeros = 0;
    }
    zeros = byte == 0 ? zeros + 1 : 0;
    out.push_back(byte);
  }
  if (zeros >= 2) out.push_back(3);
  return out;
}

std::size_t payload_bits(Bytes rbsp) {
  auto bytes = rbsp.size();
  while (bytes > 0 && rbsp[bytes - 1] == 0)
    --bytes;
  if (bytes == 0) return 0;
  return bytes * 8 - 1 - static_cast<std::size_t>(std::countr_zero(rbsp[bytes - 1]));
}

std::uint32_t BitReader::bits(unsigned n) {
  assert(n <= 32);
  if (n > left()) {
    skip(n);
    return 0;
  }
  std::uint64_t value = 0;
  while (n > 0) {
    const auto room = 8 - static_cast<unsigned>(at_ % 8);
    const auto taken = std::min(n, room);
    const auto mask = (1U << taken) - 1;
    value = value << taken | (in_[at_ / 8] >> (room - taken) & mask);
    at_ += taken;
    n -= taken;
  }
  return static_cast<std::uint32_t>(value);
}

std::uint32_t BitReader::ue() {
  unsigned zeros = 0;
  while (ok_ && !flag())
    ++zeros;
  if (!ok_ || zeros > 31) {
    ok_ = false;
    return 0;
  }
  return (1U << zeros) - 1 + bits(zeros);
}

std::int32_t BitReader::se() {
  const auto code = ue();
  const auto magnitude = static_cast<std::int32_t>(code / 2 + code % 2);
  return code % 2 == 1 ? magnitude : -magnitude;
}

void BitReader::skip(std::size_t n) {
  ok_ = ok_ && n <= left();
  at_ += std::min(n, left());
}

void BitWriter::bits(unsigned n, std::uint32_t value) {
  assert(n <= 32);
  while (n > 0) {
    if (used_ == 8) {
      out_.push_back(0);
      used_ = 0;
    }
    const auto taken = std::min(n, 8 - used_);
    const auto chunk = value >> (n - taken) & ((1U << taken) - 1);
    out_.back() = static_cast<std::uint8_t>(out_.back() | chunk << (8 - used_ - taken));
    used_ += taken;
    n -= taken;
  }
}

void BitWriter::ue(std::uint32_t value) {
  assert(value != 0xFFFFFFFFU);
  const auto length = static_cast<unsigned>(std::bit_width(value + 1));
  bits(length - 1, 0);
  bits(length, value + 1);
}

void BitWriter::se(std::int32_t value) {
  const auto magnitude = static_cast<std::uint32_t>(value < 0 ? -value : value);
  ue(value > 0 ? magnitude * 2 - 1 : magnitude * 2);
}

void BitWriter::copy(Bytes from, std::size_t begin, std::size_t end) {
  assert(end <= from.size() * 8);
  BitReader in{from};
  in.skip(begin);
  while (in.at() < end) {
    const auto n = static_cast<unsigned>(std::min<std::size_t>(32, end - in.at()));
    bits(n, in.bits(n));
  }
}

Buffer BitWriter::finish() {
  flag(true);
  return aligned();
}

Buffer BitWriter::aligned() {
  used_ = 8;
  return std::exchange(out_, {});
}

}  // namespace live::codec

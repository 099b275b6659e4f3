// Bit readers and writers of H.264 and H.265 syntax: emulation prevention, Exp-Golomb codes.
#pragma once

#include "common/base/bytes.hpp"

#include <algorithm>
#include <cstdint>

namespace live::codec {

/// NAL payload without emulation prevention bytes (ISO/IEC 14496-10 §7.4.1).
Buffer unescape(Bytes nal);
/// The reverse: a 03 in front of every byte 0 to 3 that follows two zeros, and behind two at the
/// end.
Buffer escape(Bytes rbsp);
/// How many bits stand before rbsp_stop_one_bit; 0 when there is none.
std::size_t payload_bits(Bytes rbsp);

/// Most significant bit first.  Beyond the end every read gives 0 and ok() is false.
class BitReader {
 public:
  explicit BitReader(Bytes in) : in_(in), end_(in.size() * 8) {}
  /// Of the first `bits` only: payload_bits() keeps a parser from taking trailing bits for content.
  BitReader(Bytes in, std::size_t bits) : in_(in), end_(std::min(bits, in.size() * 8)) {}
  std::uint32_t bits(unsigned n);  ///< 0 to 32
  bool flag() { return bits(1) != 0; }
  std::uint32_t ue();  ///< §9.1; a value beyond 32 bits makes ok() false
  std::int32_t se();
  void skip(std::size_t n);
  [[nodiscard]] std::size_t at() const { return at_; }  ///< in bits
  [[nodiscard]] std::size_t left() const { return end_ - at_; }
  [[nodiscard]] bool ok() const { return ok_; }

 private:
  Bytes in_;
  std::size_t end_;
  std::size_t at_ = 0;
  bool ok_ = true;
};

class BitWriter {
 public:
  void bits(unsigned n, std::uint32_t value);  ///< n: 0 to 32
  void flag(bool b) { bits(1, b ? 1 : 0); }
  void ue(std::uint32_t value);
  void se(std::int32_t value);
  /// The bits [begin, end) of `from`.  REQUIRES: end <= from.size() * 8.
  void copy(Bytes from, std::size_t begin, std::size_t end);
  /// rbsp_trailing_bits() (§7.3.2.11), and the bytes.
  Buffer finish();
  /// The bytes, the last one filled up with zeros.
  Buffer aligned();

 private:
  Buffer out_;
  unsigned used_ = 8;  ///< bits used of the last byte
};

}  // namespace live::codec

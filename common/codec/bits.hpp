// Bit readers and writers of H.264 and H.265 syntax: emulation prevention, Exp-Golomb codes.
#pragma once

#include <cstdint>

#include "common/base/bytes.hpp"

namespace live::codec {

/// NAL payload without emulation prevention bytes (ISO/IEC 14496-10 §7.4.1).
Buffer unescape(Bytes nal);
/// The reverse: 00 00 03 in front of every byte 0 to 3 that follows two zeros.
Buffer escape(Bytes rbsp);

/// Most significant bit first.  Beyond the end every read gives 0 and ok() is false.
class BitReader {
 public:
  explicit BitReader(Bytes in) : in_(in) {}
  std::uint32_t bits(unsigned n);  ///< 0 to 32
  bool flag() { return bits(1) != 0; }
  std::uint32_t ue();  ///< §9.1; codes longer than 32 bits make ok() false
  std::int32_t se();
  void skip(unsigned n);
  [[nodiscard]] std::size_t at() const { return at_; }  ///< in bits
  [[nodiscard]] std::size_t left() const { return in_.size() * 8 - at_; }
  [[nodiscard]] bool ok() const { return ok_; }

 private:
  Bytes in_;
  std::size_t at_ = 0;
  bool ok_ = true;
};

class BitWriter {
 public:
  void bits(unsigned n, std::uint32_t value);  ///< n: 0 to 32
  void flag(bool b) { bits(1, b ? 1 : 0); }
  void ue(std::uint32_t value);
  void se(std::int32_t value);
  /// rbsp_trailing_bits() (§7.3.2.11), and the bytes.
  Buffer finish();

 private:
  Buffer out_;
  unsigned used_ = 8;  ///< bits used of the last byte
};

}  // namespace live::codec

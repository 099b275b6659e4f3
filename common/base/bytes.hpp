// Spans of bytes, and the big-endian reader and writer that every format of the project uses.
#pragma once

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace live {

using Bytes = std::span<const std::uint8_t>;  ///< borrowed; the owner is named where it is stored
using Buffer = std::vector<std::uint8_t>;     ///< owned

/// The characters of `text` as bytes; valid as long as `text` is.
inline Bytes as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}
inline std::string_view as_text(Bytes bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// Reads big-endian integers from a span.  Never reads outside it: after a read beyond the end every
/// further read gives zeros and ok() is false, so that a parser checks once instead of each time.
class Reader {
 public:
  explicit Reader(Bytes in) : in_(in) {}

  /// The next `n` (0 to 8) bytes as an unsigned integer.
  std::uint64_t be(std::size_t n);
  std::uint8_t u8() { return static_cast<std::uint8_t>(be(1)); }
  std::uint16_t u16() { return static_cast<std::uint16_t>(be(2)); }
  std::uint32_t u32() { return static_cast<std::uint32_t>(be(4)); }
  std::uint64_t u64() { return be(8); }
  /// The next `n` bytes; empty when there are fewer.
  Bytes take(std::size_t n);
  void skip(std::size_t n) { take(n); }
  Bytes rest() { return take(left()); }

  [[nodiscard]] std::size_t at() const { return at_; }
  [[nodiscard]] std::size_t left() const { return in_.size() - at_; }
  [[nodiscard]] bool ok() const { return ok_; }

 private:
  Bytes in_;
  std::size_t at_ = 0;
  bool ok_ = true;
};

/// Appends big-endian integers to a buffer that the caller owns.
class Writer {
 public:
  explicit Writer(Buffer& out) : out_(out) {}

  /// The low `n` (0 to 8) bytes of `value`.
  void be(std::size_t n, std::uint64_t value);
  void u8(std::uint64_t value) { be(1, value); }
  void u16(std::uint64_t value) { be(2, value); }
  void u32(std::uint64_t value) { be(4, value); }
  void u64(std::uint64_t value) { be(8, value); }
  void bytes(Bytes bytes) { out_.insert(out_.end(), bytes.begin(), bytes.end()); }
  void text(std::string_view text) { bytes(as_bytes(text)); }
  void zeros(std::size_t n) { out_.insert(out_.end(), n, 0); }

  /// Where the next byte goes: an offset for patch().
  [[nodiscard]] std::size_t at() const { return out_.size(); }
  /// Overwrites `n` bytes that were written at `at`.
  void patch(std::size_t at, std::size_t n, std::uint64_t value);

 private:
  Buffer& out_;
};

/// Overwrites `n` bytes at the start of `out`, big-endian.  REQUIRES: out.size() >= n.
void store_be(std::span<std::uint8_t> out, std::size_t n, std::uint64_t value);
/// The first `n` bytes of `in` as a big-endian integer.  REQUIRES: in.size() >= n.
std::uint64_t load_be(Bytes in, std::size_t n);

}  // namespace live

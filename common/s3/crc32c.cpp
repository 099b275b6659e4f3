#include "common/s3/crc32c.hpp"

#include <array>
#include <bit>
#include <cstddef>
#include <cstring>

#ifdef __x86_64__
#include <nmmintrin.h>
#endif

namespace live::s3 {
namespace {

constexpr std::uint32_t polynomial = 0x82f6'3b78;  // reflected
constexpr std::size_t step = 8;                    // bytes at a time

using Table = std::array<std::array<std::uint32_t, 256>, step>;

/// [n][byte]: what `byte` adds to the CRC when n others follow it.
constexpr Table make_table() {
  Table out{};
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    auto crc = byte;
    for (int bit = 0; bit < 8; ++bit)
      crc = (crc >> 1U) ^ ((crc & 1U) != 0 ? polynomial : 0);
    out[0][byte] = crc;
  }
  for (std::size_t n = 1; n < step; ++n)
    for (std::size_t byte = 0; byte < 256; ++byte)
      out[n][byte] = (out[n - 1][byte] >> 8U) ^ out[0][out[n - 1][byte] & 0xffU];
  return out;
}

constexpr Table table = make_table();

std::uint64_t little_endian(const std::uint8_t* bytes) {
  std::uint64_t out = 0;
  std::memcpy(&out, bytes, sizeof out);
  if constexpr (std::endian::native == std::endian::big) out = __builtin_bswap64(out);
  return out;
}

#ifdef __x86_64__
__attribute__((target("sse4.2"))) std::uint32_t crc32c_by_instruction(Bytes bytes,
                                                                      std::uint32_t before) {
  std::uint64_t crc = ~before;
  for (; bytes.size() >= step; bytes = bytes.subspan(step))
    crc = _mm_crc32_u64(crc, little_endian(bytes.data()));
  auto last = static_cast<std::uint32_t>(crc);
  for (const auto byte : bytes)
    last = _mm_crc32_u8(last, byte);
  return ~last;
}
#endif

}  // namespace

std::uint32_t crc32c_by_table(Bytes bytes, std::uint32_t before) {
  auto crc = ~before;
  for (; bytes.size() >= step; bytes = bytes.subspan(step)) {
    auto eight = little_endian(bytes.data()) ^ crc;
    crc = 0;
    for (std::size_t n = step; n-- > 0; eight >>= 8U)
      crc ^= table[n][eight & 0xffU];
  }
  for (const auto byte : bytes)
    crc = (crc >> 8U) ^ table[0][(crc ^ byte) & 0xffU];
  return ~crc;
}

std::uint32_t crc32c(Bytes bytes, std::uint32_t before) {
#ifdef __x86_64__
  static const bool has_instruction = __builtin_cpu_supports("sse4.2") != 0;
  if (has_instruction) return crc32c_by_instruction(bytes, before);
#endif
  return crc32c_by_table(bytes, before);
}

}  // namespace live::s3

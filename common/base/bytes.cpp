#include "common/base/bytes.hpp"

namespace live {

std::uint64_t load_be(Bytes in, std::size_t n) {
  assert(n <= 8 && n <= in.size());
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < n; ++i)
    value = value << 8U | in[i];
  return value;
}

void store_be(std::span<std::uint8_t> out, std::size_t n, std::uint64_t value) {
  assert(n <= 8 && n <= out.size());
  for (std::size_t i = n; i-- > 0; value >>= 8U)
    out[i] = static_cast<std::uint8_t>(value & 0xFFU);
}

std::uint64_t Reader::be(std::size_t n) {
  const auto taken = take(n);
  return taken.size() == n ? load_be(taken, n) : 0;
}

Bytes Reader::take(std::size_t n) {
  if (n > left()) {
    at_ = in_.size();
    ok_ = false;
    return {};
  }
  const auto taken = in_.subspan(at_, n);
  at_ += n;
  return taken;
}

void Writer::be(std::size_t n, std::uint64_t value) {
  const auto start = out_.size();
  out_.resize(start + n);
  patch(start, n, value);
}

void Writer::patch(std::size_t at, std::size_t n, std::uint64_t value) {
  assert(at + n <= out_.size());
  store_be(std::span{out_}.subspan(at), n, value);
}

}  // namespace live

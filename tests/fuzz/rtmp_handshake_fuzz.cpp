// USES: live::rtmp
#include "common/rtmp/handshake.hpp"

#include <cstddef>
#include <cstdint>

namespace {

template <class Side>
void check(live::Bytes in, std::size_t most_out) {
  const std::size_t middle = in.empty() ? 0 : in[in.size() / 2] * in.size() / 256;
  const live::rtmp::Noise noise{};
  Side whole{noise}, parts{noise};
  live::Buffer out, out_of_parts;
  live::Bytes all = in;
  live::Bytes first = in.first(middle), second = in.subspan(middle);
  const bool bad = whole.feed(all, out).has_value();
  const bool bad_too = parts.feed(first, out_of_parts) || parts.feed(second, out_of_parts);
  if (bad != bad_too || out != out_of_parts || whole.done() != parts.done()) __builtin_trap();
  if (out.size() > most_out) __builtin_trap();
  if (!bad && all.size() != first.size() + second.size()) __builtin_trap();
}

}  // namespace

/// Taken whole or in two parts, the answer is the same, and no longer than it may be.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  check<live::rtmp::ServerHandshake>({data, size}, 1 + 2 * live::rtmp::handshake_bytes);
  check<live::rtmp::ClientHandshake>({data, size}, live::rtmp::handshake_bytes);
  return 0;
}

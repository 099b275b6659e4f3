// USES: live::rtmp
#include "common/rtmp/client_session.hpp"

#include <cstddef>
#include <cstdint>

namespace {

live::rtmp::ClientOptions options(bool play) {
  live::rtmp::ClientOptions out;
  out.role =
      play ? live::rtmp::ClientOptions::Role::play : live::rtmp::ClientOptions::Role::publish;
  out.app = "app";
  out.name = "name";
  out.user = out.password = "anna";
  return out;
}

}  // namespace

/// A publisher or a player, by the last byte, reads a server's bytes whole and in two parts.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const live::Bytes in{data, size};
  const std::uint8_t last = size == 0 ? 0 : data[size - 1];
  live::rtmp::ClientSession whole{options(last % 2 == 0)};
  live::rtmp::ClientSession parts{options(last % 2 == 0)};
  std::vector<live::rtmp::ClientEvent> first, second;
  whole.start();
  parts.start();
  if (whole.feed(in, first)) return 0;
  const std::size_t middle = last * size / 256;
  if (parts.feed(in.first(middle), second) || parts.feed(in.subspan(middle), second) ||
      first.size() != second.size())
    __builtin_trap();
  return 0;
}

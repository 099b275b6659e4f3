// USES: live::rtmp
#include "common/rtmp/server_session.hpp"

#include <cstddef>
#include <cstdint>
#include <utility>

namespace {

/// Answers whatever is asked.
struct Server {
  live::rtmp::ServerSession session;
  std::size_t events = 0;
  bool broken = false;

  void feed(live::Bytes in) {
    std::vector<live::rtmp::ServerEvent> out;
    if (session.feed(in, out)) broken = true;
    while (!out.empty()) {
      for (const auto& event : std::exchange(out, {})) {
        ++events;
        if (std::holds_alternative<live::rtmp::ConnectAsked>(event)) session.accept_connect();
        if (std::holds_alternative<live::rtmp::PublishAsked>(event)) session.accept_publish();
        if (std::holds_alternative<live::rtmp::PlayAsked>(event)) session.refuse_play("a", "b");
      }
      if (!broken && session.feed({}, out)) broken = true;
    }
    if (session.out().size() > 2 * live::rtmp::max_unsent_bytes) __builtin_trap();
  }
};

}  // namespace

/// Read whole or in two parts, a session has the same events as long as nothing is wrong.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const live::Bytes in{data, size};
  const std::size_t middle = size == 0 ? 0 : data[size - 1] * size / 256;
  Server whole, parts;
  whole.feed(in);
  parts.feed(in.first(middle));
  if (!parts.broken) parts.feed(in.subspan(middle));
  if (!whole.broken && (parts.broken || whole.events != parts.events)) __builtin_trap();
  return 0;
}

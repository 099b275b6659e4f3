// USES: live::http
#include "common/http/ws_frame.hpp"

#include <cstddef>
#include <cstdint>

namespace {

/// What a stream of bytes comes to: messages and their bytes, and whether it was refused.
struct Sum {
  std::size_t messages = 0, bytes = 0;
  bool refused = false;
  bool operator==(const Sum&) const = default;
};

void feed(live::http::MessageReader& reader, live::Bytes in, Sum& sum) {
  while (!sum.refused) {
    const auto step = reader.next(in);
    if (std::holds_alternative<live::NeedMore>(step)) return;
    if (const auto* message = std::get_if<live::http::Message>(&step)) {
      ++sum.messages;
      sum.bytes += message->payload.size();
      if (message->payload.size() > 1000) __builtin_trap();
    } else {
      sum.refused = true;
    }
  }
}

}  // namespace

/// Read whole or in two parts, a stream is the same.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const live::Bytes in{data, size};
  const std::size_t middle = size == 0 ? 0 : data[0] % size;
  live::http::MessageReader whole{1000};
  live::http::MessageReader parts{1000};
  Sum first, second;
  feed(whole, in, first);
  feed(parts, in.first(middle), second);
  feed(parts, in.subspan(middle), second);
  if (!(first == second)) __builtin_trap();
  return 0;
}

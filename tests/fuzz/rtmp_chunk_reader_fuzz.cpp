// USES: live::rtmp
#include "common/rtmp/chunk_reader.hpp"
#include "common/rtmp/chunk_writer.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace {

bool same(const live::rtmp::Message& a, const live::rtmp::Message& b) {
  return a.type == b.type && a.timestamp == b.timestamp && a.stream == b.stream &&
         a.chunk_stream == b.chunk_stream && a.payload == b.payload;
}

}  // namespace

/// Read whole or in pieces, a stream is the same; what was read can be written and read again; what is held came.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const live::Bytes in{data, size};
  const std::size_t piece = size == 0 ? 1 : 1 + data[size - 1] % 40U;
  live::rtmp::ChunkLimits limits;
  limits.unfinished_bytes = 3000;
  limits.message_bytes = 100'000;
  limits.chunk_streams = 8;
  live::rtmp::ChunkReader whole{limits}, pieces{limits};
  std::vector<live::rtmp::Message> first, second, third;
  const bool bad = whole.feed(in, first).has_value();
  bool bad_too = false;
  for (std::size_t at = 0; at < size && !bad_too; at += piece)
    bad_too = pieces.feed(in.subspan(at, std::min(piece, size - at)), second).has_value();
  if (bad != bad_too || whole.unfinished_bytes() > size) __builtin_trap();
  if (!std::ranges::equal(first, second, same)) __builtin_trap();

  live::Buffer written;
  for (const auto& message : first) {
    write_message(written, message, message.payload, live::rtmp::default_chunk_bytes);
    std::vector<live::rtmp::Message> parts;
    if (message.type == live::rtmp::MessageType::aggregate) {
      const auto ignored = split_aggregate(message, parts);
      static_cast<void>(ignored);
    }
  }
  live::rtmp::ChunkReader again;
  if (again.feed(written, third) || !std::ranges::equal(first, third, same)) __builtin_trap();
  return 0;
}

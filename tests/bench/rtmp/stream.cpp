#include "tests/bench/rtmp/stream.hpp"

#include "common/base/failure.hpp"
#include "common/base/file.hpp"
#include "common/flv/tag.hpp"
#include "common/rtmp/chunk_writer.hpp"

#include <algorithm>

namespace rtmp_bench {
namespace {

using live::rtmp::MessageType;

MessageType type_of(live::flv::TagType type) {
  if (type == live::flv::TagType::audio) return MessageType::audio;
  return type == live::flv::TagType::video ? MessageType::video : MessageType::data;
}

/// The value of `step`.  Throws when there is none.
template <class T>
live::Taken<T> whole(live::Step<T> step, const std::string& path) {
  if (auto* const taken = std::get_if<live::Taken<T>>(&step)) return std::move(*taken);
  live::fail(live::Exit::bad_data, "read {}: not an FLV file, or cut", path);
}

}  // namespace

Recording::Recording(const std::string& path) : file_(live::read_file(path, 1U << 30U)) {
  live::Bytes in = live::as_bytes(file_);
  in = in.subspan(whole(live::flv::parse_file_header(in), path).used + 4);
  while (!in.empty()) {
    const auto header = whole(live::flv::parse_tag_header(in), path);
    in = in.subspan(header.used);
    const std::size_t size = header.value.size;
    if (in.size() < size + 4) live::fail(live::Exit::bad_data, "read {}: cut", path);
    Tag tag;
    tag.head.type = type_of(header.value.type);
    tag.head.timestamp = header.value.timestamp_ms;
    tag.head.stream = 1;
    tag.head.chunk_stream = tag.head.type == MessageType::video ? 6 : 4;
    tag.body = in.first(size);
    tags_.push_back(tag);
    in = in.subspan(size + 4);
  }
  if (tags_.empty()) live::fail(live::Exit::bad_data, "read {}: no tags", path);
}

Wire make_wire(const Recording& recording, std::uint32_t chunk_bytes) {
  Wire wire;
  for (const Tag& tag : recording.tags()) {
    write_message(wire.bytes, tag.head, tag.body, chunk_bytes);
    wire.pieces.push_back({std::chrono::milliseconds{tag.head.timestamp}, wire.bytes.size()});
  }
  return wire;
}

}  // namespace rtmp_bench

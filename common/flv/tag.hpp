// FLV (Adobe, "Video File Format Specification" version 10.1, annex E): the tags around RTMP's message bodies.
//
//   "FLV" 01 flags 00000009  00000000   then for each tag:
//   type(1) size(3) timestamp(3, and 1 for the top byte) stream id(3, 0)  body(size)  size + 11 (4)
#pragma once

#include "common/base/bytes.hpp"
#include "common/base/step.hpp"

#include <cstddef>
#include <cstdint>

namespace live::flv {

enum class TagType : std::uint8_t { audio = 8, video = 9, script = 18 };

struct TagHeader {
  TagType type{};
  std::uint32_t size = 0;          ///< of the body, below 2^24
  std::uint32_t timestamp_ms = 0;  ///< wraps at 2^32
};
constexpr std::size_t tag_header_bytes = 11, back_pointer_bytes = 4, file_header_bytes = 13;
constexpr std::size_t max_file_header_bytes = 1024;  ///< a larger DataOffset is refused

/// The file header and the first back pointer, 13 bytes (§E.2).
void write_file_header(Buffer& out, bool audio, bool video);
/// The 11 bytes before a body, and the 4 bytes behind it (§E.4.1).
void write_tag_header(Buffer& out, const TagHeader& tag);
void write_back_pointer(Buffer& out, std::uint32_t body_bytes);

/// The 11 bytes before every tag body.  Malformed: another type, an encrypted tag, a stream id.
Step<TagHeader> parse_tag_header(Bytes in);
/// What the file header says, which is not to be relied upon.
struct FileHeader {
  bool audio = false, video = false;
};
/// used = where the first back pointer begins (its DataOffset).
Step<FileHeader> parse_file_header(Bytes in);

}  // namespace live::flv

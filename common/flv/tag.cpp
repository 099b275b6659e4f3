#include "common/flv/tag.hpp"

#include <algorithm>
#include <string_view>

namespace live::flv {
namespace {

constexpr std::string_view signature = "FLV";
constexpr std::uint8_t version = 1, has_audio = 4, has_video = 1;
constexpr std::size_t file_header_fields = 9;
constexpr std::uint8_t encrypted = 0x20;  // the Filter bit

bool is_tag_type(std::uint8_t type) {
  return type == static_cast<std::uint8_t>(TagType::audio) ||
         type == static_cast<std::uint8_t>(TagType::video) ||
         type == static_cast<std::uint8_t>(TagType::script);
}

}  // namespace

void write_file_header(Buffer& out, bool audio, bool video) {
  Writer w{out};
  w.text(signature);
  w.u8(version);
  w.u8((audio ? has_audio : 0U) | (video ? has_video : 0U));
  w.u32(file_header_fields);
  w.u32(0);  // nothing stands before the first tag
}

void write_tag_header(Buffer& out, const TagHeader& tag) {
  Writer w{out};
  w.u8(static_cast<std::uint8_t>(tag.type));
  w.be(3, tag.size);
  w.be(3, tag.timestamp_ms);
  w.u8(tag.timestamp_ms >> 24U);
  w.be(3, 0);
}

void write_back_pointer(Buffer& out, std::uint32_t body_bytes) {
  Writer{out}.u32(body_bytes + tag_header_bytes);
}

Step<TagHeader> parse_tag_header(Bytes in) {
  if (!in.empty()) {
    if ((in[0] & encrypted) != 0) return Malformed{0, "encrypted tag"};
    if (!is_tag_type(in[0])) return Malformed{0, "unknown tag type"};
  }
  if (in.size() < tag_header_bytes) return NeedMore{tag_header_bytes - in.size()};
  Reader r{in.first(tag_header_bytes)};
  TagHeader tag;
  tag.type = static_cast<TagType>(r.u8());
  tag.size = static_cast<std::uint32_t>(r.be(3));
  const auto low = static_cast<std::uint32_t>(r.be(3));
  const std::uint32_t high = r.u8();  // the specification's TimestampExtended
  tag.timestamp_ms = high << 24U | low;
  if (r.be(3) != 0) return Malformed{8, "stream id is not zero"};
  return Taken<TagHeader>{tag, tag_header_bytes};
}

Step<FileHeader> parse_file_header(Bytes in) {
  const auto known = std::min(in.size(), signature.size());
  if (as_text(in.first(known)) != signature.substr(0, known)) return Malformed{0, "no FLV file"};
  if (in.size() > 3 && in[3] != version) return Malformed{3, "unknown FLV version"};
  if (in.size() < file_header_fields) return NeedMore{file_header_fields - in.size()};
  const auto offset = load_be(in.subspan(5), 4);
  if (offset < file_header_fields || offset > max_file_header_bytes)
    return Malformed{5, "absurd DataOffset"};
  if (in.size() < offset) return NeedMore{static_cast<std::size_t>(offset) - in.size()};
  return Taken<FileHeader>{{(in[4] & has_audio) != 0, (in[4] & has_video) != 0},
                           static_cast<std::size_t>(offset)};
}

}  // namespace live::flv

#include "common/mp4/box.hpp"

namespace live::mp4 {

std::string to_text(std::uint32_t type) {
  std::string text;
  for (unsigned shift = 32; shift != 0;) {
    const auto c = static_cast<char>(type >> (shift -= 8U) & 0xFFU);
    text += c >= ' ' && c <= '~' ? c : '.';
  }
  return text;
}

Step<BoxHeader> parse_box_header(Bytes in) {
  constexpr std::size_t short_header = 8, long_header = 16;
  if (in.size() < short_header) return NeedMore{short_header - in.size()};
  Reader r{in};
  BoxHeader header;
  header.size = r.u32();
  header.type = r.u32();
  if (header.size == 0)
    return Malformed{0, to_text(header.type) + " of size 0, which means to the end of a file"};
  if (header.size == 1) {
    if (in.size() < long_header) return NeedMore{long_header - in.size()};
    header.size = r.u64();
    header.header_bytes = long_header;
  }
  if (header.size < header.header_bytes)
    return Malformed{0, to_text(header.type) + " is smaller than its header"};
  return Taken<BoxHeader>{header, header.header_bytes};
}

std::optional<Box> Boxes::next() {
  if (!ok_ || at_ == in_.size()) return std::nullopt;
  const auto step = parse_box_header(in_.subspan(at_));
  const auto* taken = std::get_if<Taken<BoxHeader>>(&step);
  if (taken == nullptr || taken->value.size > in_.size() - at_) {
    ok_ = false;
    return std::nullopt;
  }
  const auto& header = taken->value;
  const auto whole = in_.subspan(at_, static_cast<std::size_t>(header.size));
  const Box box{header.type, whole.subspan(header.header_bytes), at_, header.header_bytes};
  at_ += whole.size();
  return box;
}

}  // namespace live::mp4

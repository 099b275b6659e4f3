// ISO base media file format: boxes.  ISO/IEC 14496-12 §4.2.
//
//   [size:4][type:4]            size counts the header; 1 = a 64-bit size follows; 0 = to the end of
//   [largesize:8 if size == 1]  the file, which an endless pipe cannot have and we refuse
#pragma once

#include "common/base/bytes.hpp"
#include "common/base/step.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace live::mp4 {

/// "moof" as a number, big-endian.
constexpr std::uint32_t fourcc(const char (&name)[5]) {
  std::uint32_t value = 0;
  for (int i = 0; i < 4; ++i)
    value = value << 8U | static_cast<std::uint8_t>(name[i]);
  return value;
}
/// Four characters, unprintable ones as '.'.
std::string to_text(std::uint32_t type);

struct BoxHeader {
  std::uint32_t type = 0;
  std::uint64_t size = 0;        ///< header included
  std::size_t header_bytes = 8;  ///< 8 or 16
};
/// Malformed for size 0 and sizes smaller than the header.
Step<BoxHeader> parse_box_header(Bytes in);

struct Box {
  std::uint32_t type = 0;
  Bytes body;
  std::size_t at = 0;  ///< offset of the header in what was walked
  std::size_t header_bytes = 8;
};
/// Walks the boxes of a body that is there whole:
/// `Boxes walk{body}; while (auto box = walk.next())`.
class Boxes {
 public:
  explicit Boxes(Bytes in) : in_(in) {}
  /// Nothing at the end, or when a box leads outside (ok() tells which).
  std::optional<Box> next();
  [[nodiscard]] bool ok() const { return ok_; }

 private:
  Bytes in_;
  std::size_t at_ = 0;
  bool ok_ = true;
};

}  // namespace live::mp4

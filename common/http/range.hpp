// The Range header against a representation of a known size: RFC 9110 §14.  Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace live::http {

/// Bytes `first` to `first + length - 1`.  length > 0.
struct ByteSpan {
  std::uint64_t first = 0, length = 0;
  bool operator==(const ByteSpan&) const = default;
};
/// 200 with everything: no range was asked, or none that has to be understood (another unit, a broken syntax, several
/// ranges: §14.2 lets a server ignore them).
struct Whole {
  bool operator==(const Whole&) const = default;
};
/// 416 with `Content-Range: bytes */size`.
struct Unsatisfiable {
  bool operator==(const Unsatisfiable&) const = default;
};
using Wanted = std::variant<Whole, ByteSpan, Unsatisfiable>;

/// `header`: the value of Range, or empty.  An end beyond the representation is moved to it.
Wanted wanted_range(std::string_view header, std::uint64_t size);

/// "bytes 0-99/1000".
std::string content_range(const ByteSpan& span, std::uint64_t size);

}  // namespace live::http

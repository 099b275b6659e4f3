#include "common/http/range.hpp"

#include "common/base/ascii.hpp"
#include "common/base/text.hpp"

#include <algorithm>
#include <limits>

#include <fmt/format.h>

namespace live::http {
namespace {

/// Digits only; a number that is too large is as good as the largest.
std::optional<std::uint64_t> number(std::string_view digits) {
  if (digits.empty()) return std::nullopt;
  constexpr auto most = std::numeric_limits<std::uint64_t>::max();
  std::uint64_t value = 0;
  for (const char c : digits) {
    if (c < '0' || c > '9') return std::nullopt;
    const auto digit = static_cast<std::uint64_t>(c - '0');
    value = value > (most - digit) / 10 ? most : value * 10 + digit;
  }
  return value;
}

Wanted last_bytes(std::uint64_t length, std::uint64_t size) {
  if (length == 0) return Unsatisfiable{};
  if (size == 0) return Whole{};
  const auto some = std::min(length, size);
  return ByteSpan{size - some, some};
}

}  // namespace

Wanted wanted_range(std::string_view header, std::uint64_t size) {
  constexpr std::string_view unit = "bytes=";
  // "Range unit names are case-insensitive" (RFC 9110 §14.1).
  if (!is_same_word(header.substr(0, unit.size()), unit)) return Whole{};
  const auto spec = trimmed(header.substr(unit.size()));
  const auto dash = spec.find('-');
  if (dash == std::string_view::npos || spec.find(',') != std::string_view::npos) return Whole{};
  const auto last_text = spec.substr(dash + 1);
  const auto last = number(last_text);
  if (!last && !last_text.empty()) return Whole{};
  if (dash == 0) return last ? last_bytes(*last, size) : Wanted{Whole{}};
  const auto first = number(spec.substr(0, dash));
  if (!first || (last && *last < *first)) return Whole{};
  if (*first >= size) return Unsatisfiable{};
  const auto end = last ? std::min(*last, size - 1) : size - 1;
  return ByteSpan{*first, end - *first + 1};
}

std::string content_range(const ByteSpan& span, std::uint64_t size) {
  return fmt::format("bytes {}-{}/{}", span.first, span.first + span.length - 1, size);
}

}  // namespace live::http

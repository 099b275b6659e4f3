// The grammar below the tags of a playlist: lines, numbers, attribute lists (RFC 8216 §4.1, §4.2).
#pragma once

#include "common/base/units.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace live::hls {

/// Lines of a text, CR LF or LF; what stands behind the last line end is a line too when it is not empty.
class Lines {
 public:
  explicit Lines(std::string_view text) : rest_(text) {}
  /// The next line without its end; nothing at the end.
  std::optional<std::string_view> next();
  [[nodiscard]] std::size_t number() const { return number_; }  ///< of that line, from 1

 private:
  std::string_view rest_;
  std::size_t number_ = 0;
};

/// decimal-integer: digits only, at most 2^64 - 1.
std::optional<std::uint64_t> parse_integer(std::string_view text);
/// decimal-floating-point as seconds, rounded to the nearest microsecond; at most 1,000,000 s, so that no sum of a
/// playlist's durations overflows.
std::optional<Us> parse_seconds(std::string_view text);
/// As many decimals as it needs, at most 6.  REQUIRES: not negative.
std::string format_seconds(Us duration);

/// "#EXT-X-NAME:value" → name "EXT-X-NAME", value "value"; a comment or a tag without value has an empty value.
struct Tag {
  std::string_view name, value;
};
Tag split_tag(std::string_view line);

/// An attribute list; views into the text that was parsed.
class Attributes {
 public:
  struct One {
    std::string_view name;
    std::string_view value;  ///< without quotes
    std::string_view text;   ///< NAME=value as it stands
    bool quoted = false;
  };
  /// Nothing when it is none, or when a name stands twice.
  static std::optional<Attributes> parse(std::string_view list);

  [[nodiscard]] const One* find(std::string_view name) const;
  /// Empty when it is not there.
  [[nodiscard]] std::string string(std::string_view name) const;
  [[nodiscard]] bool is_yes(std::string_view name) const;
  [[nodiscard]] const std::vector<One>& all() const { return all_; }

 private:
  std::vector<One> all_;
};

/// What a playlist must not hold (§4.1): a byte order mark, bytes that are not UTF-8, control characters but line ends.
/// The number of the line with the first one.
std::optional<std::size_t> find_forbidden(std::string_view text);

/// Stands at the end of a list with parts where nothing else stands behind its last whole segment; no part of the value.
/// hls.js (1.7) takes that segment for the one that is being made unless a line follows it, and gives up at the next version
/// ("media sequence mismatch").  On disk there is no hint that would follow.
constexpr std::string_view nothing_yet = "# the next segment has no part yet";

/// The least EXT-X-VERSION that a tag's line asks for by itself (RFC 8216bis §8); 1 for most.
unsigned version_of(std::string_view line);

}  // namespace live::hls

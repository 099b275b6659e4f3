#include "common/tree/names.hpp"

#include "common/base/text.hpp"

#include <charconv>

#include <fmt/format.h>

namespace live::tree {
namespace {

/// Takes a number as format() writes it, without leading zeros.
template <class Number>
bool take_number(std::string_view& text, Number& number) {
  if (text.starts_with('0') && text.size() > 1 && text[1] >= '0' && text[1] <= '9') return false;
  const auto [at, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{}) return false;
  text.remove_prefix(static_cast<std::size_t>(at - text.data()));
  return true;
}

bool take(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

}  // namespace

std::string to_text(const FileName& name) {
  const auto* extension = name.container == Container::ts ? "ts" : "m4s";
  switch (name.kind) {
    case FileName::Kind::init:
      return fmt::format("init-{}.mp4", name.number);
    case FileName::Kind::part:
      return fmt::format("{}.{}.{}", name.number, name.part, extension);
    case FileName::Kind::segment:
      break;
  }
  return fmt::format("{}.{}", name.number, extension);
}

std::optional<FileName> parse_file_name(std::string_view name) {
  FileName parsed;
  if (take(name, "init-")) {
    parsed.kind = FileName::Kind::init;
    if (!take_number(name, parsed.number) || name != ".mp4") return {};
    return parsed;
  }
  if (!take_number(name, parsed.number) || !take(name, ".")) return {};
  if (!name.empty() && name.front() >= '0' && name.front() <= '9') {
    parsed.kind = FileName::Kind::part;
    if (!take_number(name, parsed.part) || !take(name, ".")) return {};
  }
  if (name != "m4s" && name != "ts") return {};
  parsed.container = name == "ts" ? Container::ts : Container::fmp4;
  return parsed;
}

bool is_plain_name(std::string_view uri) {
  constexpr std::size_t most = 255;  // NAME_MAX
  return !uri.empty() && uri.size() <= most && uri.front() != '.' &&
         uri.find_first_of("/?#:\\%") == std::string_view::npos && is_utf8(uri);
}

bool is_rendition_name(std::string_view name) { return is_stream_name(name); }

}  // namespace live::tree

#include "common/hls/syntax.hpp"

#include "common/base/ascii.hpp"
#include "common/base/text.hpp"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

namespace live::hls {
namespace {

/// Takes AttributeName=value from the front.  Nothing when none stands there.
std::optional<Attributes::One> take_attribute(std::string_view& list) {
  const auto equals = list.find('=');
  if (equals == std::string_view::npos || equals == 0) return {};
  Attributes::One one;
  one.name = list.substr(0, equals);
  if (!std::ranges::all_of(
          one.name, [](char c) { return (c >= 'A' && c <= 'Z') || is_digit(c) || c == '-'; }))
    return {};
  const auto rest = list.substr(equals + 1);
  std::size_t length = 0;
  if (rest.starts_with('"')) {
    const auto close = rest.find('"', 1);
    if (close == std::string_view::npos) return {};
    one.value = rest.substr(1, close - 1);
    one.quoted = true;
    length = close + 1;
  } else {
    length = std::min(rest.find(','), rest.size());
    one.value = rest.substr(0, length);
    if (one.value.empty() || one.value.find('"') != std::string_view::npos) return {};
  }
  one.text = list.substr(0, equals + 1 + length);
  list.remove_prefix(equals + 1 + length);
  return one;
}

/// U+0000 to U+001F and U+007F to U+009F, which are "\xC2\x80" to "\xC2\x9F".
bool has_control(std::string_view line) {
  bool c2 = false;
  for (const char character : line) {
    const auto c = static_cast<unsigned char>(character);
    if (c < 0x20 || c == 0x7F || (c2 && c < 0xA0)) return true;
    c2 = c == 0xC2;
  }
  return false;
}

}  // namespace

std::optional<std::string_view> Lines::next() {
  if (rest_.empty()) return {};
  const auto end = rest_.find('\n');
  auto line = rest_.substr(0, end);
  rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end + 1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  ++number_;
  return line;
}

std::optional<std::uint64_t> parse_integer(std::string_view text) {
  std::uint64_t value = 0;
  const auto* end = text.data() + text.size();
  const auto [at, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc{} || at != end) return {};
  return value;
}

std::optional<Us> parse_seconds(std::string_view text) {
  constexpr std::uint64_t most = 1'000'000;
  const auto point = std::min(text.find('.'), text.size());
  const auto whole = parse_integer(text.substr(0, point));
  if (!whole || *whole > most) return {};
  std::int64_t us = static_cast<std::int64_t>(*whole) * 1'000'000;
  std::int64_t unit = 100'000;
  bool up = false;
  const auto decimals = text.substr(std::min(point + 1, text.size()));
  for (std::size_t i = 0; i < decimals.size(); ++i) {
    if (!is_digit(decimals[i])) return {};
    if (i == 6) up = decimals[i] >= '5';
    us += (decimals[i] - '0') * unit;
    unit /= 10;
  }
  return Us{us + (up ? 1 : 0)};
}

std::string format_seconds(Us duration) {
  const auto us = duration.count();
  if (us % 1'000'000 == 0) return std::to_string(us / 1'000'000);
  auto text = fmt::format("{}.{:06}", us / 1'000'000, us % 1'000'000);
  text.erase(text.find_last_not_of('0') + 1);
  return text;
}

Tag split_tag(std::string_view line) {
  if (!line.starts_with("#EXT")) return {};
  const auto colon = std::min(line.find(':'), line.size());
  return {line.substr(1, colon - 1), line.substr(std::min(colon + 1, line.size()))};
}

std::optional<Attributes> Attributes::parse(std::string_view list) {
  constexpr std::size_t most = 100;
  Attributes attributes;
  while (attributes.all_.size() < most) {
    const auto one = take_attribute(list);
    if (!one || attributes.find(one->name) != nullptr) return {};
    attributes.all_.push_back(*one);
    if (list.empty()) return attributes;
    if (list.front() != ',') return {};
    list.remove_prefix(1);
  }
  return {};
}

const Attributes::One* Attributes::find(std::string_view name) const {
  const auto found = std::ranges::find(all_, name, &One::name);
  return found == all_.end() ? nullptr : &*found;
}

std::string Attributes::string(std::string_view name) const {
  const auto* one = find(name);
  return one == nullptr ? std::string{} : std::string{one->value};
}

bool Attributes::is_yes(std::string_view name) const {
  const auto* one = find(name);
  return one != nullptr && one->value == "YES";
}

std::optional<std::size_t> find_forbidden(std::string_view text) {
  if (text.starts_with("\xEF\xBB\xBF")) return 1;
  Lines lines{text};
  while (const auto line = lines.next())
    if (!is_utf8(*line) || has_control(*line)) return lines.number();
  return {};
}

unsigned version_of(std::string_view line) {
  const auto tag = split_tag(line);
  const auto attributes = Attributes::parse(tag.value);
  const auto has = [&](std::string_view name) { return attributes && attributes->find(name); };
  if (attributes && std::ranges::any_of(attributes->all(), [](const Attributes::One& one) {
        return one.name.starts_with("REQ-");
      }))
    return 12;
  if (tag.name == "EXT-X-DEFINE") return has("QUERYPARAM") ? 11 : 8;
  if (tag.name == "EXT-X-SKIP") return has("RECENTLY-REMOVED-DATERANGES") ? 10 : 9;
  if (tag.name == "EXT-X-MEDIA" && attributes &&
      attributes->string("INSTREAM-ID").starts_with("SER"))
    return 7;
  if (tag.name == "EXT-X-KEY") {
    if (has("KEYFORMAT") || has("KEYFORMATVERSIONS") ||
        (attributes && attributes->string("METHOD").starts_with("SAMPLE-AES")))
      return 5;
    return has("IV") ? 2 : 1;
  }
  if (tag.name == "EXT-X-I-FRAMES-ONLY" || tag.name == "EXT-X-BYTERANGE") return 4;
  return 1;
}

}  // namespace live::hls

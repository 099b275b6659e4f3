#include "common/base/text.hpp"

#include "common/base/ascii.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <span>

#include <fmt/format.h>

namespace live {
namespace {

__extension__ using Wide = unsigned __int128;

struct Unit {
  std::string_view suffix;
  std::uint64_t factor;
};
constexpr std::array durations{Unit{"ms", 1}, Unit{"s", 1'000}, Unit{"m", 60'000},
                               Unit{"h", 3'600'000}, Unit{"d", 86'400'000}};
constexpr std::array sizes{Unit{"", 1}, Unit{"k", 1ULL << 10U}, Unit{"M", 1ULL << 20U},
                           Unit{"G", 1ULL << 30U}, Unit{"T", 1ULL << 40U}};
constexpr std::array bit_rates{Unit{"", 1}, Unit{"k", 1'000}, Unit{"M", 1'000'000},
                               Unit{"G", 1'000'000'000}};

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

/// A decimal number without sign: `digits` / 10^`decimals`.
struct Decimal {
  std::uint64_t digits = 0;
  std::uint64_t divisor = 1;
  std::size_t length = 0;  ///< characters that it took
};

/// At most 18 digits, so that nothing overflows; a point needs digits on both sides.
std::optional<Decimal> take_decimal(std::string_view text) {
  constexpr std::size_t longest = 18;
  Decimal number;
  bool point = false;
  std::size_t digits = 0;
  for (const char c : text) {
    if (c == '.' && !point && digits > 0) {
      point = true;
    } else if (is_digit(c)) {
      if (++digits > longest) return {};
      number.digits = number.digits * 10 + static_cast<std::uint64_t>(c - '0');
      if (point) number.divisor *= 10;
    } else {
      break;
    }
    ++number.length;
  }
  if (digits == 0 || text[number.length - 1] == '.') return {};
  return number;
}

/// "NUMBERsuffix" as a whole count of the smallest unit; nothing where it would have to be rounded.
std::optional<std::uint64_t> parse_quantity(std::string_view text, std::span<const Unit> units) {
  const auto number = take_decimal(text);
  if (!number) return {};
  const auto suffix = text.substr(number->length);
  const auto unit = std::ranges::find(units, suffix, &Unit::suffix);
  if (unit == units.end()) return {};
  const Wide scaled = Wide{number->digits} * unit->factor;
  if (scaled % number->divisor != 0) return {};
  const Wide value = scaled / number->divisor;
  if (value > static_cast<Wide>(std::numeric_limits<std::int64_t>::max())) return {};
  return static_cast<std::uint64_t>(value);
}

std::string format_quantity(std::uint64_t value, std::span<const Unit> units) {
  const auto* unit = &units.front();
  for (const auto& candidate : units)
    if (value != 0 && value % candidate.factor == 0) unit = &candidate;
  return fmt::format("{}{}", value / unit->factor, unit->suffix);
}

std::optional<std::uint16_t> parse_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto* end = text.data() + text.size();
  const auto [at, error] = std::from_chars(text.data(), end, port);
  if (error != std::errc{} || at != end || text.empty() || text.size() > 5) return {};
  return port;
}

bool is_host_name(std::string_view host) {
  return host.size() <= 253 && std::ranges::all_of(host, [](char c) {
           return is_digit(c) || is_letter(c) || c == '.' || c == '-' || c == '_';
         });
}

/// The inside of the brackets; a zone ("fe80::1%eth0") is allowed.
bool is_ipv6(std::string_view host) {
  const auto zone = host.find('%');
  const auto digits = host.substr(0, zone);
  if (digits.find(':') == std::string_view::npos || host.size() > 64) return false;
  if (zone != std::string_view::npos && !is_host_name(host.substr(zone + 1))) return false;
  return std::ranges::all_of(digits, [](char c) { return is_hex(c) || c == ':' || c == '.'; });
}

/// Length of the UTF-8 character at the start of `text`, 0 when it is none (RFC 3629 §4: no
/// overlong forms, no surrogates, nothing above U+10FFFF).
std::size_t utf8_length(std::string_view text) {
  const auto byte = [&](std::size_t i) {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U;
  };
  const auto follows = [&](std::size_t i) { return (byte(i) & 0xC0U) == 0x80U; };
  const unsigned first = byte(0);
  const unsigned second = byte(1);
  if (first < 0x80) return 1;
  if (first < 0xC2 || first > 0xF4 || !follows(1)) return 0;
  if (first < 0xE0) return 2;
  if (!follows(2) || (first == 0xE0 && second < 0xA0) || (first == 0xED && second > 0x9F)) return 0;
  if (first < 0xF0) return 3;
  if (!follows(3) || (first == 0xF0 && second < 0x90) || (first == 0xF4 && second > 0x8F)) return 0;
  return 4;
}

/// C0, DEL and C1 (U+0080 to U+009F, "\xC2\x80" to "\xC2\x9F" in UTF-8).
bool is_control(std::string_view character) {
  const auto first = static_cast<unsigned char>(character[0]);
  if (character.size() == 1) return first < 0x20 || first == 0x7F;
  return character.size() == 2 && first == 0xC2 && static_cast<unsigned char>(character[1]) < 0xA0;
}

}  // namespace

std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) {
  if (text == "0") return std::chrono::milliseconds{0};
  const auto value = parse_quantity(text, durations);
  if (!value) return {};
  return std::chrono::milliseconds{static_cast<std::int64_t>(*value)};
}

std::optional<std::uint64_t> parse_size(std::string_view text) {
  return parse_quantity(text, sizes);
}

std::optional<std::uint64_t> parse_bit_rate(std::string_view text) {
  return parse_quantity(text, bit_rates);
}

std::string format_duration(std::chrono::milliseconds duration) {
  const auto ms = duration.count();
  if (ms == 0) return "0s";
  if (ms > 1000 && ms % 1000 != 0) {
    auto text = fmt::format("{}.{:03}", ms / 1000, ms % 1000);
    text.erase(text.find_last_not_of('0') + 1);
    return text + "s";
  }
  return format_quantity(static_cast<std::uint64_t>(ms), durations);
}

std::string format_size(std::uint64_t bytes) { return format_quantity(bytes, sizes); }

std::string format_bit_rate(std::uint64_t bits_per_second) {
  return format_quantity(bits_per_second, bit_rates);
}

std::optional<Address> parse_address(std::string_view text) {
  constexpr std::string_view unix_prefix = "unix:";
  constexpr std::size_t longest_path = 107;  // sun_path of unix(7) is 108 bytes with its zero
  if (text.starts_with(unix_prefix)) {
    const auto path = text.substr(unix_prefix.size());
    if (path.empty() || path.size() > longest_path) return {};
    return Address{{}, 0, std::string{path}};
  }
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) return {};
  const auto port = parse_port(text.substr(colon + 1));
  auto host = text.substr(0, colon);
  if (!port) return {};
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
    host = host.substr(1, host.size() - 2);
    if (!is_ipv6(host)) return {};
  } else if (!is_host_name(host)) {
    return {};
  }
  return Address{std::string{host}, *port, {}};
}

std::string format_address(const Address& address) {
  if (!address.unix_path.empty()) return "unix:" + address.unix_path;
  const bool ipv6 = address.host.find(':') != std::string::npos;
  return fmt::format("{}{}{}:{}", ipv6 ? "[" : "", address.host, ipv6 ? "]" : "", address.port);
}

bool is_stream_name(std::string_view name) {
  constexpr std::size_t longest = 64;
  const auto plain = [](char c) { return is_digit(c) || is_letter(c); };
  if (name.empty() || name.size() > longest || !plain(name.front())) return false;
  if (name.find("..") != std::string_view::npos) return false;
  return std::ranges::all_of(name,
                             [&](char c) { return plain(c) || c == '.' || c == '_' || c == '-'; });
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const auto length = utf8_length(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

std::string printable(std::string_view text, std::size_t limit) {
  std::string out;
  std::size_t count = 0;
  while (!text.empty()) {
    const auto length = utf8_length(text);
    const auto character = text.substr(0, std::max<std::size_t>(length, 1));
    const bool visible = length > 0 && !is_control(character);
    count += visible ? 1 : 4 * character.size();
    if (count > limit) return out + "...";
    if (visible) {
      out += character;
    } else {
      for (const char c : character)
        out += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
    }
    text.remove_prefix(character.size());
  }
  return out;
}

}  // namespace live

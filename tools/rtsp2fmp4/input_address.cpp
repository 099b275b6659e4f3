#include "tools/rtsp2fmp4/input_address.hpp"

#include "common/base/ascii.hpp"
#include "common/base/redact.hpp"

#include <algorithm>
#include <array>
#include <optional>

namespace rtsp2fmp4 {
namespace {

constexpr auto npos = std::string_view::npos;

using live::is_alnum;
using live::is_digit;

/// "host", "host:port" or "[v6]:port" at the start of `text`, up to a path, query or the end.
std::string_view host_of(std::string_view text) {
  const auto host = text.substr(0, text.find_first_of("/?#"));
  if (host.empty()) return {};
  const bool plausible = std::ranges::all_of(
      host, [](char c) { return is_alnum(c) || std::string_view{".-_:[]"}.find(c) != npos; });
  if (!plausible) return {};
  if (host.front() == '[') return host;
  const auto colon = host.find(':');
  if (colon == npos) return host;
  const auto port = host.substr(colon + 1);
  return std::ranges::all_of(port, is_digit) ? host : std::string_view{};
}

/// A dot, a port or brackets: what stands in a path or a password seldom looks like this.
bool is_telling(std::string_view host) {
  return host.find_first_of(".:[") != npos || host == "localhost";
}

/// Where the user information of `rest` (the text behind "://") ends, if it has any.
std::optional<std::size_t> find_user_end(std::string_view rest) {
  const auto slash = std::min(rest.find_first_of("/?#"), rest.size());
  const auto in_authority = rest.substr(0, slash).rfind('@');
  // "cam/a@b" and "cam:554/a@b" have none: what looks like a host is one.
  if (in_authority == npos && !host_of(rest).empty()) return {};
  for (auto at = rest.rfind('@'); at != npos; at = at == 0 ? npos : rest.rfind('@', at - 1)) {
    if (is_telling(host_of(rest.substr(at + 1)))) return at;
  }
  if (in_authority != npos) return in_authority;
  for (auto at = rest.rfind('@'); at != npos; at = at == 0 ? npos : rest.rfind('@', at - 1)) {
    if (!host_of(rest.substr(at + 1)).empty()) return at;
  }
  return {};
}

/// Percent-encodes everything but unreserved characters (RFC 3986 §2.3) and what is encoded already.
std::string encode(std::string_view text) {
  constexpr std::string_view hex = "0123456789ABCDEF";
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool encoded = c == '%' && i + 2 < text.size() && live::hex_digit(text[i + 1]) >= 0 &&
                         live::hex_digit(text[i + 2]) >= 0;
    if (is_alnum(c) || encoded || std::string_view{"-._~"}.find(c) != npos) {
      out += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      out += '%';
      out += hex[byte >> 4U];
      out += hex[byte & 0xFU];
    }
  }
  return out;
}

std::string with_encoded_user(std::string_view scheme, std::string_view rest) {
  std::string out{scheme};
  if (const auto end = find_user_end(rest)) {
    const auto info = rest.substr(0, *end);
    const auto colon = info.find(':');
    out += encode(info.substr(0, colon));
    if (colon != npos) out += ":" + encode(info.substr(colon + 1));
    out += rest.substr(*end);
  } else {
    out += rest;
  }
  return out;
}

bool is_rtsp(std::string_view scheme) {
  constexpr std::array<std::string_view, 4> known{"rtsp", "rtsps", "rtspu", "rtspt"};
  return std::ranges::find(known, scheme) != known.end();
}

}  // namespace

InputAddress parse_input(std::string_view text) {
  using Kind = InputAddress::Kind;
  if (text == "-") return {Kind::standard, {}, "standard input"};
  if (text == "test" || text.starts_with("test:")) {
    return {Kind::test, std::string{text.substr(std::min(text.size(), std::size_t{5}))},
            std::string{text}};
  }
  constexpr std::string_view separator = "://";
  const auto at = text.find(separator);
  const bool has_scheme =
      at != npos && at > 0 &&
      std::ranges::all_of(text.substr(0, at), [](char c) { return is_alnum(c) || c == '+'; });
  if (!has_scheme) return {Kind::path, std::string{text}, std::string{text}};
  const auto scheme = live::to_lower(text.substr(0, at));
  const auto rest = text.substr(at + separator.size());
  if (scheme == "file") return {Kind::path, std::string{rest}, std::string{rest}};
  return {is_rtsp(scheme) ? Kind::rtsp : Kind::network,
          with_encoded_user(scheme + std::string{separator}, rest), live::redact(text)};
}

}  // namespace rtsp2fmp4

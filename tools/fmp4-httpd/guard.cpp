#include "tools/fmp4-httpd/guard.hpp"

#include "common/base/ascii.hpp"

#include <algorithm>

#include <arpa/inet.h>

namespace fmp4_httpd {
namespace {

/// host[:port] cut in two; the brackets of an IPv6 address stay with the host.
struct Authority {
  std::string host, port;
};

Authority split(std::string_view authority) {
  const auto bracket = authority.rfind(']');
  const auto colon = authority.find(':', bracket == std::string_view::npos ? 0 : bracket);
  if (colon == std::string_view::npos) return {live::to_lower(authority), {}};
  return {live::to_lower(authority.substr(0, colon)), std::string{authority.substr(colon + 1)}};
}

struct Origin {
  std::string scheme;
  Authority authority;
};

std::optional<Origin> parse_origin(std::string_view text) {
  const auto end = text.find("://");
  if (end == std::string_view::npos || end == 0) return std::nullopt;
  const auto authority = text.substr(end + 3);
  if (authority.empty() || authority.find_first_of("/?# @") != std::string_view::npos) {
    return std::nullopt;
  }
  return Origin{live::to_lower(text.substr(0, end)), split(authority)};
}

std::string port_of(const Origin& origin) {
  if (!origin.authority.port.empty()) return origin.authority.port;
  return origin.scheme == "https" || origin.scheme == "wss" ? "443" : "80";
}

bool is_address(const std::string& host) {
  in_addr four{};
  if (::inet_pton(AF_INET, host.c_str(), &four) == 1) return true;
  if (host.size() < 3 || host.front() != '[' || host.back() != ']') return false;
  in6_addr six{};
  return ::inet_pton(AF_INET6, host.substr(1, host.size() - 2).c_str(), &six) == 1;
}

}  // namespace

bool is_origin(std::string_view text) { return text == "*" || parse_origin(text).has_value(); }

bool Guard::lists(std::string_view origin) const {
  return std::ranges::any_of(cors_, [&](const std::string& known) {
    return known == "*" || live::is_same_word(known, origin);
  });
}

bool Guard::allows_host_on_loopback(std::string_view host) const {
  const auto name = split(host).host;
  if (name == "localhost" || name.ends_with(".localhost") || is_address(name)) return true;
  return std::ranges::any_of(cors_, [&](const std::string& known) {
    const auto origin = parse_origin(known);
    return origin && origin->authority.host == name;
  });
}

bool Guard::allows_origin(std::string_view origin, std::string_view host) const {
  if (lists(origin)) return true;
  const auto parsed = parse_origin(origin);
  if (!parsed) return false;
  const auto own = split(host);
  if (parsed->authority.host != own.host) return false;
  // A proxy that ends TLS passes Host without a port, and so does a browser for the default ports.
  return own.port.empty() ? port_of(*parsed) == "80" || port_of(*parsed) == "443"
                          : port_of(*parsed) == own.port;
}

std::optional<std::string> Guard::allow_origin(std::string_view origin) const {
  if (std::ranges::find(cors_, "*") != cors_.end()) return "*";
  if (lists(origin)) return std::string{origin};
  return std::nullopt;
}

}  // namespace fmp4_httpd

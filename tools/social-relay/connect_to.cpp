#include "tools/social-relay/connect_to.hpp"

#include <charconv>
#include <optional>

namespace social_relay {
namespace {

/// Up to the next ':' that is not within brackets.
std::optional<std::string> take_host(std::string_view& text) {
  std::size_t end = 0;
  if (text.starts_with('[')) {
    end = text.find(']');
    if (end == std::string_view::npos) return {};
    ++end;
  } else {
    end = text.find(':');
  }
  if (end >= text.size() || text[end] != ':') return {};
  auto host = std::string{text.substr(0, end)};
  if (host.starts_with('[')) host = host.substr(1, host.size() - 2);
  text.remove_prefix(end + 1);
  return host;
}

std::optional<std::uint16_t> port_of(std::string_view text) {
  std::uint16_t port = 0;
  if (text.empty()) return port;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc{} || end != text.data() + text.size() || port == 0) return {};
  return port;
}

}  // namespace

bool ConnectTo::add(std::string_view text) {
  const auto from_host = take_host(text);
  if (!from_host) return false;
  const auto colon = text.find(':');
  if (colon == std::string_view::npos) return false;
  const auto from_port = port_of(text.substr(0, colon));
  text.remove_prefix(colon + 1);
  const auto to_host = take_host(text);
  const auto to_port = port_of(text);
  if (!from_port || !to_host || !to_port) return false;
  rules_.push_back({*from_host, *to_host, *from_port, *to_port});
  return true;
}

std::pair<std::string, std::uint16_t> ConnectTo::resolve(const std::string& host,
                                                         std::uint16_t port) const {
  for (const auto& rule : rules_) {
    if (!rule.from_host.empty() && rule.from_host != host) continue;
    if (rule.from_port != 0 && rule.from_port != port) continue;
    return {rule.to_host.empty() ? host : rule.to_host, rule.to_port == 0 ? port : rule.to_port};
  }
  return {host, port};
}

}  // namespace social_relay

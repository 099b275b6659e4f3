#include "common/net/proxy_protocol.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <optional>
#include <string_view>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>

namespace live::net {
namespace {

constexpr std::string_view v1_start = "PROXY ";
constexpr std::string_view v2_start{"\r\n\r\n\0\r\nQUIT\n", 12};
constexpr std::size_t v1_most_bytes = 107;  ///< with its end of line (§2.1)
constexpr std::size_t v2_head_bytes = 16;

std::string with_port(const in_addr& address, std::uint16_t port) {
  std::array<char, INET_ADDRSTRLEN> text{};
  ::inet_ntop(AF_INET, &address, text.data(), text.size());
  return fmt::format("{}:{}", text.data(), port);
}

std::string with_port(const in6_addr& address, std::uint16_t port) {
  if (IN6_IS_ADDR_V4MAPPED(&address)) {
    in_addr mapped{};
    std::memcpy(&mapped, address.s6_addr + 12, sizeof mapped);
    return with_port(mapped, port);
  }
  std::array<char, INET6_ADDRSTRLEN> text{};
  ::inet_ntop(AF_INET6, &address, text.data(), text.size());
  return fmt::format("[{}]:{}", text.data(), port);
}

std::optional<std::uint16_t> read_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return port;
}

/// The text up to the next space, which is taken too.
std::string_view next_word(std::string_view& line) {
  const std::size_t space = std::min(line.find(' '), line.size());
  const std::string_view word = line.substr(0, space);
  line.remove_prefix(std::min(space + 1, line.size()));
  return word;
}

template <class Raw>
std::optional<std::string> read_endpoint(int family, std::string_view host, std::string_view port) {
  Raw address{};
  const auto number = read_port(port);
  if (!number || host.find('\0') != host.npos ||
      ::inet_pton(family, std::string{host}.c_str(), &address) != 1)
    return std::nullopt;
  return with_port(address, *number);
}

std::optional<std::string> read_endpoint(std::string_view family, std::string_view host,
                                         std::string_view port) {
  return family == "TCP4" ? read_endpoint<in_addr>(AF_INET, host, port)
                          : read_endpoint<in6_addr>(AF_INET6, host, port);
}

/// `start` begins with as much of `expected` as it is long.
bool may_begin(std::string_view start, std::string_view expected) {
  const std::size_t n = std::min(start.size(), expected.size());
  return start.substr(0, n) == expected.substr(0, n);
}

/// A line without its end, behind "PROXY ".
Parsed<ProxyHeader> read_line(std::string_view line) {
  const std::string_view family = next_word(line);
  if (family == "UNKNOWN") return ProxyHeader{};
  if (family != "TCP4" && family != "TCP6")
    return Malformed{v1_start.size(), "PROXY line of an unknown protocol"};
  const std::string_view from = next_word(line);
  const std::string_view to = next_word(line);
  const std::string_view from_port = next_word(line);
  const auto peer = read_endpoint(family, from, from_port);
  if (!peer || !read_endpoint(family, to, line))
    return Malformed{v1_start.size() + family.size() + 1, "PROXY line with a wrong address"};
  return ProxyHeader{*peer};
}

Step<ProxyHeader> parse_line(Bytes in) {
  const std::string_view text = as_text(in.first(std::min(in.size(), v1_most_bytes)));
  if (!may_begin(text, v1_start))
    return Malformed{0, may_begin(text, v2_start) ? "PROXY header of version 2, 1 was expected"
                                                  : "no PROXY header of version 1"};
  const std::size_t end = text.find("\r\n");
  if (end == text.npos) {
    if (text.size() == v1_most_bytes)
      return Malformed{0, fmt::format("PROXY line without end in {} bytes", v1_most_bytes)};
    return NeedMore{text.ends_with('\r') ? 1U : 2U};
  }
  if (end < v1_start.size()) return Malformed{end, "PROXY line that is empty"};
  auto read = read_line(text.substr(v1_start.size(), end - v1_start.size()));
  if (const auto* bad = std::get_if<Malformed>(&read)) return *bad;
  return Taken<ProxyHeader>{std::get<ProxyHeader>(std::move(read)), end + 2};
}

/// The source of a proxied connection, from the addresses of `family`.
Parsed<ProxyHeader> read_addresses(std::uint8_t family, Bytes body) {
  const auto endpoint = [&]<class Raw>(Raw address) -> Parsed<ProxyHeader> {
    constexpr std::size_t n = sizeof(Raw);
    if (body.size() < 2 * n + 4)
      return Malformed{14, fmt::format("PROXY header with {} bytes of addresses, must be {}",
                                       body.size(), 2 * n + 4)};
    std::memcpy(&address, body.data(), n);
    return ProxyHeader{
        with_port(address, static_cast<std::uint16_t>(load_be(body.subspan(2 * n), 2)))};
  };
  switch (family) {
    case 1:
      return endpoint(in_addr{});
    case 2:
      return endpoint(in6_addr{});
    case 3:
      return ProxyHeader{"unix"};
    default:  // UNSPEC, and what a later revision may add (§2.2)
      return ProxyHeader{};
  }
}

Step<ProxyHeader> parse_binary(Bytes in) {
  const std::string_view text = as_text(in);
  if (!may_begin(text, v2_start))
    return Malformed{0, may_begin(text, v1_start) ? "PROXY header of version 1, 2 was expected"
                                                  : "no PROXY header of version 2"};
  if (in.size() < v2_head_bytes) return NeedMore{v2_head_bytes - in.size()};
  const unsigned version = in[12] >> 4U, command = in[12] & 0xFU;
  if (version != 2) return Malformed{12, fmt::format("PROXY header of version {}", version)};
  if (command > 1) return Malformed{12, fmt::format("PROXY command {}", command)};
  const auto length = static_cast<std::size_t>(load_be(in.subspan(14), 2));
  const std::size_t whole = v2_head_bytes + length;
  if (whole > max_proxy_header_bytes)
    return Malformed{
        14, fmt::format("PROXY header of {} bytes, at most {}", whole, max_proxy_header_bytes)};
  if (in.size() < whole) return NeedMore{whole - in.size()};
  if (command == 0) return Taken<ProxyHeader>{{}, whole};
  auto read = read_addresses(in[13] >> 4U, in.subspan(v2_head_bytes, length));
  if (const auto* bad = std::get_if<Malformed>(&read)) return *bad;
  return Taken<ProxyHeader>{std::get<ProxyHeader>(std::move(read)), whole};
}

}  // namespace

Step<ProxyHeader> parse_proxy_header(Bytes in, int version) {
  return version == 1 ? parse_line(in) : parse_binary(in);
}

}  // namespace live::net

// A TCP connection to a peer by its name: the first of its addresses that answers is taken, and one that does not answer
// delays no other for long (RFC 8305, "Happy Eyeballs").
#pragma once

#include "common/net/asio.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>

#include <boost/asio/ip/tcp.hpp>

namespace live::net {

/// How long an address is alone before the next one is tried beside it (RFC 8305 §5, "Connection Attempt Delay").
constexpr std::chrono::milliseconds connect_stagger{250};
/// Of the addresses that a name has: these are tried.
constexpr std::size_t most_addresses = 16;
/// Names that are looked up at a time, by one thread each; beyond, they do not resolve.
constexpr unsigned most_lookups = 128;

/// The connection (non-blocking, TCP_NODELAY), or one clause why there is none after at most `limit`, the time to resolve
/// `host` (a name or an IP address without brackets) included.  IPv6 and IPv4 take turns.  `doubtful` was connected to, and then
/// nothing came of it: the other family begins, and that address is the last one.  Does not throw.
awaitable<std::variant<Socket, std::string>> connect(
    std::string host, std::uint16_t port, std::chrono::milliseconds limit,
    std::optional<asio::ip::tcp::endpoint> doubtful = {});

}  // namespace live::net

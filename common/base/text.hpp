// How the programs read numbers, names and addresses: one style everywhere (DESIGN "processes").
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace live {

/// "500ms", "4s", "2m", "1h", "1.5s", "7d"; a bare "0" too.  Nothing for anything else, negative
/// numbers, and what does not fit.
std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);

/// "64", "16k", "4M", "2G": bytes, powers of 1024.
std::optional<std::uint64_t> parse_size(std::string_view text);

/// "64000", "2800k", "2.5M": bits per second, powers of 1000.
std::optional<std::uint64_t> parse_bit_rate(std::string_view text);

/// "4s", "250ms": the shortest form that parse_duration reads back.
std::string format_duration(std::chrono::milliseconds duration);

/// "4M", "2800k": the shortest forms that parse_size and parse_bit_rate read back.
std::string format_size(std::uint64_t bytes);
std::string format_bit_rate(std::uint64_t bits_per_second);

/// Where a server listens or connects.
struct Address {
  std::string host;  ///< name or IP address without brackets; empty in ":8080" = every interface
  std::uint16_t port = 0;  ///< 0 = a free one
  std::string unix_path;   ///< "unix:PATH"; then host and port mean nothing
  bool operator==(const Address&) const = default;
};
/// "host:port", ":port", "[::1]:port", "unix:PATH".
std::optional<Address> parse_address(std::string_view text);
/// The form that parse_address reads.
std::string format_address(const Address& address);

/// A public stream name: [A-Za-z0-9][A-Za-z0-9._-]{0,63} without "..".  Nothing else may reach the
/// file system, a log or a URL.
bool is_stream_name(std::string_view name);

/// Is `text` UTF-8 (RFC 3629)?
bool is_utf8(std::string_view text);

/// `text` with every control character and every byte that is not UTF-8 made visible as \xNN, cut
/// at `limit` characters: what a stranger sent, fit for a log line or an error body.
std::string printable(std::string_view text, std::size_t limit = 100);

}  // namespace live

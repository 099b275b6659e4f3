#include "common/ingest/gate.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include <arpa/inet.h>
#include <fmt/format.h>

namespace live::ingest {
namespace {

/// "[2001:db8::1]:4711" → "2001:db8::1"; "203.0.113.9:4711" → "203.0.113.9"; "unix" → "unix".
std::string_view without_port(std::string_view peer) {
  if (peer.starts_with('[')) return peer.substr(1, std::min(peer.find(']'), peer.size()) - 1);
  const auto colon = peer.rfind(':');
  if (colon == std::string_view::npos || peer.find(':') != colon) return peer;
  return peer.substr(0, colon);
}

std::string to_text(int family, const void* address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  return ::inet_ntop(family, address, text.data(), text.size()) != nullptr ? text.data() : "";
}

bool is_exempt(std::string_view address) {
  return address == "unix" || address.empty() || address.starts_with("127.") || address == "::1";
}

}  // namespace

std::string Gate::address_of(std::string_view peer) {
  constexpr std::size_t network_bytes = 8;  // of an IPv6 address: what one customer has
  constexpr std::size_t mapped_bytes = 12;  // RFC 4291 §2.5.5.2
  std::string host{without_port(peer)};
  std::string bare = host.substr(0, host.find('%'));  // a zone
  in6_addr v6{};
  if (::inet_pton(AF_INET6, bare.c_str(), &v6) != 1) return host;
  if (IN6_IS_ADDR_V4MAPPED(&v6)) return to_text(AF_INET, &v6.s6_addr[mapped_bytes]);
  if (IN6_IS_ADDR_LOOPBACK(&v6)) return "::1";
  std::memset(&v6.s6_addr[network_bytes], 0, sizeof v6.s6_addr - network_bytes);
  return to_text(AF_INET6, &v6) + "/64";
}

std::optional<std::string> Gate::enter(std::string_view peer) {
  if (connections_ >= limits_.connections)
    return fmt::format("{} connections are open", connections_);
  auto address = address_of(peer);
  if (!is_exempt(address)) {
    auto& count = connected_[address];
    if (count >= limits_.per_address) {
      auto why = fmt::format("{} has {} connections", address, count);
      if (count == 0) connected_.erase(address);
      return why;
    }
    ++count;
  }
  ++connections_;
  return {};
}

void Gate::leave(std::string_view peer) {
  --connections_;
  const auto found = connected_.find(address_of(peer));
  if (found != connected_.end() && --found->second == 0) connected_.erase(found);
}

Ms Gate::penalty(std::string_view peer, Monotonic now) {
  auto address = address_of(peer);
  auto known = by_address_.find(address);
  if (known == by_address_.end()) {
    if (offenders_.size() >= std::max<std::size_t>(limits_.addresses, 1)) {
      by_address_.erase(offenders_.front().address);
      offenders_.pop_front();
    }
    offenders_.push_back({address, Ms{0}, now});
    known = by_address_.emplace(std::move(address), std::prev(offenders_.end())).first;
  } else {
    offenders_.splice(offenders_.end(), offenders_, known->second);
  }
  auto& offender = *known->second;
  if (now - offender.denied > limits_.forget) offender.penalty = Ms{0};
  offender.denied = now;
  offender.penalty = std::clamp(offender.penalty * 2, limits_.first_penalty, limits_.most_penalty);
  return offender.penalty;
}

}  // namespace live::ingest

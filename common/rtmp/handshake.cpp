#include "common/rtmp/handshake.hpp"

#include <algorithm>
#include <numeric>
#include <random>
#include <string>
#include <string_view>

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

namespace live::rtmp {
namespace {

constexpr std::size_t digest_bytes = 32;
using Digest = std::array<std::uint8_t, digest_bytes>;

// Known to everybody since Flash Player 9: they prove nothing, but some peers insist.
constexpr std::string_view player_key = "Genuine Adobe Flash Player 001";
constexpr std::string_view server_key = "Genuine Adobe Flash Media Server 001";
constexpr std::array<std::uint8_t, 32> key_tail = {
    0xF0, 0xEE, 0xC2, 0x4A, 0x80, 0x68, 0xBE, 0xE8, 0x2E, 0x00, 0xD0, 0xD1, 0x02, 0x9E, 0x7E, 0x57,
    0x6E, 0xEC, 0x5D, 0x2D, 0x29, 0x80, 0x6F, 0xAB, 0x93, 0xB8, 0xE6, 0x36, 0xCF, 0xEB, 0x31, 0xAE};

constexpr std::array<std::size_t, 2> scheme_offsets = {8, 772};  ///< of the four bytes
constexpr std::uint32_t digest_places = 728;
/// The version in S1: Flash Media Server 3.5, the oldest that every digest client trusts.
constexpr std::uint32_t server_version = 0x03050101;

Digest hmac(Bytes key, Bytes data) {
  Digest digest{};
  unsigned length = 0;
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), data.data(), data.size(),
       digest.data(), &length);
  return digest;
}

/// Where the digest of C1 or S1 lies.
std::size_t digest_offset(Bytes block, std::size_t scheme_offset) {
  const Bytes told = block.subspan(scheme_offset, 4);
  return scheme_offset + 4 + std::accumulate(told.begin(), told.end(), 0U) % digest_places;
}

Digest digest_of(Bytes block, std::size_t offset, std::string_view key) {
  Buffer rest(block.begin(), block.end());
  const auto at = rest.begin() + static_cast<std::ptrdiff_t>(offset);
  rest.erase(at, at + digest_bytes);
  return hmac(as_bytes(key), rest);
}

/// The four bytes before the digest's places, when C1 has a valid digest there.
std::optional<std::size_t> find_scheme(Bytes c1) {
  if (load_be(c1.subspan(4), 4) == 0) return std::nullopt;
  for (const std::size_t scheme : scheme_offsets) {
    const std::size_t offset = digest_offset(c1, scheme);
    if (std::ranges::equal(digest_of(c1, offset, player_key), c1.subspan(offset, digest_bytes)))
      return scheme;
  }
  return std::nullopt;
}

/// Appends S1: a digest goes where `scheme` wants it.
void write_s1(Buffer& out, const Noise& noise, std::optional<std::size_t> scheme) {
  const std::size_t at = out.size();
  Writer w{out};
  w.u32(0);  // time; nobody uses it
  w.u32(scheme ? server_version : 0);
  w.bytes(noise);
  if (!scheme) return;
  const Bytes s1 = Bytes{out}.subspan(at);
  const std::size_t offset = digest_offset(s1, *scheme);
  const Digest digest = digest_of(s1, offset, server_key);
  std::ranges::copy(digest, out.begin() + static_cast<std::ptrdiff_t>(at + offset));
}

/// Appends the S2 that proves we know the key: noise, and its digest.
void write_s2(Buffer& out, const Noise& noise, Bytes c1_digest) {
  Buffer key(server_key.begin(), server_key.end());
  key.insert(key.end(), key_tail.begin(), key_tail.end());
  const Bytes body = Bytes{noise}.first(handshake_bytes - digest_bytes);
  const Digest digest = hmac(hmac(key, c1_digest), body);
  Writer w{out};
  w.bytes(body);
  w.bytes(digest);
}

/// Moves bytes from the front of `in` to `pending` until that has `wanted`; whether it has.
bool collect(Bytes& in, Buffer& pending, std::size_t wanted) {
  const std::size_t n = std::min(in.size(), wanted - pending.size());
  pending.insert(pending.end(), in.begin(), in.begin() + static_cast<std::ptrdiff_t>(n));
  in = in.subspan(n);
  return pending.size() == wanted;
}

void pass(Bytes& in, std::size_t& left) {
  const std::size_t n = std::min(in.size(), left);
  in = in.subspan(n);
  left -= n;
}

std::string not_rtmp(std::uint8_t first) {
  constexpr std::string_view http_methods = "CDGHOPT";
  if (first == 0x16) return "not RTMP: TLS";
  if (first == 6 || first == 8) return "RTMPE is not supported";
  if (http_methods.find(static_cast<char>(first)) != std::string_view::npos)
    return "not RTMP: HTTP";
  return fmt::format("not RTMP: version {}, must be 3", first);
}

/// C0 or S0.
std::optional<Malformed> take_version(Bytes& in) {
  if (in[0] != 3) return Malformed{0, not_rtmp(in[0])};
  in = in.subspan(1);
  return std::nullopt;
}

}  // namespace

Noise make_noise(std::uint64_t seed) {
  std::mt19937_64 engine{seed};
  Noise bytes{};
  for (auto& byte : bytes)
    byte = static_cast<std::uint8_t>(engine());
  return bytes;
}

std::optional<Malformed> ServerHandshake::feed(Bytes& in, Buffer& out) {
  if (state_ == State::c0 && !in.empty()) {
    if (auto bad = take_version(in)) return bad;
    state_ = State::c1;
  }
  if (state_ == State::c1 && collect(in, pending_, handshake_bytes)) {
    answer(out);
    Buffer{}.swap(pending_);
    state_ = State::c2;
  }
  if (state_ == State::c2) {
    pass(in, c2_left_);
    if (c2_left_ == 0) state_ = State::done;
  }
  return std::nullopt;
}

void ServerHandshake::answer(Buffer& out) {
  const Bytes c1{pending_};
  const std::optional<std::size_t> scheme = find_scheme(c1);
  digest_ = scheme.has_value();
  out.push_back(3);
  write_s1(out, noise_, scheme);
  if (scheme) {
    write_s2(out, noise_, c1.subspan(digest_offset(c1, *scheme), digest_bytes));
  } else {
    out.insert(out.end(), c1.begin(), c1.end());
  }
}

void ClientHandshake::start(Buffer& out) {
  out.push_back(3);
  write_s1(out, noise_, std::nullopt);
}

std::optional<Malformed> ClientHandshake::feed(Bytes& in, Buffer& out) {
  if (state_ == State::s0 && !in.empty()) {
    if (auto bad = take_version(in)) return bad;
    state_ = State::s1;
  }
  if (state_ == State::s1 && collect(in, pending_, handshake_bytes)) {
    out.insert(out.end(), pending_.begin(), pending_.end());
    Buffer{}.swap(pending_);
    state_ = State::s2;
  }
  if (state_ == State::s2) {
    pass(in, s2_left_);
    if (s2_left_ == 0) state_ = State::done;
  }
  return std::nullopt;
}

}  // namespace live::rtmp

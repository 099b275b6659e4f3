// The handshake (RTMP 1.0 §5.2), simple and with digests, in both roles.
//
//   C0 03  C1 time(4) version(4) 1528 bytes      S0 03  S1 ...  S2     C2
//
// With a version that is not 0 and a valid digest (HMAC-SHA256 with the well-known key "Genuine Adobe Flash Player 001",
// at one of two offsets) our S1 and S2 carry digests too, which Flash and some encoders demand; else S2 echoes C1.
// Whatever stands in C2 is accepted.
//
// Digest scheme 0: four bytes at 8 add up to the digest's place behind them, modulo 728; scheme 1: four bytes at 772.
// The digest is over the other 1504 bytes.  S2 ends with HMAC(HMAC(server key, digest of C1), its first 1504 bytes).
#pragma once

#include "common/base/bytes.hpp"
#include "common/base/step.hpp"

#include <array>
#include <cstdint>
#include <optional>

namespace live::rtmp {

constexpr std::size_t handshake_bytes = 1536;  ///< of C1, C2, S1 and S2
using Noise = std::array<std::uint8_t, 1528>;  ///< random bytes, from the caller
/// Nobody relies on its being unpredictable (§5.2.3: "not cryptographically secure").
Noise make_noise(std::uint64_t seed);

class ServerHandshake {
 public:
  explicit ServerHandshake(const Noise& noise) : noise_(noise) {}

  /// Takes from the front of `in` what belongs to the handshake, and appends the answer to `out`.  Malformed: not
  /// RTMP (C0 is not 3; the reason names TLS, HTTP or RTMPE where the first bytes look so).
  std::optional<Malformed> feed(Bytes& in, Buffer& out);
  [[nodiscard]] bool done() const { return state_ == State::done; }
  /// C1 carried a valid digest.
  [[nodiscard]] bool digest() const { return digest_; }

 private:
  enum class State { c0, c1, c2, done };
  void answer(Buffer& out);

  Noise noise_;
  State state_ = State::c0;
  bool digest_ = false;
  Buffer pending_;  ///< of C1
  std::size_t c2_left_ = handshake_bytes;
};

class ClientHandshake {
 public:
  explicit ClientHandshake(const Noise& noise) : noise_(noise) {}
  /// Appends C0 and C1 (simple form, version 0).
  void start(Buffer& out);
  /// As the server's; the answer is C2.
  std::optional<Malformed> feed(Bytes& in, Buffer& out);
  [[nodiscard]] bool done() const { return state_ == State::done; }

 private:
  enum class State { s0, s1, s2, done };
  Noise noise_;
  State state_ = State::s0;
  Buffer pending_;  ///< of S1
  std::size_t s2_left_ = handshake_bytes;
};

}  // namespace live::rtmp

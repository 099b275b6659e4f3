// Asking for a user and a password when a client connects, as Adobe's servers do ("authmod=adobe").  OBS, ffmpeg and
// GStreamer answer it from their settings or from rtmp://NAME:KEY@host/app; each step is a connection of its own.
//
//   connect app                          -> rejected: "... code=403 need auth; authmod=adobe ..."
//   connect app?authmod=adobe&user=NAME  -> rejected: "... ?reason=needauth&user=NAME&salt=...&challenge=...&opaque=..."
//   connect app?authmod=adobe&user=NAME&challenge=...&response=...&opaque=...  -> the answer, for Keys::check()
//
// Adobe has not published it; this is what those three clients do.  Nothing is remembered between the steps: `opaque` is the
// time and a MAC of ours over it and the peer's address, good for a minute.  Its 64 bits can only be guessed by asking us, and
// who did would still need the answer of somebody who knows the key.  Pure but for the random secret.
#pragma once

#include "common/ingest/publisher.hpp"

#include <array>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

namespace live::ingest {

/// What a connect brought; for Claim.
struct Challenged {
  std::string user;
  AdobeAnswer answer;
  std::string query;  ///< of connect, without what belongs to the challenge
};

class Challenges {
 public:
  static constexpr std::chrono::seconds good_for{60};

  Challenges();

  /// Reads the query of a connect of `client` ("203.0.113.9:4711"); `now` counts from any fixed time.  The text, where it is
  /// one, is the description with which the connect must be refused.
  [[nodiscard]] std::variant<Challenged, std::string> read(std::string_view query,
                                                           std::string_view client,
                                                           std::chrono::seconds now) const;

 private:
  [[nodiscard]] std::string opaque(std::string_view client, std::chrono::seconds now) const;
  [[nodiscard]] bool is_ours(std::string_view opaque, std::string_view client,
                             std::chrono::seconds now) const;

  std::string secret_, salt_;
};

}  // namespace live::ingest

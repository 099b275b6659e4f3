// What enhanced audio and video bodies have in common (Enhanced RTMP v2, "ExAudioTagHeader", "ExVideoTagHeader"):
//
//   first byte: packet type in the low four bits
//   while it is ModEx (7):  size - 1 (1; if 255: size - 1 in 2)  data(size)  ModEx type(4 bits) packet type(4)
//   if it is multitrack:    kind(4) packet type(4)
//   one track:              FourCC [track id(1)]  data
//   many tracks, one codec: FourCC, then per track: track id(1) size(3) data
//   many of both:           per track: FourCC  track id(1)  size(3)  data
#pragma once

#include "common/base/bytes.hpp"
#include "common/base/step.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace live::flv {

constexpr std::size_t max_tracks = 256;  ///< of one body: as many as there are ids

/// One track of a body.
struct RawPacket {
  std::uint32_t four_cc = 0;
  std::uint8_t track = 0;
  Bytes data;  ///< with the composition time, where there is one
};

/// Reads head(), then tracks(), then next() until it gives nothing.  Once something is wrong they give false or
/// nothing, and failure() says what.
class EnhancedReader {
 public:
  /// `body`: with its first byte.  `multitrack`: the packet type that has this meaning.
  EnhancedReader(Bytes body, std::uint8_t multitrack);

  /// ModEx.
  bool head();
  /// The multitrack head and the common FourCC.
  bool tracks();
  std::optional<RawPacket> next();

  /// Of every track; after head() that of the message, after tracks() that behind a multitrack head.
  [[nodiscard]] std::uint8_t packet_type() const { return type_; }
  [[nodiscard]] bool is_multitrack() const { return type_ == multitrack_; }
  /// False for a multitrack kind that is reserved: nothing behind it can be read.
  [[nodiscard]] bool known_kind() const { return kind_ <= Kind::many_codecs; }
  [[nodiscard]] std::uint32_t nanoseconds() const { return nanoseconds_; }
  [[nodiscard]] Bytes rest() { return in_.rest(); }
  [[nodiscard]] const std::optional<Malformed>& failure() const { return failure_; }

 private:
  enum class Kind : std::uint8_t { one_track = 0, many_tracks = 1, many_codecs = 2 };
  bool mod_ex();
  bool fail(std::string why);

  Reader in_;
  std::uint8_t multitrack_, type_;
  Kind kind_ = Kind::one_track;
  bool in_multitrack_ = false;
  std::uint32_t four_cc_ = 0, nanoseconds_ = 0;
  std::size_t given_ = 0;
  std::optional<Malformed> failure_;
};

}  // namespace live::flv

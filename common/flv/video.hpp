// The body of a video tag, which is also that of an RTMP video message: legacy (FLV 10.1 §E.4.3.1) and enhanced
// (Enhanced RTMP v1 and v2, "ExVideoTagHeader").
//
//   legacy    frame type(4 bits) codec(4)  [AVC: packet type(1) composition time(3)]  data
//   enhanced  1 frame type(3) packet type(4)  [ModEx...]  [multitrack: kind(4) packet type(4)]
//             FourCC  [track id(1) [size(3)]]  [composition time(3)]  data
#pragma once

#include "common/base/bytes.hpp"
#include "common/base/step.hpp"
#include "common/codec/parameters.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace live::flv {

/// Four characters as a big-endian number: four_cc("hvc1").
constexpr std::uint32_t four_cc(const char (&text)[5]) {
  std::uint32_t value = 0;
  for (int i = 0; i < 4; ++i)
    value = value << 8U | static_cast<std::uint8_t>(text[i]);
  return value;
}

struct VideoPacket {
  enum class Kind {
    sequence_start,  ///< data: the decoder configuration record
    frame,           ///< data: an access unit
    sequence_end,
    metadata,  ///< data: AMF0 values, e.g. "colorInfo" and an object
    ignored,   ///< a packet type or multitrack kind that is reserved, MPEG-2 TS signalling, a seek
               ///< command, a frame without data
  };
  Kind kind = Kind::ignored;
  std::uint8_t track = 0;
  /// FourCC; a legacy codec by its number (7 is told as "avc1", 12 as "hvc1"); 0 where none is told.
  std::uint32_t codec_id = 0;
  bool key = false;                 ///< frame type 1; a generated key frame (4) is none
  std::int32_t composition_ms = 0;  ///< pts - dts
  Bytes data;                       ///< into the body
};
struct VideoBody {
  bool enhanced = false;
  /// To be added to the message's time, 0 to 999999 (ModEx TimestampOffsetNano; one out of range counts as 0).
  std::uint32_t nanoseconds = 0;
  std::vector<VideoPacket> packets;  ///< one per track, at most 256
};

/// An empty body is legal: no packets.  Malformed names the field.  Unknown ModEx are skipped.
Parsed<VideoBody> parse_video(Bytes body);

/// What MP4 and our decoders call it; nothing for VP8, VVC, H.263, Screen Video and what nobody knows.
std::optional<codec::Codec> video_codec(std::uint32_t codec_id);
/// "H.264", "vvc1", "Sorenson H.263 (2)": for people, printable whatever was sent.
std::string codec_name(std::uint32_t codec_id);
/// The four characters, printable.
std::string four_cc_text(std::uint32_t four_cc);

/// Parameters from a sequence_start packet: avcC, hvcC, av1C, vpcC (with its version and flags or without).  Nothing
/// when they are of no use.  avcC and hvcC are written anew, with 4-byte lengths.
std::optional<codec::Parameters> video_parameters(const VideoPacket& sequence_start);
/// Fills in the size that only a key frame tells: VP9's, and AV1's whose record has no sequence header.  False while it
/// is not known.
bool complete_video(codec::Parameters& parameters, Bytes key_frame);

/// How a body is written.  Legacy can carry H.264 only.
enum class Form { legacy, enhanced };
/// Appends all of a body but `data` (which follows as it stands): track 0, no ModEx.
/// REQUIRES: kind is not ignored; legacy: codec_id is "avc1", kind not metadata.
void write_video_head(Buffer& out, const VideoPacket& packet, Form form);
/// The sequence_start body of `parameters`.
Buffer write_sequence_start(const codec::Parameters& parameters, Form form);

}  // namespace live::flv

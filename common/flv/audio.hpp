// The body of an audio tag, which is also that of an RTMP audio message: legacy (FLV 10.1 §E.4.2.1) and enhanced
// (Enhanced RTMP v2, "ExAudioTagHeader", sound format 9).
#pragma once

#include "common/base/bytes.hpp"
#include "common/base/step.hpp"
#include "common/codec/parameters.hpp"
#include "common/flv/video.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace live::flv {

struct AudioPacket {
  enum class Kind {
    sequence_start,  ///< data: AudioSpecificConfig, OpusHead, fLaC + STREAMINFO
    frame,
    sequence_end,
    channels,  ///< multichannel configuration; data as sent
    ignored,   ///< a packet type or multitrack kind that is reserved, a frame without data
  };
  Kind kind = Kind::ignored;
  std::uint8_t track = 0;
  /// FourCC; legacy AAC as "mp4a", MP3 (2 and 14) as ".mp3"; other legacy formats by number.
  std::uint32_t codec_id = 0;
  Bytes data;  ///< into the body
};
struct AudioBody {
  bool enhanced = false;
  std::uint32_t nanoseconds = 0;     ///< as VideoBody's
  std::vector<AudioPacket> packets;  ///< one per track, at most 256
};

/// An empty body is legal and means silence: no packets.  Malformed names the field.
Parsed<AudioBody> parse_audio(Bytes body);

/// Nothing for Speex, Nellymoser, G.711, ADPCM and what nobody knows.
std::optional<codec::Codec> audio_codec(std::uint32_t codec_id);
std::string audio_name(std::uint32_t codec_id);

/// Parameters from a sequence_start packet; of MP3, AC-3 and E-AC-3, which have none, from any frame.  Nothing when it
/// is of no use.  An Opus start without a header is stereo, as the specification wants it.  Take E-AC-3's once: the data
/// rate in its record may differ from frame to frame.  FLAC's says nothing of frame sizes, length and MD5 sum.
std::optional<codec::Parameters> audio_parameters(const AudioPacket& packet);
/// True for MP3, AC-3 and E-AC-3.
bool parameters_in_frames(codec::Codec codec);
/// Samples of one frame at the rate of `parameters`: 1024 AAC, 1152 or 576 MP3, by the packet for Opus, 1536 AC-3 ...;
/// nothing when it cannot be told (FLAC: from the frame header's block size).
std::optional<std::uint32_t> frame_samples(const codec::Parameters& parameters, Bytes frame);

/// Appends all of a body but `data`: track 0.  Legacy can carry AAC and MP3 only.
/// REQUIRES: kind is not ignored; legacy: sequence_start (AAC) or frame.
void write_audio_head(Buffer& out, const AudioPacket& packet, Form form);
/// Empty when the codec has none: MP3, AC-3, E-AC-3.
Buffer write_audio_sequence_start(const codec::Parameters& parameters, Form form);

}  // namespace live::flv

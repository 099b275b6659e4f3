// What a decoder must know before the first frame, whatever the container.
#pragma once

#include "common/base/bytes.hpp"

#include <cstdint>
#include <string>

namespace live::codec {

enum class Codec { avc, hevc, av1, vp9, aac, opus, flac, mp3, ac3, eac3 };  ///< what MP4 carries

constexpr bool is_video(Codec c) {
  return c == Codec::avc || c == Codec::hevc || c == Codec::av1 || c == Codec::vp9;
}
/// False for AC-3 and E-AC-3, which few browsers play.
constexpr bool plays_in_browsers(Codec c) { return c != Codec::ac3 && c != Codec::eac3; }
/// "H.264", "H.265", "AV1", "VP9", "AAC", "Opus", "FLAC", "MP3", "AC-3", "E-AC-3": for people.
std::string to_text(Codec codec);

/// The parameters of one track.  Two equal values need no new init segment.
struct Parameters {
  Codec codec{};
  /// Codec configuration as MP4 stores it, without the box header:
  ///   avc  AVCDecoderConfigurationRecord (ISO/IEC 14496-15 §5.3.3.1), 4-byte lengths
  ///   hevc HEVCDecoderConfigurationRecord (14496-15 §8.3.3.1), 4-byte lengths
  ///   av1  AV1CodecConfigurationRecord (AV1 in ISOBMFF §2.3)
  ///   vp9  VPCodecConfigurationRecord (VP9 in ISOBMFF), version and flags not included
  ///   aac  AudioSpecificConfig (14496-3 §1.6.2.1)
  ///   opus OpusSpecificBox body (Opus in ISOBMFF §4.3.2), version 0
  ///   flac the 34 bytes of STREAMINFO (FLAC in ISOBMFF §3.3.2)
  ///   mp3  empty
  ///   ac3  AC3SpecificBox body (ETSI TS 102 366 annex F.4)
  ///   eac3 EC3SpecificBox body (annex F.6)
  Buffer config;
  std::uint32_t width = 0, height = 0;          ///< video: displayed samples, after cropping
  std::uint32_t sar_num = 1, sar_den = 1;       ///< video: sample aspect ratio
  std::uint32_t sample_rate = 0, channels = 0;  ///< audio

  bool operator==(const Parameters&) const = default;
};

/// The codecs parameter's value (RFC 6381, ISO/IEC 14496-15 annex E): "avc1.64001f",
/// "hvc1.1.6.L93.B0", "av01.0.04M.08", "vp09.00.10.08", "mp4a.40.2", "mp4a.6B", "opus", "flac",
/// "ac-3", "ec-3".
/// `flac` is spelled as MSE wants it; HLS wants "fLaC".
std::string rfc6381(const Parameters& parameters);

}  // namespace live::codec

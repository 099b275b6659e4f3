// One elementary stream of an input, as plain values.
#pragma once

#include "common/av/handles.hpp"
#include "common/base/bytes.hpp"
#include "common/codec/parameters.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace live::av {

struct Stream {
  enum class Kind { video, audio, other };

  unsigned index = 0;  ///< Packet::stream() of its packets
  Kind kind = Kind::other;
  std::string name;                     ///< libavcodec's: "h264", "pcm_alaw"
  std::optional<codec::Codec> carried;  ///< set when MP4 carries it
  bool pcm = false;                     ///< PCM, G.711 or G.726: FLAC keeps it without loss
  Buffer extradata;
  std::uint32_t time_base_num = 1, time_base_den = 1000;  ///< of packet stamps, seconds per tick
  unsigned wrap_bits = 0;                                 ///< stamps wrap there; 0 = never
  std::uint32_t rate_num = 0, rate_den = 1;               ///< video: frames per second; 0 = unknown
  std::uint32_t width = 0, height = 0;
  std::uint32_t sar_num = 1, sar_den = 1;
  int rotation = 0;  ///< video: clockwise turn that shows it upright: 0, 90, 180 or 270
  std::uint32_t sample_rate = 0, channels = 0;
  std::uint32_t frame_samples = 0;  ///< audio: samples per packet; 0 = varies or unknown
  bool reordered = false;           ///< video: the demuxer found frames out of display order
  bool stamped = true;              ///< false: packets carry no stamps (raw Annex B)

  /// For a decoder of this stream; shared with the demuxer's copy of nothing.
  std::shared_ptr<AVCodecParameters> parameters;
};

/// The values of `parameters`, which are copied.
Stream describe(const AVCodecParameters& parameters);

/// A track of MP4: 1/90000 s for video, 1/sample_rate for audio.
Stream describe(const codec::Parameters& parameters);

}  // namespace live::av

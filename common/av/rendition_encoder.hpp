// Pictures to one rendition of a ladder: a capped rate, key frames where they are asked for and nowhere else.
#pragma once

#include "common/av/colour.hpp"
#include "common/av/frame.hpp"
#include "common/av/packet.hpp"
#include "common/codec/parameter_sets.hpp"
#include "common/codec/parameters.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace live::av {

struct RenditionEncoding {
  std::string encoder = "libx264";  ///< libavcodec's name; any that takes frames in system memory
  std::uint32_t width = 0, height = 0;
  std::uint32_t sar_num = 1, sar_den = 1;
  std::uint32_t rate_num = 30,
                rate_den = 1;  ///< for rate control and levels; stamps are free (variable rate)
  std::uint64_t bit_rate = 0;  ///< bits per second
  std::uint64_t max_rate = 0, buffer_bits = 0;  ///< VBV; 0 = 1.07 and 1.5 times bit_rate
  std::string preset;                           ///< empty: a right one for the encoder
  std::string profile;                          ///< likewise
  unsigned threads = 1;
  Colour colour;  ///< of the pictures: format_of(frame).colour
  std::chrono::milliseconds longest_gop{
      10'000};  ///< when no key frame is asked for; the encoder's own limit
};

/// One codec in one thread.  Stamps are 1/90000 s.
class RenditionEncoder {
 public:
  /// Throws Failure(usage) when there is no such encoder, when it wants frames in hardware memory, makes something that HLS
  /// does not carry, or refuses the settings.
  explicit RenditionEncoder(const RenditionEncoding& encoding);
  ~RenditionEncoder();
  RenditionEncoder(const RenditionEncoder&) = delete;
  RenditionEncoder& operator=(const RenditionEncoder&) = delete;

  /// `key`: this picture becomes an IDR.  Packets come in order of decoding; the samples of one are as MP4 carries them:
  /// length-prefixed, no parameter sets.  REQUIRES: stamps grow.
  void push(const Frame& frame, bool key, const std::function<void(Packet)>& sink);
  /// No more pictures: gives one of the packets that are left, false when none is; then only destruction, which is possible at
  /// any time.
  bool flush(const std::function<void(Packet)>& sink);

  /// As MP4 carries it.  Those that only put it into the stream (libaom-av1, h264_v4l2m2m) have encoded a picture for it, which
  /// nobody sees.
  [[nodiscard]] const codec::Parameters& parameters() const { return parameters_; }

 private:
  void open();
  void learn_parameters();
  bool receive(const std::function<void(Packet)>& sink);
  void drain(const std::function<void(Packet)>& sink);
  Packet carried(Packet packet);
  void take_header(Bytes header);

  RenditionEncoding encoding_;
  Owned<AVCodecContext> context_;
  bool begun_ = false,
       flushing_ = false;  ///< the context has got a picture, and that there are no more
  codec::Parameters parameters_;
  std::optional<codec::ParameterSets> sets_;  ///< H.264 and H.265
  Buffer scratch_;
};

}  // namespace live::av

// Pictures to one rendition of a ladder: a capped rate, key frames where they are asked for and nowhere else.
#pragma once

#include "common/av/frame.hpp"
#include "common/av/packet.hpp"
#include "common/av/stream.hpp"
#include "common/codec/parameters.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
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
  std::chrono::milliseconds longest_gop{
      10'000};  ///< when no key frame is asked for; the encoder's own limit
};

/// One codec in one thread.  Stamps are 1/90000 s.
class RenditionEncoder {
 public:
  /// Throws Failure(usage) when there is no such encoder, when it wants frames in hardware memory, or refuses the settings.
  explicit RenditionEncoder(const RenditionEncoding& encoding);

  /// `key`: this picture becomes an IDR.
  void push(const Frame& frame, bool key, const std::function<void(Packet)>& sink);
  void finish(const std::function<void(Packet)>& sink);

  /// Length-prefixed, as MP4 carries it.
  [[nodiscard]] const codec::Parameters& parameters() const { return parameters_; }

 private:
  Owned<AVCodecContext> context_;
  codec::Parameters parameters_;
};

}  // namespace live::av

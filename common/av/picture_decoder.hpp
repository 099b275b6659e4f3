// Compressed packets to pictures as they are to be shown, whatever the source is: progressive, upright, in standard range.
#pragma once

#include "common/av/decoder.hpp"
#include "common/av/filter.hpp"
#include "common/av/frame.hpp"
#include "common/av/packet.hpp"
#include "common/av/stream.hpp"

#include <functional>
#include <optional>

namespace live::av {

class PictureDecoder {
 public:
  using Sink = std::function<void(Frame)>;

  /// `rate`: pictures a second, 0 = not known.  Throws Failure(bad_data) when libavcodec has no decoder for the stream.
  PictureDecoder(const Stream& stream, double rate);

  /// False when the packet was damaged and gave nothing.  Stamps of pictures are the packets'.
  bool push(const Packet& packet, const Sink& sink);
  /// No more packets: gives what is left; then only destruction.
  void finish(const Sink& sink);

 private:
  void receive(const Sink& sink);
  void filter(Frame frame, const Sink& sink);
  void open_filter(const PictureFormat& format);
  void drain_filter(const Sink& sink);

  int rotation_;
  Decoder decoder_;
  std::optional<Filter> filter_;
  std::optional<PictureFormat> filtered_;
  bool interlaced_ = false, tone_map_ = true;
};

}  // namespace live::av

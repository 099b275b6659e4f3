// A chain of libavfilter over pictures: what must happen to a source before it is scaled.
#pragma once

#include "common/av/colour.hpp"
#include "common/av/frame.hpp"

#include <cstdint>
#include <memory>
#include <string>

namespace live::av {

/// What a decoded picture is, as far as a filter or a scaler must know.
struct PictureFormat {
  std::uint32_t width = 0, height = 0;
  std::uint32_t sar_num = 1, sar_den = 1;
  int pixel_format = -1;  ///< AVPixelFormat
  bool interlaced = false, top_field_first = true;
  bool hdr = false;  ///< PQ or HLG
  Colour colour;
  bool operator==(const PictureFormat&) const = default;
};
PictureFormat format_of(const Frame& frame);

/// libavfilter's syntax ("bwdif=mode=send_frame,transpose=clock"), one picture input, one output, 1/90000 s.
class Filter {
 public:
  /// Throws Failure(bad_data) when libavfilter does not have it or refuses it.
  Filter(const std::string& chain, const PictureFormat& input);
  ~Filter();
  Filter(Filter&&) noexcept;
  Filter& operator=(Filter&&) noexcept;

  /// REQUIRES: format_of(frame) is the input's but for `interlaced`, `top_field_first` and `colour`.
  void push(const Frame& frame);
  /// No more pictures: receive() gives what is left.
  void finish();
  /// False when it wants more.
  bool receive(Frame& frame);

 private:
  struct Graph;
  std::unique_ptr<Graph> graph_;
};

}  // namespace live::av

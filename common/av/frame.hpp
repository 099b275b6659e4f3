// One decoded picture or block of samples.
#pragma once

#include "common/av/handles.hpp"

#include <cstdint>
#include <span>

namespace live::av {

class Frame {
 public:
  Frame();
  /// A YUV 4:2:0 picture of 8 bits, limited range, to draw into.
  static Frame picture(std::uint32_t width, std::uint32_t height);
  /// Interleaved 16-bit samples, all zero.
  static Frame sound(std::uint32_t rate, std::uint32_t channels, std::uint32_t samples);

  /// The bytes of row `y` of plane 0 (Y), 1 (U) or 2 (V) of a picture().
  std::span<std::uint8_t> row(unsigned plane, std::uint32_t y);
  /// The samples of sound().
  std::span<std::int16_t> samples();
  /// The first channel of planar float sound, as the AAC decoder gives it.
  [[nodiscard]] std::span<const float> floats() const;
  /// Call before drawing: copies when an encoder still holds the bytes.
  void make_writable();

  void set_pts(std::int64_t pts);
  [[nodiscard]] std::int64_t pts() const;  ///< as set, or of the packet that held it
  void ask_for_key_frame(bool wanted);
  /// The same bytes, with stamps of its own.
  [[nodiscard]] Frame share() const;
  /// Of sound, per channel.
  [[nodiscard]] std::uint32_t sample_count() const;
  [[nodiscard]] std::uint32_t sample_rate() const;

  AVFrame* raw() { return frame_.get(); }
  [[nodiscard]] const AVFrame* raw() const { return frame_.get(); }

 private:
  Owned<AVFrame> frame_;
};

}  // namespace live::av

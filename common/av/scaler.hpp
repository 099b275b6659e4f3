// Pictures of any format and size to the YUV 4:2:0 of even size that video encoders take.
#pragma once

#include "common/av/frame.hpp"

namespace live::av {

class Scaler {
 public:
  /// `from` in 8-bit 4:2:0 of limited range; width and height rounded down to even numbers, stamps
  /// kept. The result is valid until the next call.  Gives `from` itself back when there is nothing
  /// to do.
  const Frame& scale(const Frame& from);

 private:
  Owned<SwsContext> context_;
  Frame out_;
  int width_ = 0, height_ = 0, format_ = -1;
};

}  // namespace live::av

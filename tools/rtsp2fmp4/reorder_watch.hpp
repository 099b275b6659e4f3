// Are frames reordered?  Seen from presentation stamps in decode order.
#pragma once

#include <cstdint>
#include <optional>

namespace rtsp2fmp4 {

/// Tells B-frames from clocks that are set back: a stamp steps back, and within three frames one goes beyond
/// what was reached before.
class ReorderWatch {
 public:
  /// True when `pts` proves that frames are reordered.
  bool sees(std::int64_t pts);

 private:
  static constexpr int patience = 3;
  std::optional<std::int64_t> highest_;
  int since_dip_ = 0;  ///< frames since a step back; 0 = none
};

}  // namespace rtsp2fmp4

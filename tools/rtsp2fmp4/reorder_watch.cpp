#include "tools/rtsp2fmp4/reorder_watch.hpp"

namespace rtsp2fmp4 {

bool ReorderWatch::sees(std::int64_t pts) {
  if (!highest_ || pts > *highest_) {
    const bool proven = since_dip_ > 0;
    highest_ = pts;
    since_dip_ = 0;
    return proven;
  }
  if (pts < *highest_ || since_dip_ > 0) {
    if (++since_dip_ > patience) {  // a clock that was set back
      since_dip_ = 0;
      highest_ = pts;
    }
  }
  return false;
}

}  // namespace rtsp2fmp4

// One fragment of a live stream as it is shared: its bytes are stored once for all viewers.
#pragma once

#include "common/base/units.hpp"
#include "common/live/epoch.hpp"

#include <memory>

namespace live {

struct Fragment {
  Buffer bytes;
  mp4::Fragment parsed;
  std::shared_ptr<const Epoch> epoch;
  Monotonic arrived;
  bool start = false;  ///< a decoder can begin here

  /// The sizes that a viewer's own copy needs: [prft] moof and the mdat's header begin at
  /// `head_at`; the payload, which is shared, begins at `payload_at`.
  std::size_t head_at = 0, payload_at = 0;

  [[nodiscard]] std::size_t size() const { return bytes.size(); }
};
using FragmentPtr = std::shared_ptr<const Fragment>;

/// REQUIRES: `item` comes from the StreamReader that read the init of `epoch`.
FragmentPtr make_fragment(mp4::FragmentItem item, std::shared_ptr<const Epoch> epoch,
                          Monotonic arrived);

/// The earliest tfdt of a fragment, and the latest end of a track in it.
MediaTime begin_of(const mp4::Fragment& parsed, const mp4::Init& init);
MediaTime end_of(const mp4::Fragment& parsed, const mp4::Init& init);

}  // namespace live

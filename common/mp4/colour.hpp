// Colours that are told beside the bitstream, in an init segment: the boxes colr ("nclx"), mdcv and clli of a visual sample
// entry (ISO/IEC 14496-12 §12.1.5 and §12.1.7).
#pragma once

#include "common/base/bytes.hpp"
#include "common/codec/colour.hpp"

#include <cstdint>

namespace live::mp4 {

/// An init segment of write_init() with the colours of the video track `track_id`, at the end of its sample entry; as it was
/// where there is no such track.
Buffer with_colour(Bytes init_segment, std::uint32_t track_id, const codec::Colour& colour);

}  // namespace live::mp4

// Sample entries (ISO/IEC 14496-12 §8.5.2): the one place that knows how each codec's configuration
// is wrapped in stsd.
//
//   codec  entry  read also  configuration box
//   avc    avc1   avc3       avcC   the record
//   hevc   hvc1   hev1       hvcC   the record
//   av1    av01              av1C   the record
//   vp9    vp09              vpcC   version 1, flags, the record
//   aac    mp4a              esds   descriptors (ISO/IEC 14496-1 §7.2.6), object type 0x40
//   mp3    mp4a   .mp3       esds   object type 0x6B, no DecoderSpecificInfo
//   opus   Opus              dOps   the record
//   flac   fLaC              dfLa   version, flags, one metadata block: STREAMINFO, flagged last
//   ac3    ac-3              dac3   the record
//   eac3   ec-3              dec3   the record
#pragma once

#include "common/base/bytes.hpp"
#include "common/codec/parameters.hpp"
#include "common/mp4/box.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace live::mp4 {

/// Appends the sample entry of `parameters`.
void write_sample_entry(Writer& out, const codec::Parameters& parameters);

/// A sample entry as read.
struct ReadEntry {
  codec::Parameters parameters;
  bool known = false;  ///< false: a codec that we do not know, or its configuration is of no use
};
/// `stsd_version` tells ISO's sound entries (§12.2.3) from QuickTime's.  Malformed-ness is local:
/// an entry that cannot be read is not known.
ReadEntry read_sample_entry(const Box& box, std::uint8_t stsd_version);

}  // namespace live::mp4

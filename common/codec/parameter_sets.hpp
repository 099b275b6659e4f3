// The parameter sets of an H.264 or H.265 stream, collected from wherever they come: SDP, a container's
// header, or in band before every key frame.  Turns access units into MP4 samples on the way.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <vector>

#include "common/base/bytes.hpp"
#include "common/codec/parameters.hpp"

namespace live::codec {

/// One access unit (or one packet of it) on its way into MP4.
struct Sample {
  /// Length-prefixed NAL units without parameter sets, access unit delimiters and filler; spans into the
  /// packet that was given, or into the scratch buffer.  Empty when the packet held nothing but those.
  std::vector<Bytes> pieces;
  std::size_t size = 0;      ///< of all pieces
  bool key = false;          ///< holds an IDR or IRAP slice
  bool first_slice = false;  ///< holds the first slice of a picture
  bool new_sets = false;     ///< brought sets that differ from those known: parameters() has changed
};

class ParameterSets {
 public:
  /// `claim_no_reorder`: parameters() hands out sets rewritten as avc.hpp and hevc.hpp say, unless the
  /// profile or POC type makes it needless.  REQUIRES: codec is avc or hevc.
  ParameterSets(Codec codec, bool claim_no_reorder);

  /// Takes sets from a container's header: avcC/hvcC, or Annex B.  What cannot be parsed is ignored.
  void seed(Bytes extradata);

  /// Takes in the sets of `packet` and gives what goes into the sample.  The packet is Annex B or, when it
  /// does not begin with a start code, length-prefixed with the seeded avcC's length size.  4-byte start
  /// codes are overwritten in place by lengths (hence the mutable span), 3-byte ones cost a copy into
  /// `scratch`, which must live as long as the sample and is cleared first.
  Sample take(std::span<std::uint8_t> packet, Buffer& scratch);

  /// What the init segment needs; nothing while an SPS or PPS (H.265: or VPS) is missing.
  [[nodiscard]] std::optional<Parameters> parameters() const;

  /// Reordered frames were seen: from now on parameters() makes no claim.
  void drop_claim() { claim_ = false; }
  [[nodiscard]] bool claims() const { return claim_; }
  /// True when profile or POC type exclude reordering, so that a claim would be certain.
  [[nodiscard]] bool cannot_reorder() const;

 private:
  bool absorb(Bytes nal);  ///< true when the set is new or differs

  Codec codec_;
  bool claim_;
  std::size_t length_size_ = 4;
  std::map<std::uint32_t, Buffer> vps_, sps_, pps_;  ///< by id, as sent
};

}  // namespace live::codec

// The parameter sets of an H.264 or H.265 stream, collected from wherever they come: SDP, a
// container's header, or in band before every key frame.  Turns access units into MP4 samples on
// the way.
#pragma once

#include "common/base/bytes.hpp"
#include "common/codec/parameters.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <vector>

namespace live::codec {

/// One access unit (or one packet of it) on its way into MP4.
struct Sample {
  /// NAL units with 4-byte lengths, without parameter sets, access unit delimiters and filler;
  /// spans into the packet that was given, or into the scratch buffer.  Empty when the packet held
  /// nothing else.
  std::vector<Bytes> pieces;
  std::size_t size = 0;      ///< of all pieces
  bool key = false;          ///< holds an IDR or IRAP slice
  bool slice = false;        ///< holds a slice at all
  bool first_slice = false;  ///< holds the first slice of a picture
  bool new_sets = false;  ///< brought sets that differ from those known: parameters() has changed
};

class ParameterSets {
 public:
  static constexpr std::size_t max_set_bytes = 4096;  ///< a larger set is ignored
  static constexpr std::size_t max_pieces =
      32;  ///< more are gathered into one in the scratch buffer

  /// `claim_no_reorder`: parameters() hands out sets rewritten as avc.hpp and hevc.hpp say, also
  /// where profile or POC type make it certain: Chrome's hardware decoders go by the VUI alone.
  /// REQUIRES: codec is avc or hevc.
  ParameterSets(Codec codec, bool claim_no_reorder);

  /// Takes sets from a container's header: avcC/hvcC, or Annex B.  What cannot be parsed is
  /// ignored.
  void seed(Bytes extradata);

  /// Takes in the sets of `packet` and gives what goes into the sample.  After an avcC/hvcC the
  /// packet is length-prefixed if it divides up so, else it is Annex B or, when it does not begin
  /// with a start code, length-prefixed with 4 bytes.  Start codes are overwritten in place by
  /// lengths (hence the mutable span); where 3 bytes leave no room for that, the length comes from
  /// `scratch`, which must live as long as the sample and is cleared first.  Layers above the base
  /// (H.265) are left out.
  Sample take(std::span<std::uint8_t> packet, Buffer& scratch);
  /// The same for bytes that others read, too: every length that is not there as it must be comes from `scratch`, which
  /// is left empty where the packet needs none.
  Sample take_shared(Bytes packet, Buffer& scratch);

  /// What the init segment needs, the set in use first; nothing while an SPS or PPS (H.265: or VPS)
  /// is missing.
  [[nodiscard]] std::optional<Parameters> parameters() const;

  /// Reordered frames were seen: from now on parameters() makes no claim.
  void drop_claim() { claim_ = false; }
  [[nodiscard]] bool claims() const { return claim_; }
  /// True when profile or POC type (H.265: the SPS) exclude reordering, so that a claim is certain.
  [[nodiscard]] bool cannot_reorder() const;

 private:
  using Sets = std::map<std::uint32_t, Buffer>;  ///< by id, as sent; the id bounds their number

  Sample cut(Bytes packet, std::span<std::uint8_t> writable, Buffer& scratch);
  [[nodiscard]] std::vector<Bytes> split(Bytes packet) const;
  bool absorb(Bytes nal);            ///< true when the set is new or differs
  bool activate(Bytes first_slice);  ///< true when another SPS is in use from here on
  [[nodiscard]] const Buffer* active_sps() const;
  [[nodiscard]] std::vector<Buffer> sps_list() const;

  Codec codec_;
  bool claim_;
  std::optional<std::size_t> length_size_;  ///< of the seeded avcC/hvcC
  std::optional<std::uint32_t> active_;     ///< id of the SPS in use
  Sets vps_, sps_, pps_;
};

}  // namespace live::codec

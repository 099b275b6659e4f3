// One fragment, [styp|prft|emsg...] moof mdat, as it stands in memory: what is in it, where it can
// be patched for one viewer, and its samples.  ISO/IEC 14496-12 §8.8.
#pragma once

#include "common/base/bytes.hpp"
#include "common/base/step.hpp"
#include "common/mp4/init.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace live::mp4 {

struct TrackFragment {
  std::uint32_t track = 0;
  std::uint64_t decode_time = 0;   ///< tfdt, ticks of the track
  std::size_t decode_time_at = 0;  ///< offset in the fragment of the 8 (version 1) or 4 bytes
  std::uint8_t decode_time_bytes = 8;
  std::uint64_t duration = 0;  ///< sum of the samples'
  std::uint32_t samples = 0;
  bool starts_with_sync = false;
};

struct Fragment {
  std::size_t moof_at = 0, mdat_at = 0;  ///< offsets in the fragment's bytes, of the box headers
  std::size_t sequence_at = 0;           ///< of mfhd's 4 bytes
  std::vector<TrackFragment> tracks;     ///< trafs in order
  /// Of the prft before the moof.
  struct Producer {
    std::uint32_t track = 0;
    std::uint64_t ntp = 0, media_time = 0;
    std::size_t media_time_at = 0;
    std::uint8_t media_time_bytes = 8;
  };
  std::optional<Producer> producer;

  [[nodiscard]] const TrackFragment* of(std::uint32_t track) const;
  /// A decoder can start here: the main video's first sample is a sync sample; without a video
  /// track in the init, always.
  [[nodiscard]] bool is_start(const Init& init) const;
};

/// Reads the boxes of one fragment that is there whole, as StreamReader cuts it.  Malformed names
/// the rule: no tfdt, no default-base-is-moof, data outside the mdat, a track that the init does
/// not have.
Parsed<Fragment> read_fragment(Bytes fragment, const Init& init);

/// One sample of a fragment.
struct FragmentSample {
  std::uint32_t track = 0;
  std::uint64_t decode_time = 0;
  std::uint32_t duration = 0;
  std::int32_t composition = 0;
  bool sync = false;
  Bytes data;  ///< into the fragment's bytes
};
/// All samples, track by track in order.  REQUIRES: read_fragment accepted it.
std::vector<FragmentSample> samples(Bytes fragment, const Fragment& parsed, const Init& init);

}  // namespace live::mp4

// The pieces of one rendition as bytes: fragments of fMP4, or MPEG-TS.
#pragma once

#include "common/av/ts_writer.hpp"
#include "common/base/gather.hpp"
#include "common/mp4/fragment_writer.hpp"
#include "common/tree/names.hpp"
#include "tools/abr-hls/segmenter.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace abr_hls {

/// Of one epoch: its tracks do not change.
class MediaWriter {
 public:
  /// Throws Failure(usage) when the container does not carry a codec.
  MediaWriter(live::tree::Container container, const RenditionInfo& rendition);

  /// The init segment; empty for MPEG-TS.
  [[nodiscard]] const live::Buffer& init() const { return init_; }

  /// One moof and its mdat; or transport packets, PAT and PMT first.  The bytes of samples stay where
  /// they are.  REQUIRES: a piece that is not empty.
  live::Gather write(Piece piece);

 private:
  live::Gather write_fragment(Piece& piece);
  live::Gather write_packets(const Piece& piece);

  live::tree::Container container_;
  std::uint32_t video_track_ = 0, audio_track_ = 0, audio_rate_ = 0;
  live::Buffer init_;
  std::uint32_t sequence_ = 0;
  std::optional<live::av::TsWriter> ts_;
};

}  // namespace abr_hls

// One audio track of RTMP or FLV: what its frames need in MP4, and how long they are.
#pragma once

#include "common/base/bytes.hpp"
#include "common/codec/parameters.hpp"
#include "common/flv/audio.hpp"

#include <cstdint>
#include <optional>
#include <utility>

namespace live::flv {

class AudioTrack {
 public:
  /// A sequence_start packet.  One that is of no use is ignored.
  void header(const AudioPacket& packet);
  /// A frame packet of a codec that tells its parameters in each frame; others change nothing.
  void look_at(const AudioPacket& packet);

  [[nodiscard]] const std::optional<codec::Parameters>& parameters() const { return parameters_; }
  /// True once after they changed.
  bool take_changed() { return std::exchange(changed_, false); }
  /// Can a frame of this codec be decoded with the parameters that are known?
  [[nodiscard]] bool knows(std::uint32_t codec_id) const {
    return parameters_ && codec_id == codec_id_;
  }
  /// Samples of a frame; 0 where it cannot be told.
  [[nodiscard]] std::uint32_t samples(Bytes frame) const;

 private:
  /// A frame that is damaged begins no new epoch.
  static constexpr unsigned frames_to_believe = 3;

  void adopt(std::uint32_t codec_id, codec::Parameters parameters);

  std::uint32_t codec_id_ = 0;
  std::optional<codec::Parameters> parameters_;
  std::optional<codec::Parameters> rumour_;  ///< what the last frames said instead
  unsigned heard_ = 0;                       ///< in so many of them
  std::uint32_t aac_samples_ = 0;
  bool changed_ = false;
};

}  // namespace live::flv

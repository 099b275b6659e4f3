// One video track of RTMP or FLV: its packets to samples of MP4, and the parameters that go with them.
#pragma once

#include "common/base/bytes.hpp"
#include "common/codec/colour.hpp"
#include "common/codec/parameter_sets.hpp"
#include "common/codec/parameters.hpp"
#include "common/flv/video.hpp"

#include <cstdint>
#include <optional>
#include <utility>

namespace live::flv {

/// H.264 and H.265 go through codec::ParameterSets, so that lengths of any size, start codes, and sets within the frames
/// come out as MP4 wants them; that nothing is reordered is claimed only where profile or order count make it certain.
/// AV1 and VP9 go through as they are.
class VideoTrack {
 public:
  /// A sequence_start packet.  What it changes takes effect with the next key frame.
  void header(const VideoPacket& packet);
  /// A metadata packet, which may tell colours.  One of another codec than the track's is ignored.
  void metadata(const VideoPacket& packet);

  /// Would header() change anything?
  [[nodiscard]] bool is_news(const VideoPacket& header) const;
  /// Its key frames have been there.
  [[nodiscard]] bool knows(std::uint32_t codec_id) const {
    return !needs_key_ && codec_id == codec_id_;
  }

  /// The sample of a frame packet, whose pieces lie in the packet's bytes and in `scratch` (lengths that are not there as
  /// MP4 wants them; left empty where the packet needs none).  False when there is none: nothing but parameter sets, or a
  /// picture that cannot be decoded because no key frame of its codec has come.
  bool take(const VideoPacket& packet, codec::Sample& out, Buffer& scratch);

  /// As of the newest key frame, or header; nothing while they are not known.
  [[nodiscard]] const std::optional<codec::Parameters>& parameters() const { return parameters_; }
  /// As the publisher told them last.
  [[nodiscard]] const std::optional<codec::Colour>& colour() const { return colour_; }
  /// True once after parameters or colours changed.
  bool take_changed() { return std::exchange(changed_, false); }

 private:
  /// A publisher that refreshes its pictures bit by bit sends no IDR: its flags are believed after so many.
  static constexpr unsigned flagged_keys_to_believe = 2;

  void begin(std::uint32_t codec_id);
  [[nodiscard]] bool take_units(const VideoPacket& packet, codec::Sample& out, Buffer& scratch);
  [[nodiscard]] bool is_key(const VideoPacket& packet, const codec::Sample& cut);
  void refresh();
  void adopt(std::optional<codec::Parameters> parameters);

  std::uint32_t codec_id_ = 0;
  std::optional<codec::Codec> codec_;
  Buffer header_;  ///< data of the last one
  std::optional<codec::ParameterSets> sets_;
  std::optional<codec::Parameters> parameters_;
  std::optional<codec::Colour> colour_;
  bool stale_ = false;  ///< the sets have changed since
  bool changed_ = false;
  bool needs_key_ = true;
  bool has_idr_ = false;
  unsigned flagged_keys_ = 0;  ///< without an IDR
};

}  // namespace live::flv

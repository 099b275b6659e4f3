// One video track of a publisher: RTMP's packets to samples of MP4, and the parameters that go with them.
#pragma once

#include "common/base/bytes.hpp"
#include "common/codec/parameter_sets.hpp"
#include "common/codec/parameters.hpp"
#include "common/flv/video.hpp"
#include "common/mux/fragmenter.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

namespace rtmp_ingest {

/// H.264 and H.265 go through codec::ParameterSets, so that lengths of any size, start codes, and sets within the frames
/// come out as MP4 wants them; that nothing is reordered is claimed only where profile or order count make it certain.
/// AV1 and VP9 go through as they are.
class VideoTrack {
 public:
  /// A sequence_start packet.  What it changes takes effect with the next key frame.
  void header(const live::flv::VideoPacket& packet);

  /// Would header() change anything?
  [[nodiscard]] bool is_news(const live::flv::VideoPacket& header) const;
  /// Its key frames have been there.
  [[nodiscard]] bool knows(std::uint32_t codec_id) const {
    return !needs_key_ && codec_id == codec_id_;
  }

  /// The sample of a frame packet, which lies in `payload`; its arrival is not set.  False when there is none: nothing
  /// but parameter sets, or a picture that cannot be decoded because no key frame of its codec has come.
  bool take(const live::flv::VideoPacket& packet, const std::shared_ptr<live::Buffer>& payload,
            live::mux::Sample& out);

  /// As of the newest key frame, or header; nothing while they are not known.
  [[nodiscard]] const std::optional<live::codec::Parameters>& parameters() const {
    return parameters_;
  }
  /// True once after they changed.
  bool take_changed() { return std::exchange(changed_, false); }

 private:
  /// A publisher that refreshes its pictures bit by bit sends no IDR: its flags are believed after so many.
  static constexpr unsigned flagged_keys_to_believe = 2;

  void begin(std::uint32_t codec_id);
  [[nodiscard]] bool take_units(const live::flv::VideoPacket& packet,
                                const std::shared_ptr<live::Buffer>& payload,
                                live::mux::Sample& out);
  [[nodiscard]] bool is_key(const live::flv::VideoPacket& packet, const live::codec::Sample& cut);
  void refresh();
  void adopt(std::optional<live::codec::Parameters> parameters);

  std::uint32_t codec_id_ = 0;
  std::optional<live::codec::Codec> codec_;
  live::Buffer header_;  ///< data of the last one
  std::optional<live::codec::ParameterSets> sets_;
  std::optional<live::codec::Parameters> parameters_;
  bool stale_ = false;  ///< the sets have changed since
  bool changed_ = false;
  bool needs_key_ = true;
  bool has_idr_ = false;
  unsigned flagged_keys_ = 0;  ///< without an IDR
  live::Buffer scratch_;
};

}  // namespace rtmp_ingest

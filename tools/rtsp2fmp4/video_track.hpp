// The video of one session: packets of any codec in, samples of one that MP4 carries out.
#pragma once

#include "common/av/stream.hpp"
#include "common/av/video_transcoder.hpp"
#include "common/codec/parameters.hpp"
#include "tools/rtsp2fmp4/access_units.hpp"
#include "tools/rtsp2fmp4/lag.hpp"
#include "tools/rtsp2fmp4/output_order.hpp"
#include "tools/rtsp2fmp4/reorder_watch.hpp"
#include "tools/rtsp2fmp4/sample.hpp"
#include "tools/rtsp2fmp4/stats.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <vector>

namespace rtsp2fmp4 {

struct VideoPolicy {
  bool transcode = false;
  bool fix_sps = true;
  bool rtp = false;   ///< a unit may come as several packets, and only presentation stamps are sent
  bool live = false;  ///< frames are dropped when transcoding falls behind
  std::uint32_t rate = 25;  ///< frames per second when packets carry no stamps
};

class VideoTrack {
 public:
  using Sink = std::function<void(Sample)>;

  /// `sink` gets samples in decode order, from the first key frame on; it lives as long as the track.
  /// Throws Failure(bad_data) when the stream cannot be decoded although it must be.
  VideoTrack(const live::av::Stream& stream, const VideoPolicy& policy, Stats& stats, Sink sink);

  void push(live::av::Packet packet, const Arrival& arrival);
  /// The input ended: gives out what waits.
  void flush();

  /// Of the newest sample, when it is a key frame; nothing before the first.
  [[nodiscard]] const std::optional<live::codec::Parameters>& parameters() const {
    return parameters_;
  }
  [[nodiscard]] bool reordered() const { return reordered_; }
  /// The time base of the samples' stamps.
  [[nodiscard]] const live::av::Stream& stream() const { return stream_; }

 private:
  static constexpr std::size_t most_held = 3;  ///< frames that show whether they are reordered

  void take(live::av::Packet packet, const Arrival& arrival);
  void take_unit(live::av::Packet packet, const Arrival& arrival);
  void adopt(const live::av::Stream& coded);
  void start_or_hold(Sample sample);
  [[nodiscard]] bool must_hold() const;
  /// Nothing while more frames are needed.
  [[nodiscard]] std::optional<bool> reordered_at_start() const;
  bool stamp_first();
  void give_out(Sample sample);
  void number(Sample& sample);
  void watch(std::int64_t pts);
  void refresh_parameters();

  live::av::Stream stream_;  ///< as coded, after transcoding
  VideoPolicy policy_;
  Stats& stats_;
  Sink sink_;
  std::unique_ptr<live::av::VideoTranscoder> transcoder_;
  LagMeter lag_;
  std::unique_ptr<AccessUnits> units_;  ///< of H.264 and H.265
  std::optional<live::codec::Parameters> parameters_;
  bool stale_ = true;  ///< parameters_ must be asked for again at the next key frame
  bool started_ = false, decided_ = false, reordered_ = false;
  std::vector<Sample> held_;
  ReorderWatch reorder_watch_;
  std::optional<OutputOrder> output_order_;
  std::int64_t counted_ = 0;  ///< frames of a stream without stamps
};

}  // namespace rtsp2fmp4

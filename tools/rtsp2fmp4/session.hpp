// One connection to the source: its tracks, from packets to the muxer.
#pragma once

#include "common/timeline/repair.hpp"
#include "tools/rtsp2fmp4/audio_track.hpp"
#include "tools/rtsp2fmp4/muxer.hpp"
#include "tools/rtsp2fmp4/options.hpp"
#include "tools/rtsp2fmp4/silence.hpp"
#include "tools/rtsp2fmp4/source.hpp"
#include "tools/rtsp2fmp4/stats.hpp"
#include "tools/rtsp2fmp4/video_track.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace rtsp2fmp4 {

class Session {
 public:
  /// `reordered`: an earlier session showed B-frames, so that nothing is claimed of this one.
  /// Picks the first video and the first audio stream, as the options want them.  Throws Failure(bad_data)
  /// when there is nothing to show, or `copy` was asked of a codec that MP4 cannot carry.
  Session(Source& source, const Options& options, bool rtp, bool reordered,
          live::timeline::Repair& repair, Muxer& muxer, Stats& stats, const std::string& name);

  void push(live::av::Packet packet, const Arrival& arrival);
  /// The input ended.
  void flush();

  [[nodiscard]] bool has_video() const { return video_ != nullptr; }
  [[nodiscard]] bool is_video(const live::av::Packet& packet) const {
    return video_ && packet.stream() == video_stream_;
  }
  /// B-frames were seen.
  [[nodiscard]] bool reordered() const { return video_ && video_->reordered(); }
  /// How much went out, by the stamps of the main track.
  [[nodiscard]] live::Ms written() const;

 private:
  /// Where only audio packets tell the audio's parameters (ADTS), the first pictures wait for one, so that the
  /// first init segment has both tracks.
  static constexpr std::size_t most_waiting = 64;
  static constexpr std::chrono::seconds longest_wait{1};

  void open_video(const live::av::Stream& stream, const Options& options, VideoPolicy policy);
  void open_audio(const live::av::Stream& stream, const Options& options);
  void begin_time_line();
  void on_video(Sample sample);
  [[nodiscard]] bool waits_for_audio() const;
  void release();
  void write_video(Sample sample);
  void on_audio(Sample sample);
  void fill_silence(std::uint64_t video_dts, const Arrival& arrival);
  void wish();

  live::timeline::Repair& repair_;
  Muxer& muxer_;
  Stats& stats_;
  bool live_;
  unsigned video_stream_ = 0, audio_stream_ = 0;
  int rotation_ = 0;  ///< of the video, as mp4::Track has it
  std::unique_ptr<VideoTrack> video_;
  std::unique_ptr<AudioTrack> audio_;
  bool time_line_begun_ = false;
  std::uint32_t audio_timescale_ = 48'000;  ///< the sample rate, where it is known in time
  std::size_t audio_index_ = 0;             ///< in the time line; video is 0 where there is one
  std::optional<SilencePlan> silence_;
  std::optional<live::Buffer> silent_packet_;
  bool video_begun_ = false;
  std::vector<Sample> waiting_;  ///< pictures, until the audio's parameters are known
  bool waited_ = false;
  std::optional<std::uint64_t> first_;  ///< decode time of the main track's first sample
  std::uint64_t last_ = 0;
  std::uint32_t timescale_ = live::mux::video_timescale;  ///< of the main track
};

}  // namespace rtsp2fmp4

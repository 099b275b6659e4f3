// The thread for all audio: decoded once, encoded once for each bit rate, or copied.
#pragma once

#include "common/av/audio_encoder.hpp"
#include "common/av/decoder.hpp"
#include "common/base/queue_thread.hpp"
#include "common/media_in/source.hpp"
#include "tools/abr-hls/audio_plan.hpp"
#include "tools/abr-hls/picture_chain.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace abr_hls {

class AudioChain {
 public:
  static constexpr std::size_t queue_limit = 400;  ///< audio frames: some seconds
  /// Silence stands in for what is missing for so long (1/90000 s).
  static constexpr std::int64_t longest_silence = PictureChain::longest_hold;
  /// Frames of the input so far behind the newest one given (1/90000 s), and nothing of them came out: none of them will be.
  static constexpr std::int64_t codec_delay = 90'000;

  /// `cuts`: there is no video, so audio frames make the cuts.  Opens encoders: throws Failure.
  AudioChain(Surroundings around, live::media_in::Track track, std::vector<AudioTrack> tracks,
             bool cuts);
  AudioChain(const AudioChain&) = delete;
  AudioChain& operator=(const AudioChain&) = delete;

  /// What rendition `index` of the ladder gets.
  [[nodiscard]] std::optional<live::codec::Parameters> parameters(std::size_t index) const;

  /// Waits while its queue is full.  False when it has failed.
  [[nodiscard]] bool push(SharedUnit unit);
  /// Call once.  `from`: silence from there (1/90000 s) until sound comes.
  void start(std::optional<std::int64_t> from);
  /// No audio before `at` (1/90000 s) will come.
  [[nodiscard]] bool silent_until(std::int64_t at);
  /// As PictureChain's; silence until `until`.
  void finish(bool hurry, std::optional<std::int64_t> until = {});

 private:
  struct Item {
    SharedUnit unit;  ///< or none: silence until
    std::int64_t silent_until = 0;
  };
  /// One of AudioTrack as it is made.
  struct Output {
    bool copied = false;
    RenditionIndexes renditions;
    live::codec::Parameters parameters;
    std::unique_ptr<live::av::AudioEncoder> encoder;
  };

  void open(const AudioTrack& track);
  void run();
  void take(Item& item);
  void copy(const SharedUnit& unit);
  void encode(const live::av::Frame& frame, std::int64_t pts);
  void fill(std::int64_t until);
  void cut(std::int64_t at, std::int64_t duration);
  void give(const Output& output, live::av::Packet packet);
  void say_reached(std::int64_t at);
  [[nodiscard]] std::int64_t to_90k(std::int64_t samples) const;

  Surroundings around_;
  live::media_in::Track track_;
  std::int64_t rate_;  ///< of the input's stamps
  bool cuts_;
  std::vector<Output> outputs_;
  std::unique_ptr<live::av::Decoder> decoder_;
  std::optional<std::int64_t> next_;  ///< stamp of the next frame, if nothing is missing
  std::optional<std::int64_t>
      given_;  ///< newest time (1/90000 s) that was given, or said to be reached
  std::optional<std::int64_t> ends_at_;  ///< silence up to there (1/90000 s)
  bool failed_downstream_ = false;
  live::QueueThread<Item> queue_{queue_limit};
};

}  // namespace abr_hls

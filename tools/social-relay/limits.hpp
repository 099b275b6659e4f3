// What a service takes, and what a stream that is sent to it is found to be.  Pure.
#pragma once

#include "common/base/units.hpp"
#include "common/codec/parameters.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <vector>

namespace social_relay {

/// 0 and empty: no limit.
struct Limits {
  std::uint64_t video_bit_rate = 0, audio_bit_rate = 0;  ///< bits per second
  std::chrono::milliseconds key_interval{};
  std::uint32_t width = 0, height = 0;  ///< of a landscape picture; either way round is within
  double frame_rate = 0;
  std::vector<live::codec::Codec> video, audio;
  bool operator==(const Limits&) const = default;
};

[[nodiscard]] bool takes(const std::vector<live::codec::Codec>& codecs, live::codec::Codec codec);

/// Watches one stream for one destination and says each breach once in an epoch.
class Judge {
 public:
  /// `service`: how breaches call it ("Twitch"); `mend`: what mends pictures that are out of bounds ("add --transcode
  /// twitch"); may be empty.
  Judge(Limits limits, std::string service, std::string mend);

  /// What the tracks are, from now on; appends breaches.
  void begin(const live::codec::Parameters* video, const live::codec::Parameters* audio,
             std::vector<std::string>& breaches);
  /// An access unit (frame) of `bytes` at `at`, in order of decoding; a jump of a track's time begins its measurement anew.
  void push(bool video, bool key, std::size_t bytes, live::Us at,
            std::vector<std::string>& breaches);

 private:
  /// Bit rates are judged over so much: longer than any GOP that a service takes.
  static constexpr live::Us window{10'000'000};
  static constexpr double rate_tolerance = 1.10;  ///< services mean averages
  static constexpr live::Us key_tolerance{300'000};
  static constexpr live::Us jump{2'000'000};

  enum class Rule : std::uint8_t {
    video_codec,
    audio_codec,
    no_video,
    no_audio,
    size,
    key_interval,
    frame_rate,
    video_rate,
    audio_rate,
    count
  };
  static constexpr std::size_t most_frames = 8'192;  ///< of a window, should stamps stand still

  /// Bytes and frames of a track within the window.
  struct Flow {
    struct Frame {
      live::Us at;
      std::size_t bytes;
    };
    std::deque<Frame> frames;
    std::size_t bytes = 0;
    /// Is `at` no continuation?
    [[nodiscard]] bool jumps(live::Us at) const;
    void push(live::Us at, std::size_t size);
    [[nodiscard]] bool full() const;
    [[nodiscard]] double per_second(double amount) const;
  };
  void breach(Rule rule, std::string text, std::vector<std::string>& breaches);
  void judge_key(live::Us at, bool key, std::vector<std::string>& breaches);
  [[nodiscard]] std::string mended(std::string text) const;

  Limits limits_;
  std::string service_, mend_;
  std::array<bool, static_cast<std::size_t>(Rule::count)> said_{};
  Flow video_, audio_;
  live::Us last_key_{-1};
};

}  // namespace social_relay

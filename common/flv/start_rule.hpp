// When may the media of a session leave?  As soon as a reader can begin with all that the publisher sends, and not much
// later when it sends less: nothing but the packets tells what there will be.  What onMetaData says is not believed.
#pragma once

#include "common/base/units.hpp"

#include <optional>

namespace live::flv {

class StartRule {
 public:
  static constexpr Ms wait_for_audio{1'000};  ///< headers, behind the first key frame
  static constexpr Ms wait_for_video{2'000};  ///< without any video message
  static constexpr Ms wait_for_key{10'000};   ///< while video comes that cannot be begun with

  enum class Verdict {
    wait,
    with_video,
    audio_alone,
  };

  /// Any video message.
  void video(Monotonic at) { video_ = at; }
  /// A picture that a decoder can begin with.
  void key_frame(Monotonic at) {
    if (!key_) key_ = at;
  }
  /// An audio frame that can be decoded.
  void audio(Monotonic at) {
    if (!audio_) audio_ = at;
  }
  /// Audio's headers are known, or it will not be carried.
  void audio_is_clear() { audio_clear_ = true; }

  [[nodiscard]] bool has_key() const { return key_.has_value(); }

  [[nodiscard]] Verdict verdict(Monotonic now) const {
    if (key_)
      return audio_clear_ || now - *key_ >= wait_for_audio ? Verdict::with_video : Verdict::wait;
    if (!audio_) return Verdict::wait;
    const bool no_video = now - video_.value_or(*audio_) >= wait_for_video;
    return no_video || now - *audio_ >= wait_for_key ? Verdict::audio_alone : Verdict::wait;
  }
  /// What there is when nothing more comes.
  [[nodiscard]] Verdict last_verdict() const {
    if (key_) return Verdict::with_video;
    return audio_ ? Verdict::audio_alone : Verdict::wait;
  }

 private:
  std::optional<Monotonic> video_, key_, audio_;
  bool audio_clear_ = false;
};

}  // namespace live::flv

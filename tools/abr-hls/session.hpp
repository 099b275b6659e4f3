// One epoch of the input on its way through the ladder.
#pragma once

#include "tools/abr-hls/audio_chain.hpp"
#include "tools/abr-hls/picture_chain.hpp"

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <vector>

namespace abr_hls {

class Session {
 public:
  /// Video that has not come when so much audio has is not waited for; it begins a session of its own (1/90000 s).
  static constexpr std::int64_t video_patience = 10 * 90'000;
  /// A track that is so much behind the other one pauses (1/90000 s).
  static constexpr std::int64_t pause = 3 * 90'000;

  /// `live`: may be too fast for us.
  Session(Surroundings around, live::media_in::Epoch epoch, bool live);

  enum class Pushed {
    taken,
    failed,         ///< call finish(), which throws, or Writer::finish()
    other_session,  ///< video where there was none: finish, then push the same into a new one
  };
  Pushed push(const SharedUnit& unit);
  /// As PictureChain's.
  void finish(bool hurry);
  /// Anything at all has come out of the input.
  [[nodiscard]] bool opened() const { return opened_; }

 private:
  bool open(const SharedUnit* first_picture);
  void open_audio(bool has_video);
  bool open_video(const live::media_in::Unit& first);
  bool feed(const SharedUnit& unit);
  bool feed_video(const SharedUnit& unit);
  bool feed_pauses(std::int64_t video_at, std::int64_t audio_at);
  bool tell_clock(const live::media_in::Unit& unit);
  [[nodiscard]] std::int64_t time_of(const live::media_in::Unit& unit) const;

  Surroundings around_;
  live::media_in::Epoch epoch_;
  bool live_, opened_ = false, has_video_ = false;
  std::optional<std::size_t> source_;  ///< the copied rendition
  bool encodes_ = false;
  std::vector<RenditionInfo> renditions_;
  std::deque<SharedUnit> waiting_;
  std::unique_ptr<AudioChain> audio_;
  std::unique_ptr<PictureChain> pictures_;
  std::int64_t reordering_ = 0;  ///< of the last key frame of the source
  std::optional<std::int64_t> video_at_, audio_at_, paused_at_, clock_at_;
  std::optional<std::int64_t> source_at_;  ///< how far the copied rendition is
};

}  // namespace abr_hls

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

/// Throws Failure(bad_data) when a copied rendition cannot carry this track.
void check_copied(const live::media_in::Track& video, const Options& options);

class Session {
 public:
  /// Video that has not come when so much audio has is not waited for; it begins a session of its own (1/90000 s).
  static constexpr std::int64_t video_patience = 10 * 90'000;
  /// A track that is so much behind the other one pauses (1/90000 s).
  static constexpr std::int64_t pause = 3 * 90'000;
  /// A copied track of video, which nothing can stand in for, does so later: what comes behind its time is lost.
  static constexpr std::int64_t source_pause = 10 * 90'000;
  /// Pictures of a source that are looked at before the first one goes on, for at most so long (1/90000 s): what they last
  /// decides PART-TARGET.
  static constexpr std::size_t pictures_ahead = 13;
  static constexpr std::int64_t most_ahead = 3 * 90'000;
  /// Pictures that an encoder has taken when it gives the first one: of so many a hole can lie between decoding and showing.
  static constexpr std::size_t most_reordered = 16;

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
  [[nodiscard]] bool waits(const live::media_in::Unit& unit) const;
  bool open();
  void open_audio();
  bool open_video(const live::media_in::Unit& first);
  bool feed(const SharedUnit& unit);
  [[nodiscard]] bool waits_behind_hole(const live::media_in::Unit& unit) const;
  bool release_behind_hole();
  bool go_on(const SharedUnit& unit);
  bool feed_video(const SharedUnit& unit);
  void mend_decode_time(live::media_in::Unit& unit);
  bool copy(const SharedUnit& unit, std::int64_t duration);
  bool copy_last();
  bool pass_without_pictures(std::int64_t until, bool at_end);
  bool pass(std::int64_t until, bool at_end);
  bool tell_absent(std::int64_t at);
  void finish_video(bool hurry);
  bool feed_pauses(std::int64_t video_at, std::int64_t audio_at);
  bool tell_clock(const live::media_in::Unit& unit);
  [[nodiscard]] std::int64_t time_of(const live::media_in::Unit& unit) const;

  Surroundings around_;
  live::media_in::Epoch epoch_;
  bool live_, opened_ = false;
  bool has_video_ = false;             ///< a key frame has come before open()
  std::optional<std::size_t> source_;  ///< the copied rendition
  bool encodes_ = false;
  std::vector<RenditionInfo> renditions_;
  std::deque<SharedUnit> waiting_;
  std::optional<live::WallClock> came_;  ///< the first of them
  std::vector<std::int64_t> ahead_;      ///< decode times of the pictures that wait
  std::unique_ptr<AudioChain> audio_;
  std::unique_ptr<PictureChain> pictures_;
  std::vector<SharedUnit> behind_hole_;  ///< pictures that wait for one that is decoded there
  std::int64_t usual_reordering_ = 0;    ///< of the last key frame that came
  SharedUnit next_copy_;         ///< waits for the next one: what a picture lasts is to be known
  std::int64_t reordering_ = 0;  ///< of the last key frame of the source
  std::optional<std::int64_t> decoded_at_;  ///< decode time of its newest picture
  std::optional<std::int64_t> video_at_, audio_at_, paused_at_, clock_at_;
  std::optional<std::int64_t> source_at_;  ///< how far the copied rendition is
  bool passes_ = false;                    ///< cuts went on without its pictures
  bool absent_ = false;                    ///< its pictures pause
};

}  // namespace abr_hls

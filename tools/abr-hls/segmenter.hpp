// The samples of one rendition, dealt out to what lies between two cuts.  Pure.
//
// The n-th picture to be decoded is placed where the n-th one is shown, so that the same cuts fall on the same pictures whatever
// an encoder reorders; a segment that begins with a key frame begins with exactly that one.  Audio
// frames go where they begin.  A piece is whole when its pictures are and the audio has reached its end: sound and pictures come
// from threads of their own, each of which says where it pauses, and `track_skew` bounds how far one may run before the other.
// Where pictures pause, the last one stands until the next cut, and segments behind it have sound only.
#pragma once

#include "tools/abr-hls/cutter.hpp"
#include "tools/abr-hls/output.hpp"

#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

namespace abr_hls {

constexpr std::uint32_t video_rate = 90'000;  ///< ticks per second of pictures, and of cuts

/// What lies between two cuts in one rendition.
struct Piece {
  std::uint64_t segment = 0;  ///< ordinal of the cut that began its segment
  bool begins = false;        ///< the segment begins with it
  bool closes = false;        ///< and ends with it
  /// The segment is to be a gap: it lacks its begin, or what it should have here.  No samples.
  bool missing = false;
  bool independent = false;          ///< begins with a key frame, or has no pictures
  std::vector<Sample> video, audio;  ///< durations are true: the next one's time minus its own
  /// 1/90000 s, of the track that leads: video where there is one.  Of a missing one: to the next cut.
  std::int64_t duration = 0;

  [[nodiscard]] bool empty() const { return video.empty() && audio.empty(); }
};

class Segmenter {
 public:
  /// 1/90000 s: pictures that wait for their sound so long go without it, sound so far ahead of its pictures is dropped.
  static constexpr std::int64_t track_skew = 60 * 90'000;

  /// `audio_rate` 0: no audio.  REQUIRES: one of both.
  Segmenter(bool has_video, std::uint32_t audio_rate);

  /// `segment`: ordinal of the segment that it begins or lies in.
  void cut(const Cut& cut, std::uint64_t segment);
  void push(bool video, Sample sample);
  void reached(bool video, std::int64_t at);
  /// From now on nothing comes: what is open is missing, and what follows ...
  void give_up();
  /// ... up to the cut at `at` (1/90000 s), where a segment begins with a key frame again.
  void take_back(std::int64_t at);
  /// Nothing comes any more: what is there is closed.
  void end();

  /// Whole pieces, in order.
  std::optional<Piece> next();
  /// Samples that came too late for their segment, or before the first cut.
  [[nodiscard]] std::uint64_t dropped() const { return dropped_; }

 private:
  struct Slot {
    Cut cut;
    Piece piece;
  };
  struct Track {
    bool there = false, video = false;
    std::uint32_t rate = 90'000;
    std::uint64_t passed = 0;  ///< cuts that its newest sample has passed
    /// Nothing before this comes any more, it was said (1/90000 s).
    std::optional<std::int64_t> reached;
    std::optional<std::int64_t> place;  ///< of the newest sample (1/90000 s)
    std::int64_t last = 0;              ///< decode time of the newest sample, ticks of the track
    bool unsettled = false;             ///< and its duration is a guess yet
  };

  [[nodiscard]] Track& lead() { return video_.there ? video_ : audio_; }
  [[nodiscard]] static std::vector<Sample>& samples(Piece& piece, const Track& track) {
    return track.video ? piece.video : piece.audio;
  }
  [[nodiscard]] static std::int64_t place_of(const Track& track, const Sample& sample);
  [[nodiscard]] std::uint64_t pass(const Track& track, const Sample& sample, std::int64_t at) const;
  [[nodiscard]] bool has_passed(const Track& track, std::uint64_t cut) const;
  [[nodiscard]] bool is_too_far_ahead(std::int64_t at) const;
  [[nodiscard]] bool is_given_up(std::int64_t at) const;
  void settle(Track& track, std::int64_t next, std::uint64_t passed);
  void advance();
  void close_front();
  [[nodiscard]] bool are_absent(std::int64_t at) const;
  void stretch(Piece& piece, const Cut* next);
  void emit(Piece piece, const Cut* next);
  void measure(Piece& piece) const;

  Track video_, audio_;
  std::deque<Slot> slots_;                      ///< what is open: [0] is the oldest
  std::uint64_t closed_ = 0;                    ///< cuts whose slots are gone
  std::optional<std::int64_t> given_up_until_;  ///< 1/90000 s; nothing: it is not given up
  /// The segment that pieces are given out of.
  std::uint64_t segment_ = 0;
  std::int64_t segment_at_ = 0;
  bool segment_open_ = false, segment_missing_ = false;
  std::deque<Piece> whole_;
  std::uint64_t dropped_ = 0;
};

}  // namespace abr_hls

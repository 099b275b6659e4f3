// Where segments and parts begin: the same places for all renditions.  Pure.
//
// Without a copied rendition: segments at the first picture at or behind n * segment, counted from the first picture, and
// within them key frames at or behind n * key interval.  With one: whole GOPs of the source as many as fit, each of the first
// two in a segment of its own (TARGETDURATION is not known before they are over); what would become longer than
// TARGETDURATION, by a picture or more, is cut there without a key frame.  Its parts are as long as their pictures last in the order of decoding,
// none is longer than PART-TARGET, and one begins at a key frame where the part before it is long enough.  Where pictures last
// unequally long, PART-TARGET has room for that, or there are no parts; only before one that lasts longer than those did can a
// part be too short.
//
// Stamps are 1/90000 s; one that is up to 1 ms early counts as in time (containers round), up to 2 ms where the source's are
// cut (decode time and reordering are both rounded).
#pragma once

#include "common/base/units.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace abr_hls {

/// Stamps jitter: a part may be longer than PART-TARGET by so much, and is listed with PART-TARGET then.
constexpr live::Us part_jitter{10'000};
/// Pictures may come so much before the cut that they belong behind, where a source says the cuts in milliseconds (1/90000 s);
/// less than two pictures are apart.
constexpr std::int64_t picture_slack = 90'000 / 250;

struct CutRules {
  std::chrono::milliseconds segment{4'000}, key_interval{2'000}, part{500};  ///< part 0: none
  std::chrono::milliseconds longest_gop{10'000};
  bool follow_source = false;  ///< a rendition copies the source: key frames are where it has them
  live::Us part_before{};      ///< PART-TARGET of the lists that go on; 0: none do
};

struct Cut {
  std::int64_t at = 0;      ///< presentation time of the first picture behind the cut
  bool segment = false;     ///< a segment begins; else a part
  bool independent = true;  ///< at a key frame
  /// The media before it ends here: `at`, or less where a hole lies between.
  std::int64_t ends = 0;
  /// A hole that makes the segment before it too long, or a new time line: EXT-X-DISCONTINUITY.  Always with `segment`.
  bool discontinuity = false;
  bool operator==(const Cut&) const = default;
};

/// Constant from the first cut on.
struct Targets {
  std::chrono::seconds segment{};  ///< EXT-X-TARGETDURATION
  live::Us part{};  ///< PART-TARGET: whole pictures, so it may differ from --part; 0: no parts
  bool operator==(const Targets&) const = default;
};

class Cutter {
 public:
  explicit Cutter(const CutRules& rules) : rules_(rules) {}

  struct Answer {
    bool key = false;        ///< this picture is to be a key frame in all renditions
    std::optional<Cut> cut;  ///< before this picture
  };
  /// The next picture in order of presentation (encoded ladder), or the next access unit in order of decoding: a key frame by
  /// its presentation time, others by decode time plus the reordering delay (follow_source); `source_key`: it is a key frame of
  /// the source.
  Answer picture(std::int64_t at, std::int64_t duration, bool source_key);
  /// How long a picture usually lasts, and how long some do; 0: as long.
  struct Pace {
    std::int64_t usual = 0, shortest = 0, longest = 0;
  };
  /// Before the first picture.  Says PART-TARGET once and for all.
  void expect(const Pace& pace);
  /// follow_source: no picture has come up to `until`, and sound has: what is due by time.  A picture that comes from before
  /// the last of these is too late.
  std::vector<Cut> pass(std::int64_t until);
  /// The next audio frame, where there is no video: cut by time.
  Answer sound(std::int64_t at, std::int64_t duration);

  /// With follow_source nothing before the first two GOPs are over, or one has become longest_gop.
  [[nodiscard]] std::optional<Targets> targets() const { return targets_; }
  /// PART-TARGET, once a picture has come or was expected; 0: no parts.
  [[nodiscard]] live::Us part_target() const;
  /// No more pictures: targets() stands from now on.
  void settle();
  /// A new time line: the next picture begins a segment, behind a discontinuity.
  void restart();
  /// Where the next key frame or part is due, whether a picture is there or not (not with follow_source).
  [[nodiscard]] std::int64_t next_due() const;
  /// Without a picture before `at` the open part would last longer than PART-TARGET (not with follow_source).
  [[nodiscard]] bool is_late(std::int64_t at) const;

 private:
  static constexpr std::size_t gops_remembered = 4;

  Answer take(std::int64_t at, std::int64_t duration, Answer answer);
  Answer by_time(std::int64_t at, std::int64_t duration);
  Answer by_source(std::int64_t at, std::int64_t duration, bool source_key);
  Cut begin_segment(std::int64_t at, std::int64_t grid);
  [[nodiscard]] bool hole_before(std::int64_t at) const;
  [[nodiscard]] bool part_due(std::int64_t at, std::int64_t duration, bool key) const;
  [[nodiscard]] std::int64_t part_end() const;
  [[nodiscard]] std::int64_t with_room(std::int64_t pictures, const Pace& pace) const;
  void note_parts(std::int64_t at);
  [[nodiscard]] std::int64_t part_step() const;
  [[nodiscard]] std::int64_t longest_segment() const;
  [[nodiscard]] std::int64_t expected_gop() const;
  [[nodiscard]] std::int64_t last_picture(std::int64_t length) const;
  [[nodiscard]] bool is_over(std::int64_t so_far, std::int64_t duration, std::int64_t limit) const;
  void close_gop(std::int64_t at);
  void set_targets(std::int64_t segment);
  [[nodiscard]] std::int64_t tolerance() const;

  CutRules rules_;
  std::optional<Targets> targets_;
  bool begun_ = false, restarted_ = false;
  std::int64_t segment_begin_ = 0, segment_grid_ = 0;  ///< as it is, and as n * segment
  std::int64_t next_key_ = 0, next_part_ = 0, part_begin_ = 0;
  std::int64_t part_so_far_ = 0;             ///< what its pictures last
  std::optional<std::int64_t> part_target_;  ///< 0: no parts
  std::int64_t end_ = 0;                     ///< of the last picture
  std::int64_t picture_ = 0;                 ///< how long one lasts
  bool passing_ = false;                     ///< cuts went on without pictures
  std::int64_t gop_begin_ = 0;
  std::size_t gops_ = 0;
  std::array<std::int64_t, gops_remembered> gop_lengths_{};
};

}  // namespace abr_hls

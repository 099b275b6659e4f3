// The tree that is written: samples of all renditions in, segments, parts, playlists, journal and record out.  One thread
// calls it, and waits for the disk.
#pragma once

#include "common/base/bytes.hpp"
#include "common/base/units.hpp"
#include "common/codec/parameters.hpp"
#include "tools/abr-hls/cutter.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace abr_hls {

struct Options;
class Stats;

/// The same index for the same wish of the ladder in every epoch.
struct RenditionInfo {
  std::string name;
  /// Neither: the source is too small for it, it has nothing in this epoch.
  std::optional<live::codec::Parameters> video, audio;
  int rotation = 0;              ///< of copied video: clockwise turn that shows it upright
  std::uint64_t peak = 0;        ///< declared: VBV + audio + 5 %; 0: unknown (copied)
  std::int64_t thinned_90k = 0;  ///< duration of a picture where it has fewer than the source
};

/// An encoded access unit or audio frame.
struct Sample {
  std::shared_ptr<const void> owner;  ///< keeps `bytes`
  live::Bytes bytes;
  std::int64_t dts = 0, pts = 0,
               duration = 0;  ///< video 1/90000 s, audio 1/sample rate; from 10 s up
  bool key = true;
  /// Video, in order of decoding: the time at which the picture is shown whose turn it is, which grows (1/90000 s).
  std::int64_t place = 0;
};

class Output {
 public:
  /// Takes the lock, decides between a resumed and a new broadcast (man 5 hls-tree), checks what is there.  Throws
  /// Failure(try_again) when another holds the lock for 5 s.
  Output(const Options& options, Stats& stats);
  ~Output();

  /// PART-TARGET of the lists that go on; 0: none do.
  [[nodiscard]] live::Us listed_part_target() const;

  /// From the next segment on: new init segments and, but for the first time, a discontinuity.
  void epoch(std::vector<RenditionInfo> renditions);
  /// In order of time, before the samples behind it are pushed; samples before it may come later (each rendition and track has
  /// a delay of its own).
  void cut(const Cut& cut, const Targets& targets);
  /// `rendition`: index into epoch()'s.  In order of decoding per track.
  void push(std::size_t rendition, bool video, Sample sample);
  /// Nothing of this track before `at` (1/90000 s) comes any more: what waits for it may go on.  Told where a track has ended
  /// or pauses; a sample says the same by its time.
  void reached(std::size_t rendition, bool video, std::int64_t at);
  /// This rendition gives nothing more: its segments, from the one on that is not whole yet, are gaps ...
  void give_up(std::size_t rendition);
  /// ... up to the one that begins at `at` (1/90000 s).  Told before that is cut.
  void take_back(std::size_t rendition, std::int64_t at);
  /// The wall clock of a presentation time, for EXT-X-PROGRAM-DATE-TIME: prft, or arrival.
  void clock(std::int64_t pts_90k, live::WallClock wall);

  enum class How {
    ended,    ///< end of input: the last segment, ENDLIST
    stopped,  ///< asked to stop: the last segment, list left open
  };
  void finish(How how);
  /// What waits for its time (deletions, a full disk): call at least once a second.  Throws Failure(io) after
  /// --disk-timeout without space.
  void tick(live::Monotonic now);

 private:
  class State;
  std::unique_ptr<State> state_;
};

}  // namespace abr_hls

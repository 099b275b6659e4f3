// Samples to the fragments of live fMP4 (man 5 live-fmp4), epochs where parameters change.  Pure: what is written goes to
// a sink, the bytes of samples stay where they are.
#pragma once

#include "common/base/gather.hpp"
#include "common/base/units.hpp"
#include "common/codec/colour.hpp"
#include "common/codec/parameters.hpp"
#include "common/mp4/fragment_writer.hpp"
#include "common/mux/cut.hpp"
#include "common/timeline/repair.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

namespace live::mux {

constexpr std::uint32_t video_timescale = 90'000;

/// An access unit or an audio frame.
struct Sample {
  std::vector<Bytes> pieces;  ///< what is written; into what `owner` keeps
  std::size_t size = 0;       ///< of all pieces
  bool key = true;
  std::shared_ptr<const void> owner;
  Monotonic arrived;
  WallClock wall;  ///< of the same moment
};

struct TrackInfo {
  codec::Parameters parameters;
  std::uint32_t timescale = video_timescale;  ///< video: 90000; audio: of the samples given
  std::optional<codec::Colour> colour{};      ///< of video: told beside the bitstream
  int rotation = 0;  ///< video: clockwise turn that shows it upright: 0, 90, 180 or 270
  bool operator==(const TrackInfo&) const = default;
};
using Tracks = std::vector<std::optional<TrackInfo>>;

/// One fragment, and before an epoch's first one its init segment.
struct Written {
  unsigned epoch = 0;                  ///< 1 and up
  std::shared_ptr<const Buffer> init;  ///< ftyp moov: only with an epoch's first fragment
  Gather media;                        ///< [prft] moof mdat: the first piece is all but the samples
  bool start = false;                  ///< a decoder can begin here
  Monotonic newest;                    ///< arrival of its newest sample
};

/// Track 0 is the main video, 1 the main audio; both are optional, and either leads the cuts when it is alone.  Further
/// ones (rtmp-ingest --tracks all) go along with them.  Track ids are index + 1.
class Fragmenter {
 public:
  /// May move `media` out of what it gets; what it leaves is used again.  What it keeps is let go in the thread that
  /// pushes.
  using Sink = std::function<void(Written&)>;
  Fragmenter(Cut cut, Sink sink);

  /// What the tracks are from the next start on (a key frame; without video, any audio sample).  Equal tracks change
  /// nothing, others begin a new epoch there.
  void tracks(Tracks wish);
  /// Moves the owner out of `sample`.  Left out before the first start, and while the epoch has no such track with these
  /// parameters; the main video's goes on in the old epoch until its next key frame.
  void push(std::size_t track, Sample&& sample, const timeline::Repaired& at);
  /// Writes what is held.  What comes next begins a new fragment.
  void flush();

  [[nodiscard]] unsigned epoch() const { return epoch_; }
  /// The tracks of the epoch.
  [[nodiscard]] const Tracks& now() const { return now_; }

 private:
  static constexpr std::uint32_t audio_limit_ms = 200;  ///< of audio alone in one fragment
  static constexpr std::uint32_t audio_gop_ms =
      2'000;  ///< without video, where fragments follow GOPs
  static constexpr std::size_t most_bytes = 32U << 20U;  ///< a GOP beyond is cut in two
  static constexpr std::uint32_t most_seconds = 60;      ///< likewise

  /// The samples that wait for their fragment.  Ticks are those of the track.
  struct Track {
    std::uint32_t timescale = 0;
    bool video = false;
    bool open = false;   ///< takes samples: the epoch has it as it is wished
    bool begun = false;  ///< further video: its first key frame was there
    std::vector<mp4::SampleEntry> entries;
    std::vector<Bytes> pieces;
    std::vector<std::shared_ptr<const void>> owners;
    std::uint64_t first = 0, last = 0;  ///< decode times of the first and last sample held
    std::uint64_t floor = 0;            ///< the next one is at least here
    WallClock first_wall;
    Monotonic newest;
  };

  [[nodiscard]] std::size_t lead() const;
  void begin_epoch();
  void open_tracks();
  [[nodiscard]] bool takes(std::size_t track, bool key);
  void picture(Sample& sample, const timeline::Repaired& at);
  void beside(Track& track, std::size_t index, Sample& sample, const timeline::Repaired& at);
  void add(Track& track, Sample& sample, const timeline::Repaired& at);
  [[nodiscard]] static std::uint64_t held(const Track& track);  ///< ms
  [[nodiscard]] bool cuts_before(const timeline::Repaired& at) const;
  [[nodiscard]] bool has_video() const { return !now_.empty() && now_[0].has_value(); }
  void write_head();
  void gather();

  Cut cut_;
  Sink sink_;
  Tracks wish_, now_;
  bool changes_ = false;  ///< wish_ differs from now_
  unsigned epoch_ = 0;
  std::uint32_t sequence_ = 0;
  std::vector<Track> tracks_;  ///< as many as now_
  std::size_t held_bytes_ = 0;
  std::shared_ptr<const Buffer> init_;  ///< of an epoch that has not been written yet
  std::shared_ptr<Buffer> head_;
  std::vector<mp4::Run> runs_;
  Written written_;
};

}  // namespace live::mux

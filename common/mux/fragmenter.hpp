// Samples to the fragments of live fMP4 (man 5 live-fmp4), epochs where parameters change.  Pure: what is written goes to
// a sink, the bytes of samples stay where they are.
#pragma once

#include "common/base/gather.hpp"
#include "common/base/units.hpp"
#include "common/codec/parameters.hpp"
#include "common/timeline/repair.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace live::mux {

constexpr std::uint32_t video_timescale = 90'000;

/// Where fragments are cut.
struct Cut {
  enum class At { frame, gop, duration };
  At at = At::frame;
  std::chrono::milliseconds duration{};  ///< of At::duration: at the first key frame after it
  bool operator==(const Cut&) const = default;
};
/// "frame", "gop" or a duration; nothing for anything else.
std::optional<Cut> parse_cut(const std::string& text);

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
  bool operator==(const TrackInfo&) const = default;
};

/// One fragment, or the init segment of an epoch and its first fragment.  The sink may move out of it what it needs to
/// keep; what it leaves is used again.
struct Written {
  unsigned epoch = 0;                  ///< 1 and up
  std::shared_ptr<const Buffer> init;  ///< ftyp moov: only with an epoch's first fragment
  std::shared_ptr<Buffer> head;        ///< [prft] moof and mdat's header
  std::vector<Bytes> pieces;           ///< the payload
  std::vector<std::shared_ptr<const void>> owners;  ///< of the pieces
  std::size_t size = 0;                             ///< head and payload
  bool start = false;                               ///< a decoder can begin here
  Monotonic newest;                                 ///< arrival of its newest sample
};

/// Track 0 is the main video, 1 the main audio; both are optional, and either leads the cuts when it is alone.  Further
/// ones (rtmp-ingest --tracks all) go along with them.  Track ids are index + 1.
class Fragmenter {
 public:
  using Sink = std::function<void(Written&)>;
  Fragmenter(Cut cut, Sink sink);
  ~Fragmenter();

  /// What the tracks are from the next start on (a key frame; without video, any audio sample).  Equal tracks change
  /// nothing, others begin a new epoch there.
  void tracks(std::vector<std::optional<TrackInfo>> wish);
  /// Dropped while the epoch has no such track with these parameters.
  void push(std::size_t track, Sample sample, const timeline::Repaired& at);
  /// Writes what is held.  What comes next begins a new fragment.
  void flush();

  [[nodiscard]] unsigned epoch() const;
  /// The tracks of the epoch.
  [[nodiscard]] const std::vector<std::optional<TrackInfo>>& now() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace live::mux

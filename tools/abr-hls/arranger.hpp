// What the threads of the ladder say to the thread that writes, brought into the order that Output wants.  Pure.
//
// Pictures, copied units and audio take ways of different length.  A cut must come before what lies behind it: audio waits
// until the places of cuts are known up to its time.  And nothing goes on before the renditions are known (the first picture
// tells) and the target durations are (the first two GOPs tell, where the source is copied).  Where pictures change their size
// in mid-epoch, what they become waits for the audio of what they were.
#pragma once

#include "tools/abr-hls/cutter.hpp"
#include "tools/abr-hls/output.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <limits>
#include <memory>
#include <optional>
#include <variant>
#include <vector>

namespace abr_hls {

using RenditionIndexes = std::shared_ptr<const std::vector<std::size_t>>;

/// A Begin will come: what comes first waits for it.
struct Opening {};
struct Begin {
  std::vector<RenditionInfo> renditions;
  /// In mid-epoch: audio before this still belongs to what was (1/90000 s); 0: nothing was.
  std::int64_t at = 0;
};
/// The places of cuts are known up to `at`; `cut` lies there.  What comes out has the targets, and a cut.
struct Progress {
  std::int64_t at = 0;
  std::optional<Cut> cut;
  std::optional<Targets> targets;
};
struct VideoSample {
  std::size_t rendition = 0;
  Sample sample;
};
struct AudioSample {
  RenditionIndexes renditions;
  Sample sample;
  std::int64_t at = 0;  ///< 1/90000 s
};
struct TrackReached {
  RenditionIndexes renditions;
  bool video = false;
  std::int64_t at = 0;
};
struct GivenUp {
  std::size_t rendition = 0;
};
struct TakenBack {
  std::size_t rendition = 0;
  std::int64_t at = 0;
};
struct ClockTold {
  std::int64_t at = 0;
  live::WallClock wall;
};
/// All samples of the epoch have been given: nothing waits any more.
struct Drained {};
struct Finish {
  Output::How how = Output::How::ended;
};
using Message = std::variant<Opening, Begin, Progress, VideoSample, AudioSample, TrackReached,
                             GivenUp, TakenBack, ClockTold, Drained, Finish>;

class Arranger {
 public:
  static constexpr std::size_t most_waiting = 200'000;  ///< messages; some minutes

  /// Appends to `ready` what may go on now.  Throws Failure(bad_data) when too much waits.
  void push(Message message, std::vector<Message>& ready);

 private:
  void finish(Message message, std::vector<Message>& ready);
  void pass_all(std::vector<Message>& ready);
  void pass_gate(Message message, std::vector<Message>& ready);
  [[nodiscard]] bool is_held_back(const Message& message);
  bool pass_barrier(const Message& message, std::vector<Message>& ready);
  void release_audio(std::int64_t before, std::vector<Message>& ready);

  static constexpr auto nothing = std::numeric_limits<std::int64_t>::min();
  static constexpr auto everything = std::numeric_limits<std::int64_t>::max();

  bool opening_ = false;
  std::optional<Targets> targets_;
  std::deque<Message> gate_;
  std::deque<AudioSample> audio_;
  std::int64_t known_until_ = nothing;
  std::int64_t audio_until_ = everything;  ///< audio has come up to here; everything: there is none
  std::optional<std::int64_t> barrier_;
};

}  // namespace abr_hls

// One stream's media from RTMP messages to what leaves: live fMP4 or FLV for the pipeline, messages for players.  It
// outlives the connections of its publisher: a session that follows another goes on where that one was.  Pure but for the
// log; times are passed in.
//
//   message --Intake--> frames by track --held until StartRule lets them go--> TimeLine --> Fragmenter, FlvOutput, players
//
// - Stamps are repaired as live-fmp4(5) says (common/timeline); players and FLV get the same time line in ms from 0.
// - A session begins with the first key frame, once audio's headers are known too or have been waited for long enough;
//   without video with audio.  Audio that came before that key frame and is stamped behind it is kept, the rest dropped.
// - What comes later begins a new epoch: at once where a track appears in front of the pictures, else at the next key
//   frame.  FLV has no epochs: there new headers stand in front of that key frame.
// - Players and FLV get bodies exactly as they were sent.  With --tracks main, messages that hold no track 0 do not reach
//   them; one that holds others beside it passes whole.
#pragma once

#include "common/base/gather.hpp"
#include "common/base/units.hpp"
#include "common/mux/fragmenter.hpp"
#include "common/rtmp/message.hpp"
#include "tools/rtmp-ingest/headers.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace rtmp_ingest {

/// A message on its way to players: never headers or metadata, which `preface` holds.
struct Passed {
  live::rtmp::Message message;  ///< type, payload; timestamp: ms on the stream's time line, from 0
  bool start =
      false;  ///< a player can begin here: a key frame; any audio frame where there is no video
  std::shared_ptr<const Preface> preface;  ///< in force here
  live::Monotonic arrived;
};

/// What the stream is, for /streams, metrics and the log.
struct FeedFacts {
  std::string video, audio;  ///< "H.264 1280x720", "AAC 48000 Hz 2 ch"; "" = none
  std::uint32_t width = 0, height = 0;
  std::string encoder;                               ///< as onMetaData says, printable
  std::uint64_t video_frames = 0, audio_frames = 0;  ///< of the main tracks, that left
  std::uint64_t dropped_before_start = 0;            ///< messages that could not be begun with
  std::uint64_t ignored = 0;  ///< messages that made no sense or were of no use
  std::uint64_t repairs = 0;  ///< stamps
  bool begun = false;         ///< something left
};

enum class Format { fmp4, flv };
struct FeedOptions {
  Format format = Format::fmp4;
  bool all_tracks = false;  ///< --tracks all: those of multitrack messages too
  bool write = true;        ///< false: for players only
  live::mux::Cut cut;
};

/// Where a feed's output goes; called during begin_session(), push(), tick() and finish().
struct FeedSinks {
  /// Pipeline::header; `change` is for FLV only.
  std::function<void(std::shared_ptr<const live::Buffer> header,
                     std::shared_ptr<const live::Buffer> change)>
      header;
  std::function<void(live::Gather, bool start)> media;  ///< Pipeline::push
  std::function<void(Passed)> players;                  ///< may be empty: nobody may play
};

class Feed {
 public:
  /// What is held before a session begins: beyond that it begins with what there is, or loses what came first.
  static constexpr std::size_t most_held_bytes = 8U << 20U, most_held_messages = 2'048;
  /// A fragment that is under way leaves when nothing has come for so long.
  static constexpr live::Ms quiet{3'000};

  Feed(FeedOptions options, FeedSinks sinks, std::string name);
  Feed(const Feed&) = delete;
  Feed& operator=(const Feed&) = delete;
  ~Feed();

  /// A publisher begins, or comes back.
  void begin_session();
  /// An audio, video or data message of it.  "" or why the publisher is to be refused ("video codec vvc1 is not carried: publish
  /// H.264, H.265, AV1 or VP9").  Messages that make no sense are counted and left out.
  std::string push(live::rtmp::Message message, live::Monotonic arrived, live::WallClock wall);
  /// Every 100 ms or so: waits that end by time (RTMP audio headers for at most 1 s after the first key frame).
  void tick(live::Monotonic now);
  /// The publisher has left for good: what is held leaves.
  void finish();

  [[nodiscard]] const FeedFacts& facts() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace rtmp_ingest

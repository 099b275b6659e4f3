// One stream's media from RTMP messages to what leaves: live fMP4 or FLV for the pipeline, messages for players.  It
// outlives the connections of its publisher: a session that follows another goes on where that one was.  Pure but for the
// log; times are passed in.
//
// Stamps are repaired as live-fmp4(5) says (common/timeline); players get the same time line in ms from 0.
#pragma once

#include "common/base/gather.hpp"
#include "common/base/units.hpp"
#include "common/codec/parameters.hpp"
#include "common/mux/fragmenter.hpp"
#include "common/rtmp/message.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace rtmp_ingest {

/// What players need before the first message: bodies of the latest onMetaData and of the sequence headers in force.
struct Preface {
  std::vector<live::rtmp::Message> messages;  ///< timestamps are set when they are sent
};

/// A message on its way to players.
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
  std::string encoder;  ///< as onMetaData says, printable
  std::uint64_t video_frames = 0, audio_frames = 0, dropped_before_start = 0, ignored = 0;
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

/// Where a feed's output goes; called during audio(), video(), data(), tick().
struct FeedSinks {
  std::function<void(std::shared_ptr<const live::Buffer>)> header;  ///< Pipeline::header
  std::function<void(live::Gather, bool start)> media;              ///< Pipeline::push
  std::function<void(Passed)> players;  ///< may be empty: nobody may play
};

class Feed {
 public:
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

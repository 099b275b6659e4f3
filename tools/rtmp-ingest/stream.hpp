// One stream by its public name: its publisher, what becomes of the media, its players.
#pragma once

#include "common/ingest/pipeline.hpp"
#include "common/ingest/publisher.hpp"
#include "common/live/meter.hpp"
#include "tools/rtmp-ingest/audience.hpp"
#include "tools/rtmp-ingest/feed.hpp"
#include "tools/rtmp-ingest/options.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rtmp_ingest {

/// Who waits for what a publisher sends: with players also the pipeline, if any.
enum class Awaited { by_nobody, by_pipeline, by_players };

/// The connection that publishes, as its stream sees it.
class Publisher {
 public:
  virtual ~Publisher() = default;
  /// It is to leave, and has no stream from now on: `code` and `text` for its NetStream status.
  virtual void evict(std::string_view code, std::string_view text) = 0;
  /// When it last sent audio or video; before the first, when it began to publish.
  [[nodiscard]] virtual live::Monotonic heard() const = 0;
  /// Called when it begins to publish, and when something changes.
  virtual void awaited(Awaited by) = 0;
};

/// A connection that plays.
class Player {
 public:
  virtual ~Player() = default;
  virtual void source_came() = 0;  ///< a publisher began, or came back
  virtual void source_left() = 0;
};

/// What has been counted over all streams, those that have ended too.
struct Totals {
  std::uint64_t publishes = 0, resumed = 0, taken_over = 0, kicked = 0, ended = 0;
  std::uint64_t bytes = 0, video_frames = 0, audio_frames = 0, repairs = 0;
  std::uint64_t dropped_gops = 0, dropped_bytes = 0;
  std::uint64_t played_bytes = 0, skips = 0;
};

/// From a publish to the end of the stream, over graces and takeovers.
struct Broadcast {
  std::shared_ptr<Feed> feed;  ///< that of standard output goes from stream to stream
  live::ingest::Pipeline* pipeline = nullptr;  ///< the hub's; none with --no-output
  live::ingest::Claim claim;                   ///< that began it; holds the key
  live::ingest::Claim session;                 ///< of the latest publisher
  live::ingest::Grant grant;                   ///< of the latest publisher
  std::string client, protocol, software;      ///< of the latest publisher, printable
  live::Monotonic began;
  live::WallClock since;
  Publisher* publisher = nullptr;             ///< none: in its grace
  std::optional<live::Monotonic> grace_ends;  ///< when there is none
  live::Monotonic session_began;              ///< of the latest publisher
  live::Meter meter;
  std::uint64_t bytes = 0;
  std::uint64_t frames_measured = 0;  ///< Counted::video_frames that `meter` knows
  std::string told;                   ///< the latest line of what it is
};

/// What is counted of one broadcast.
struct Counted {
  std::uint64_t video_frames = 0, audio_frames = 0, repairs = 0;
  std::uint64_t dropped_gops = 0, dropped_bytes = 0;
};

class Stream {
 public:
  enum class State { waiting, live, grace };  ///< waiting: only players are there

  Stream(std::string name, const Options& options);

  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] State state() const;
  /// What is published; nullptr while players wait.
  [[nodiscard]] const Broadcast* broadcast() const { return broadcast_ ? &*broadcast_ : nullptr; }
  [[nodiscard]] const Audience& audience() const { return audience_; }
  [[nodiscard]] bool empty() const { return !broadcast_ && players_.empty(); }

  /// A message of the publisher.  "" or why it is to be refused.  REQUIRES: it is live.
  std::string push(live::rtmp::Message message, live::Monotonic arrived, live::WallClock wall);

  /// REQUIRES for these: there is a broadcast.
  [[nodiscard]] bool has_begun() const;  ///< something of it has left
  [[nodiscard]] Counted counted() const;
  [[nodiscard]] const FeedFacts& facts() const { return broadcast_->feed->facts(); }

 private:
  friend class Hub;
  /// A feed to `pipeline` (if any), and to the players of whom `audience` gives.
  static std::shared_ptr<Feed> make_feed(const Options& options, live::ingest::Pipeline* pipeline,
                                         std::function<Audience*()> audience,
                                         const std::string& name);
  void begin(std::shared_ptr<Feed> feed, live::ingest::Pipeline* pipeline);
  void session(Publisher& publisher, live::Monotonic now);
  void tell_players(void (Player::*what)());
  void tell_publisher();
  void tell_what_it_is();
  [[nodiscard]] Counted counted_by_now() const;
  [[nodiscard]] bool too_fast(const Options& options, live::Monotonic now) const;

  std::string name_;
  Audience audience_;
  std::vector<Player*> players_;
  std::optional<Broadcast> broadcast_;
  Counted before_;  ///< by feed and pipeline, when the broadcast began
};

std::string to_text(Stream::State state);

}  // namespace rtmp_ingest

// The streams by name: who publishes each, its pipeline and its players, the grace after a lost connection, takeovers.
//
//            claim()                     lost()
//   (none) ----------> live (publisher) -------> grace (no publisher) --claim()--> live
//      ^                    | ended()                | --grace over
//      +--------------------+------------------------+     the pipeline finishes
//
// Without a command there is one pipeline, standard output, for as long as we run, and one publisher at a time.
#pragma once

#include "common/ingest/pipeline.hpp"
#include "common/ingest/publisher.hpp"
#include "common/net/asio.hpp"
#include "tools/rtmp-ingest/options.hpp"
#include "tools/rtmp-ingest/stream.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <variant>

namespace rtmp_ingest {

/// What the hub tells its owner.
struct HubEvents {
  /// A stream has ended for good: for the auth URL.
  std::function<void(const live::ingest::Claim&, const live::ingest::Grant&)> ended;
  /// There is nothing more to do: the first stream has ended under --once, or the reader of standard output has left.
  std::function<void(std::string_view why)> over;
  /// After stop(): every pipeline has gone.
  std::function<void()> empty;
};

class Hub {
 public:
  using Streams = std::map<std::string, std::unique_ptr<Stream>, std::less<>>;

  /// REQUIRES: options.play is set.
  Hub(live::asio::io_context& io, const Options& options, const Times& times, HubEvents events);
  Hub(const Hub&) = delete;
  Hub& operator=(const Hub&) = delete;
  ~Hub();

  /// `publisher` takes the stream of `grant`: a new one, one in its grace, or, as --takeover says, a live one, whose
  /// publisher is evicted.  `software`: what it calls itself.  Denied: BadName, or too many publishers.
  std::variant<Stream*, live::ingest::Denial> claim(const live::ingest::Grant& grant,
                                                    const live::ingest::Claim& claim,
                                                    std::string_view software, Publisher& publisher,
                                                    live::Monotonic now);
  /// It stopped, or was told to: the stream ends now.  Nothing when it is not its publisher any more.
  void ended(Stream& stream, const Publisher& publisher, std::string_view why, live::Monotonic now);
  /// Its connection was lost: the grace begins.
  void lost(Stream& stream, const Publisher& publisher, std::string_view why, live::Monotonic now);

  /// The stream to play; made (without a publisher) when it does not exist, so that players may wait for it.  nullptr when
  /// --max-players play already.
  Stream* to_play(std::string_view name);
  void join(Stream& stream, Player& player, Sender& sender, std::function<void()> on_blocked);
  void leave(Stream& stream, Player& player, Sender& sender);

  /// DELETE /streams/NAME: its publisher is evicted, the stream ends; false when there is none.
  bool kick(std::string_view name, live::Monotonic now);

  /// Every 100 ms: what ends by time.
  void tick(live::Monotonic now);

  enum class How {
    terminate,  ///< we were asked to stop: SIGTERM to every pipeline
    finish,     ///< we are done: end of file to every pipeline
  };
  /// Every publisher is evicted, without a word; nobody comes any more.  HubEvents::empty when all pipelines have gone.
  void stop(How how, live::Monotonic now);

  [[nodiscard]] const Streams& streams() const { return streams_; }
  [[nodiscard]] std::size_t publishing() const { return publishing_; }  ///< live and in grace
  [[nodiscard]] std::size_t players() const { return players_; }
  [[nodiscard]] const Totals& totals() const { return totals_; }
  /// Why standard output could not be written; "" while it can, and when its reader just left.
  [[nodiscard]] const std::string& trouble() const { return trouble_; }
  /// Pipelines: those of streams, and those of ended streams that are not through yet.
  [[nodiscard]] std::size_t pipelines() const { return pipelines_.size(); }

 private:
  using Pipelines = std::map<std::uint64_t, std::unique_ptr<live::ingest::Pipeline>>;

  std::optional<live::ingest::Denial> denial(const Stream* stream, live::Monotonic now) const;
  live::ingest::Pipeline* make_pipeline(const std::string& name,
                                        std::optional<live::process::Command> command);
  live::ingest::Pipeline* pipeline_for(const live::ingest::Grant& grant,
                                       const live::ingest::Claim& claim);
  void gone(std::uint64_t number);
  void over(std::string why);
  void begin(Stream& stream, const live::ingest::Grant& grant, const live::ingest::Claim& claim,
             live::Monotonic now);
  void end(Stream& stream, std::string_view why, live::Monotonic now);
  void end_by_force(Stream& stream, std::string_view why, live::Monotonic now);
  void forget_if_idle(Stream& stream);

  live::asio::io_context& io_;
  const Options& options_;
  const Times& times_;
  HubEvents events_;
  Streams streams_;
  Pipelines pipelines_;
  live::ingest::Pipeline* output_ = nullptr;  ///< standard output
  std::shared_ptr<Feed> output_feed_;         ///< its; one time line for all who come
  Stream* on_output_ = nullptr;               ///< who is there now
  std::uint64_t made_ = 0;                    ///< pipelines
  std::size_t publishing_ = 0, players_ = 0;
  Totals totals_;
  std::uint64_t completed_ = 0;  ///< streams that had media, and have ended
  unsigned ticks_ = 0;
  std::string trouble_;
  bool stopping_ = false, output_gone_ = false;
};

/// What the pipeline of a publisher runs: --exec or the command, with DESIGN's LIVE_ variables and without ours.
live::process::Command pipeline_command(const Options& options, const live::ingest::Grant& grant,
                                        const live::ingest::Claim& claim);

}  // namespace rtmp_ingest

// The streams by name: who publishes each, its pipeline and its players, the grace after a lost connection, takeovers.
//
//            claim()                     publisher_lost()
//   (none) ----------> live (publisher) ------------------> grace (no publisher) --claim()--> live
//      ^                    | publisher_ended()                   | --grace over
//      +--------------------+-------------------------------------+     the pipeline finishes
#pragma once

#include "common/ingest/pipeline.hpp"
#include "common/ingest/publisher.hpp"
#include "common/live/meter.hpp"
#include "tools/rtmp-ingest/audience.hpp"
#include "tools/rtmp-ingest/feed.hpp"
#include "tools/rtmp-ingest/options.hpp"

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <variant>

namespace rtmp_ingest {

/// The connection that publishes, as its stream sees it.
class Publisher {
 public:
  virtual ~Publisher() = default;
  /// It is to leave: `code` and `text` for its NetStream status; "" = just close.
  virtual void evict(std::string_view code, std::string_view text) = 0;
  /// When it last sent audio or video.
  [[nodiscard]] virtual live::Monotonic heard() const = 0;
};

class Stream {
 public:
  [[nodiscard]] const std::string& name() const;
  Feed& feed();
  Audience& audience();
  // name, grant, claim, facts, meters: see hub.cpp
};

class Hub {
 public:
  Hub(live::asio::io_context& io, const Options& options, const Times& times);
  ~Hub();

  /// `publisher` takes the stream of `grant`: a new one, one in its grace, or, as --takeover says, a live one, whose
  /// publisher is evicted.  Denied: BadName, or too many publishers.
  std::variant<Stream*, live::ingest::Denial> claim(const live::ingest::Grant& grant,
                                                    const live::ingest::Claim& claim,
                                                    Publisher& publisher);
  /// The encoder stopped: the stream ends now.
  void publisher_ended(Stream& stream, Publisher& publisher);
  /// The connection was lost: the grace begins.
  void publisher_lost(Stream& stream, Publisher& publisher);

  /// The stream to play; made (without a publisher, bounded) when it does not exist, so that players may wait for it.
  Stream* to_play(const std::string& name);

  /// DELETE /streams/NAME; false when nobody publishes it.
  bool kick(const std::string& name);
  /// We were asked to stop: every pipeline is terminated, or finished where its publisher had ended; `on_empty` when all
  /// of them have gone.
  void stop(std::function<void()> on_empty);
};

}  // namespace rtmp_ingest

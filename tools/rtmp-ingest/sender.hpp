// What goes out on one connection: the session's own words, and, when it plays, the stream's messages.  Words go between
// messages, never into one.  It has no queue of media: a message that the socket does not take whole is held until it is
// through, the rest waits in the stream's ring.
#pragma once

#include "common/live/cursor.hpp"
#include "common/live/ring.hpp"
#include "common/net/link.hpp"
#include "common/rtmp/chunk_writer.hpp"
#include "tools/rtmp-ingest/feed.hpp"

#include <cstdint>
#include <memory>

namespace rtmp_ingest {

/// A message as all players of a stream get it.  What live::Ring and live::Cursor ask of an item: size(), start, arrived.
struct Item {
  live::rtmp::SharedChunks chunks;
  live::rtmp::MessageType type;
  std::uint32_t timestamp;
  bool start;
  std::shared_ptr<const Preface> preface;
  live::Monotonic arrived;
  [[nodiscard]] std::size_t size() const { return chunks.size(); }
};
using Ring = live::Ring<Item>;
using Cursor = live::Cursor<Item>;

class Sender {
 public:
  enum class Ending : std::uint8_t { none, left, stalled, flooded };
  static constexpr std::size_t most_words =
      256U << 10U;                          ///< unsent; a peer that asks without reading is dropped
  static constexpr live::Ms stall{10'000};  ///< without progress while bytes wait

  explicit Sender(live::net::Link& link) : link_(link) {}

  /// Takes `words` (and leaves it empty) and sends what the socket takes.
  void say(live::Buffer& words, live::Monotonic now);
  /// From now on also the messages of `ring`, from its newest start or the next one; until stop_playing().
  void play(const Ring& ring, const live::Patience& patience);
  void stop_playing();
  void pause(bool paused);
  /// receiveAudio, receiveVideo.
  void receive(live::rtmp::MessageType type, bool on);
  /// Sends what there is.
  void pump(live::Monotonic now);
  /// The socket is full: pump() once it is writable.
  [[nodiscard]] bool blocked() const;
  /// Nothing waits.
  [[nodiscard]] bool empty() const;
  /// The first item that the ring must keep.
  [[nodiscard]] live::Sequence needs() const;
  /// About once a second: does it stall, must it skip?
  void tick(live::Monotonic now);

  [[nodiscard]] Ending ending() const { return ending_; }
  [[nodiscard]] std::uint64_t bytes() const;
  [[nodiscard]] std::uint64_t skips() const;
  [[nodiscard]] std::uint64_t skipped() const;  ///< messages

 private:
  live::net::Link& link_;
  Ending ending_ = Ending::none;
};

}  // namespace rtmp_ingest

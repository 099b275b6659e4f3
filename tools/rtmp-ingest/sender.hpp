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
#include <optional>
#include <string_view>

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

Item make_item(Passed passed);

/// REQUIRES: `link` outlives it.  After each call, ending() and blocked() say what is to be done.
class Sender {
 public:
  enum class Ending : std::uint8_t {
    none,
    left,           ///< the connection is broken
    stalled,        ///< it took nothing for too long
    flooded,        ///< it asks without reading the answers
    held_too_much,  ///< it is slow in the middle of more old messages than the stream's memory allows
  };
  static constexpr std::size_t most_words =
      256U << 10U;                          ///< unsent; a peer that asks without reading is dropped
  static constexpr live::Ms stall{10'000};  ///< without progress while bytes wait

  explicit Sender(live::net::Link& link) : link_(link) {}
  Sender(const Sender&) = delete;
  Sender& operator=(const Sender&) = delete;

  /// Takes `words` (and leaves it empty) and sends what the socket takes.
  void say(live::Buffer& words, live::Monotonic now);
  /// From now on also the messages of `ring`, from its newest start or the next one; until stop_playing().  Nothing is
  /// sent yet.  REQUIRES: both outlive that.
  void play(const Ring& ring, const live::Patience& patience);
  void stop_playing();
  /// Back from a pause it goes on at a start that it has not had.
  void pause(bool paused);
  /// receiveAudio, receiveVideo.  Video comes back with a key frame.
  void receive(live::rtmp::MessageType type, bool on);
  /// Sends what there is.
  void pump(live::Monotonic now);
  /// The socket is full: pump() once it is writable.
  [[nodiscard]] bool blocked() const { return blocked_; }
  /// Nothing waits.
  [[nodiscard]] bool empty() const;
  /// The first item that the ring must keep.
  [[nodiscard]] live::Sequence needs() const;
  /// About once a second: does it stall?
  void tick(live::Monotonic now);
  /// The stream went on while this one is blocked: must it skip?
  void review(live::Monotonic now);
  /// Gives up when it is in the middle of an item before `overdue` (Ring::overdue()).
  void let_go_before(live::Sequence overdue);

  [[nodiscard]] Ending ending() const { return ending_; }
  [[nodiscard]] std::uint64_t bytes() const { return bytes_; }
  [[nodiscard]] std::uint64_t skips() const { return skips_ + cursor_.skips(); }
  [[nodiscard]] std::uint64_t skipped() const { return skipped_ + cursor_.skipped(); }

 private:
  struct Batch;

  [[nodiscard]] bool plays() const { return ring_ != nullptr && !paused_; }
  void fill(Batch& batch, live::Monotonic now);
  void fill_items(Batch& batch, live::Monotonic now);
  [[nodiscard]] bool wants(const Item& item);
  bool enter(const Item& item);
  void settle(const Batch& batch, std::size_t sent);
  void begin_anew(live::Sequence from);
  void look_for_progress(live::Monotonic now);
  void end(Ending why);

  live::net::Link& link_;
  const Ring* ring_ = nullptr;
  const live::Patience* patience_ = nullptr;
  Cursor cursor_;
  std::shared_ptr<const Preface> preface_;  ///< that it has been told
  live::Buffer words_;  ///< behind partial_, before the next item; the first words_sent_ are out
  std::size_t words_sent_ = 0;
  std::shared_ptr<const Item> partial_;  ///< of which the socket took partial_sent_ bytes
  std::size_t partial_sent_ = 0;
  live::Sequence partial_sequence_ = 0;
  live::Monotonic progress_;
  std::uint64_t bytes_ = 0;
  std::uint64_t skips_ = 0, skipped_ = 0;   ///< of cursors before this one
  std::optional<std::size_t> in_kernel_{};  ///< when we last looked
  Ending ending_ = Ending::none;
  bool blocked_ = false, paused_ = false;
  bool audio_ = true, video_ = true;
  bool video_needs_key_ = false;
};

std::string_view to_text(Sender::Ending ending);

}  // namespace rtmp_ingest

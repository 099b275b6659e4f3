// One viewer of a stream: a socket, a cursor into the ring, and the little that it has of its own.  It has no
// queue: a fragment that the socket does not take whole is held until it is through, the rest waits in the
// ring.
#pragma once

#include "common/http/serve.hpp"
#include "common/http/ws_frame.hpp"
#include "common/live/cursor.hpp"
#include "common/live/stream.hpp"
#include "tools/fmp4-httpd/batch.hpp"

#include <cstdint>
#include <memory>
#include <string>

namespace fmp4_httpd {

/// The times of a viewer's life that no option sets.
struct ViewerTimes {
  live::Ms stall{10'000};  ///< without progress while bytes wait: dropped
  live::Ms linger{5'000};  ///< for the peer to close after our end of the response
  live::Ms ping{20'000};
  live::Ms clock{5'000};
};
/// Bytes that a viewer of /S.mp4 may send for nothing before it is dropped.
inline constexpr std::size_t max_unasked_bytes = std::size_t{64} << 10U;
/// A WebSocket viewer has nothing to say; messages up to this size are ignored.
inline constexpr std::size_t max_message_bytes = 4096;
/// Pongs are left out while so much of our own words waits.
inline constexpr std::size_t max_unsent_bytes = 4096;

/// What a stream counts of its viewers.
struct Traffic {
  std::uint64_t bytes = 0;  ///< taken by the kernel
  std::uint64_t skips = 0;  ///< a viewer was too slow and left out fragments up to a key frame
  std::uint64_t skipped_fragments = 0;
  std::uint64_t dropped = 0;  ///< viewers that made no progress, or held too much memory
};

/// What the viewers of a stream share when something is sent.
struct Delivery {
  live::Stream& stream;
  const live::Patience& patience;
  const ViewerTimes& times;
  Batch& batch;
  Traffic& traffic;
  live::Monotonic now;
};

using Ring = live::Ring<live::Fragment>;
using Cursor = live::Cursor<live::Fragment>;

/// Whose waits on the socket are its Hub's: it may be destroyed when gone() and none is under way.
class Viewer {
 public:
  enum class Ending : std::uint8_t { none, left, stalled, broke_rules, held_too_much, finished };

  Viewer(live::http::Connection connection, Transport transport, live::Monotonic now);

  /// First of all: `greeting` (the head of the response) and the stream's init.
  void welcome(live::Bytes greeting, Delivery& delivery);
  /// Sends what there is, as far as the socket takes it.
  void deliver(Delivery& delivery);
  /// Bytes came from the peer.
  void hear(live::Bytes bytes, Delivery& delivery);
  /// Skips if it is too far behind, though its socket is full.
  void review(Delivery& delivery);
  /// About once a second: clock, ping, and whether it stalls.
  void tick(Delivery& delivery);
  /// No more is to come: it gets what waits, then the end in the words of its transport.
  void finish(live::http::CloseCode code, Delivery& delivery);
  /// Closes the socket; the reason of the first call counts.
  void drop(Ending why);

  [[nodiscard]] bool gone() const { return ending_ != Ending::none; }
  [[nodiscard]] Ending ending() const { return ending_; }
  /// The socket is full: deliver() again once it is writable.
  [[nodiscard]] bool blocked() const { return blocked_; }
  /// The first fragment that the ring must keep for it.
  [[nodiscard]] live::Sequence needs(const Ring& ring) const { return cursor_.needs(ring); }
  /// It is in the middle of a fragment before `sequence`.
  [[nodiscard]] bool holds_before(live::Sequence sequence) const {
    return partial_ != nullptr && partial_sequence_ < sequence;
  }

  [[nodiscard]] live::Socket& socket() { return socket_; }
  [[nodiscard]] Transport transport() const { return transport_; }
  [[nodiscard]] const std::string& peer() const { return peer_; }
  [[nodiscard]] live::Monotonic began() const { return began_; }
  [[nodiscard]] std::uint64_t bytes() const { return bytes_; }
  [[nodiscard]] std::uint32_t skips() const { return cursor_.skips(); }

  bool waits_read = false, waits_write = false;  ///< a wait on the socket is under way

 private:
  enum class State : std::uint8_t {
    streaming,
    draining,   ///< nothing new comes: the end follows what waits
    finishing,  ///< the end is queued
    lingering,  ///< it is sent and our side is shut; the peer is to close
  };
  struct Unsent {
    live::Buffer bytes;
    std::size_t sent = 0;
  };

  bool fill(Delivery& delivery);
  void fill_fragments(Delivery& delivery);
  bool enter(const live::Fragment& fragment, Delivery& delivery);
  bool settle(std::size_t total, Delivery& delivery);
  void take_back(std::size_t item, std::size_t sent, Delivery& delivery);
  [[nodiscard]] std::size_t already_sent() const;
  void count_skips(const Cursor& before, Traffic& traffic) const;

  void queue(live::Bytes bytes);
  void queue_epoch(const live::Epoch& epoch);
  void queue_clock(Delivery& delivery);
  void queue_end(live::http::CloseCode code, std::string_view why);
  void answer(const live::http::Message& message);
  void linger(live::Monotonic now);
  void look_for_progress(live::Monotonic now);

  live::Socket socket_;
  std::string peer_;
  Cursor cursor_;
  live::TimeLine line_;
  std::shared_ptr<const live::Epoch> epoch_;  ///< whose init it has
  std::unique_ptr<Unsent> unsent_;  ///< our own words: behind partial_, before the next fragment
  std::unique_ptr<live::http::MessageReader> reader_;
  live::FragmentPtr partial_;  ///< a fragment of which the socket took partial_sent_ bytes
  live::Sequence partial_sequence_ = 0;
  std::size_t partial_sent_ = 0;
  live::Monotonic began_, progress_, clock_at_, ping_at_;
  std::uint64_t bytes_ = 0;
  std::uint32_t fragments_ = 0;  ///< begun; in mfhd of the latest
  std::uint32_t unasked_ = 0;
  std::size_t in_kernel_ = 0;  ///< bytes that the peer had not acknowledged when we last looked
  Transport transport_;
  State state_ = State::streaming;
  Ending ending_ = Ending::none;
  live::http::CloseCode close_code_ = live::http::CloseCode::normal;
  bool blocked_ = false;
};

std::string_view to_text(Viewer::Ending ending);

}  // namespace fmp4_httpd

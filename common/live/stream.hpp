// One live stream: its epoch, the ring of its latest fragments, and what is measured of it.
#pragma once

#include "common/live/fragment.hpp"
#include "common/live/meter.hpp"
#include "common/live/ring.hpp"
#include "common/mp4/stream_reader.hpp"

#include <memory>
#include <string>

namespace live {

enum class StreamState {
  waiting,  ///< no writer, or one that has not sent its first fragment
  live,
  ended,   ///< its source is done for good
  failed,  ///< its source is no live fMP4
};
std::string_view to_text(StreamState state);

class Stream {
 public:
  Stream(std::string name, std::uint64_t memory_bytes)
      : name_(std::move(name)), ring_(memory_bytes) {}

  /// ftyp moov came: a new epoch.
  void begin_epoch(mp4::InitItem item);
  /// A fragment of that epoch came.  REQUIRES: begin_epoch() before.
  Sequence push(mp4::FragmentItem item, Monotonic now, WallClock wall);
  /// The writer has left, for now or for good.
  void source_left(StreamState state);

  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] StreamState state() const { return state_; }
  [[nodiscard]] const std::shared_ptr<const Epoch>& epoch() const { return shared_epoch_; }
  [[nodiscard]] Ring<Fragment>& ring() { return ring_; }
  [[nodiscard]] const Ring<Fragment>& ring() const { return ring_; }
  [[nodiscard]] const Meter& meter() const { return meter_; }
  [[nodiscard]] std::uint64_t fragments() const { return ring_.end(); }
  [[nodiscard]] std::uint64_t bytes() const { return bytes_; }

 private:
  std::string name_;
  StreamState state_ = StreamState::waiting;
  std::shared_ptr<Epoch> epoch_;
  std::shared_ptr<const Epoch> shared_epoch_;
  Ring<Fragment> ring_;
  Meter meter_;
  std::uint64_t bytes_ = 0;
  std::uint32_t epochs_ = 0;
};

}  // namespace live

// The thread that writes: everything encoded goes through one bounded queue to Output.
#pragma once

#include "common/base/queue_thread.hpp"
#include "tools/abr-hls/arranger.hpp"
#include "tools/abr-hls/output.hpp"

#include <atomic>
#include <vector>

namespace abr_hls {

class Stats;

class Writer {
 public:
  static constexpr std::size_t queue_limit = 512;  ///< messages

  /// Both must outlive it.
  Writer(Output& output, Stats& stats);
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  /// Any thread; waits while the queue is full.  False once writing has failed: nothing more is wanted.
  [[nodiscard]] bool post(Message message) { return queue_.push(std::move(message)); }
  [[nodiscard]] bool failed() const { return queue_.failed(); }
  /// Writes what is left, ends the list or leaves it open.  Throws what writing threw.
  void finish(Output::How how);

 private:
  void run();
  void write(Message& message);
  void write_audio(AudioSample& audio);

  Output& output_;
  Stats& stats_;
  Arranger arranger_;
  live::QueueThread<Message> queue_{queue_limit};
};

}  // namespace abr_hls

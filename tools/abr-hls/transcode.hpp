// The reader: the input, epoch by epoch, into the ladder, until it ends or is asked to stop.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>

namespace abr_hls {

struct Options;
class Stats;

/// The wish to stop, from the main thread to those that wait.
class StopWish {
 public:
  void make() {
    const std::lock_guard lock{mutex_};
    made_ = true;
    changed_.notify_all();
  }
  [[nodiscard]] bool made() const {
    const std::lock_guard lock{mutex_};
    return made_;
  }
  /// Waits; false when it was not made within `patience`.
  bool wait_for(std::chrono::milliseconds patience) {
    std::unique_lock lock{mutex_};
    return changed_.wait_for(lock, patience, [this] { return made_; });
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  bool made_ = false;
};

/// Returns when the list has been ended, or left open.  Throws Failure.
void transcode(const Options& options, Stats& stats, StopWish& stop);

}  // namespace abr_hls

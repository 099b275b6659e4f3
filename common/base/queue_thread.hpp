// A bounded queue and the thread that empties it: a stage of work that is done in several.
#pragma once

#include "common/base/bounded_queue.hpp"

#include <atomic>
#include <chrono>
#include <cstddef>
#include <exception>
#include <functional>
#include <future>
#include <thread>

namespace live {

/// The last member of who runs in it: the thread ends before anything that it uses.
template <class T>
class QueueThread : public BoundedQueue<T> {
 public:
  explicit QueueThread(std::size_t limit) : BoundedQueue<T>(limit) {}
  QueueThread(const QueueThread&) = delete;
  QueueThread& operator=(const QueueThread&) = delete;
  /// Drops what is left.
  ~QueueThread() {
    this->refuse();
    join();
  }

  /// `work` takes from the queue until its end; when it returns or throws, push() is refused.
  void start(std::function<void()> work) {
    thread_ = std::thread{[this, work = std::move(work)] {
      try {
        work();
      } catch (...) {
        failure_ = std::current_exception();
        failed_ = true;
      }
      this->refuse();
      ended_.set_value();
    }};
  }
  /// Waits until what is left has been taken; with `hurry` that is dropped.  Throws what `work` threw.
  void finish(bool hurry = false) {
    if (hurry) this->clear();
    this->end();
    join();
    if (failure_) std::rethrow_exception(failure_);
  }
  /// What is left is dropped: false when `work` has not returned within `patience`.  Then finish().
  [[nodiscard]] bool stop_within(std::chrono::milliseconds patience) {
    this->clear();
    this->end();
    return !thread_.joinable() ||
           ended_.get_future().wait_for(patience) == std::future_status::ready;
  }
  /// `work` has thrown.
  [[nodiscard]] bool failed() const { return failed_; }

 private:
  void join() {
    if (thread_.joinable()) thread_.join();
  }

  std::atomic<bool> failed_ = false;
  std::promise<void> ended_;
  std::exception_ptr failure_;  ///< read once the thread has been joined
  std::thread thread_;
};

}  // namespace live

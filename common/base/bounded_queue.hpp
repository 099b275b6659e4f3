// What lies between two threads: in order, of a limited number, and nobody spins.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <utility>

namespace live {

template <class T>
class BoundedQueue {
 public:
  explicit BoundedQueue(std::size_t limit) : limit_(limit) {}

  /// Waits while it is full.  False once nobody takes anything any more (refuse()).
  [[nodiscard]] bool push(T item) {
    std::unique_lock lock{mutex_};
    room_.wait(lock, [this] { return refused_ || items_.size() < limit_; });
    if (refused_) return false;
    items_.push_back(std::move(item));
    some_.notify_one();
    return true;
  }
  /// Does not wait: false when it is full, or nobody takes anything any more (then `item` is as it was).
  [[nodiscard]] bool try_push(T& item) {
    const std::lock_guard lock{mutex_};
    if (refused_ || items_.size() >= limit_) return false;
    items_.push_back(std::move(item));
    some_.notify_one();
    return true;
  }
  /// The giving side is done: pop() gives what is left, then nothing.
  void end() {
    const std::lock_guard lock{mutex_};
    ended_ = true;
    some_.notify_all();
  }
  /// The taking side has left: what is there is dropped, and push() says so.
  void refuse() {
    const std::lock_guard lock{mutex_};
    refused_ = ended_ = true;
    items_.clear();
    some_.notify_all();
    room_.notify_all();
  }
  /// Drops what is there.
  void clear() {
    const std::lock_guard lock{mutex_};
    items_.clear();
    room_.notify_all();
  }

  /// Waits while it is empty; nothing at the end.
  std::optional<T> pop() {
    std::unique_lock lock{mutex_};
    some_.wait(lock, [this] { return ended_ || !items_.empty(); });
    return take();
  }
  /// The same, but nothing after `patience` too; at_end() tells which.
  std::optional<T> pop_within(std::chrono::milliseconds patience) {
    std::unique_lock lock{mutex_};
    some_.wait_for(lock, patience, [this] { return ended_ || !items_.empty(); });
    return take();
  }
  [[nodiscard]] bool at_end() const {
    const std::lock_guard lock{mutex_};
    return ended_ && items_.empty();
  }
  /// 0 to 1.
  [[nodiscard]] double fill() const {
    const std::lock_guard lock{mutex_};
    return static_cast<double>(items_.size()) / static_cast<double>(limit_);
  }

 private:
  std::optional<T> take() {
    if (items_.empty()) return {};
    std::optional<T> item{std::move(items_.front())};
    items_.pop_front();
    room_.notify_one();
    return item;
  }

  const std::size_t limit_;
  mutable std::mutex mutex_;
  std::condition_variable some_, room_;
  std::deque<T> items_;
  bool ended_ = false, refused_ = false;
};

}  // namespace live

// libcurl's multi interface on the loop: curl says which of its sockets to watch and when to call it again, Asio does so.
// curl_multi_socket_action(3).
#pragma once

#include "common/net/asio.hpp"

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <unordered_map>

#include <boost/asio/steady_timer.hpp>
#include <curl/curl.h>

namespace live::fetch {

class Multi {
 public:
  /// `on_done`: a transfer that was added has ended with `result`, and is not in it any more.
  using OnDone = std::function<void(CURL* easy, CURLcode result)>;

  /// Keeps at most `connections` open for further requests.  Throws Failure(bug) when there is no memory.
  Multi(asio::io_context& io, long connections, OnDone on_done);
  Multi(const Multi&) = delete;
  Multi& operator=(const Multi&) = delete;
  ~Multi();

  /// `easy` runs; it stays the caller's, who must remove() it before it goes unless on_done() was called.  Not to be called
  /// from curl's callbacks.
  bool add(CURL* easy);
  void remove(CURL* easy);

 private:
  struct Watch;
  static int on_socket(CURL* easy, curl_socket_t fd, int what, void* self, void* socket);
  static int on_timer(CURLM* multi, long timeout_ms, void* self);
  bool watch(curl_socket_t fd, int wanted);
  void unwatch(curl_socket_t fd);
  void wait(const std::shared_ptr<Watch>& watch);
  void act(curl_socket_t fd, int ready);
  void call_at(std::chrono::steady_clock::time_point due);
  void call_soon();
  void on_time();
  void left();

  asio::io_context& io_;
  OnDone on_done_;
  asio::steady_timer timer_;
  std::optional<std::chrono::steady_clock::time_point> due_;  ///< when curl wants to be called
  bool is_set_ = false;   ///< the timer, to that time or an earlier one
  bool is_soon_ = false;  ///< it is called with the loop's next turn
  std::size_t running_ = 0;
  std::unordered_map<curl_socket_t, std::shared_ptr<Watch>> watches_;
  std::shared_ptr<Multi*> self_;  ///< what waits for the loop holds it; null once we have gone
  CURLM* multi_;
};

}  // namespace live::fetch

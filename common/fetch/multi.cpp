#include "common/fetch/multi.hpp"

#include "common/base/failure.hpp"

#include <utility>

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>

namespace live::fetch {

/// A socket of curl's.  It is curl that closes it, so it is never let go of but by release().
struct Multi::Watch {
  Watch(asio::io_context& io, curl_socket_t number) : fd(number), descriptor(io) {}
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;
  ~Watch() { release(); }
  void release() {
    if (descriptor.is_open()) static_cast<void>(descriptor.release());
  }

  curl_socket_t fd;
  asio::posix::stream_descriptor descriptor;
  int wanted = 0;  ///< CURL_POLL_*
  bool reading = false, writing = false;
};

Multi::Multi(asio::io_context& io, long connections, OnDone on_done)
    : io_(io), on_done_(std::move(on_done)), timer_(io), self_(std::make_shared<Multi*>(this)) {
  static const bool ready = ::curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
  multi_ = ready ? ::curl_multi_init() : nullptr;
  if (multi_ == nullptr) fail(Exit::bug, "start libcurl");
  ::curl_multi_setopt(multi_, CURLMOPT_SOCKETFUNCTION, &Multi::on_socket);
  ::curl_multi_setopt(multi_, CURLMOPT_SOCKETDATA, this);
  ::curl_multi_setopt(multi_, CURLMOPT_TIMERFUNCTION, &Multi::on_timer);
  ::curl_multi_setopt(multi_, CURLMOPT_TIMERDATA, this);
  ::curl_multi_setopt(multi_, CURLMOPT_MAXCONNECTS, connections);
}

Multi::~Multi() {
  *self_ = nullptr;
  ::curl_multi_cleanup(multi_);  // closes the connections that were kept, and says so
}

bool Multi::add(CURL* easy) {
  const bool taken = ::curl_multi_add_handle(multi_, easy) == CURLM_OK;
  if (taken) ++running_;
  return taken;
}

void Multi::remove(CURL* easy) {
  ::curl_multi_remove_handle(multi_, easy);
  left();
}

/// Nothing is to hold up the loop when the last one has gone.
void Multi::left() {
  if (--running_ > 0) return;
  due_.reset();
  is_set_ = false;
  timer_.cancel();
}

int Multi::on_socket(CURL* /*easy*/, curl_socket_t fd, int what, void* self, void* /*socket*/) {
  auto& multi = *static_cast<Multi*>(self);
  if (what != CURL_POLL_REMOVE) return multi.watch(fd, what) ? 0 : -1;
  multi.unwatch(fd);
  return 0;
}

int Multi::on_timer(CURLM* /*multi*/, long timeout_ms, void* self) {
  auto& multi = *static_cast<Multi*>(self);
  multi.due_.reset();
  if (timeout_ms < 0 || *multi.self_ == nullptr) return 0;
  if (timeout_ms == 0) {
    multi.call_soon();
  } else {
    multi.call_at(std::chrono::steady_clock::now() + std::chrono::milliseconds{timeout_ms});
  }
  return 0;
}

void Multi::call_soon() {
  if (std::exchange(is_soon_, true)) return;
  asio::post(io_, [weak = self_] {
    if (*weak == nullptr) return;
    (*weak)->is_soon_ = false;
    (*weak)->act(CURL_SOCKET_TIMEOUT, 0);
  });
}

/// curl changes its mind several times a request, mostly to a later time: the timer is set when it would go off too late only.
void Multi::call_at(std::chrono::steady_clock::time_point due) {
  due_ = due;
  if (is_set_ && timer_.expiry() <= due) return;
  is_set_ = true;
  timer_.expires_at(due);
  timer_.async_wait([weak = self_](boost::system::error_code error) {
    if (!error && *weak != nullptr) (*weak)->on_time();
  });
}

void Multi::on_time() {
  is_set_ = false;
  if (!due_) return;
  const auto due = *due_;
  if (std::chrono::steady_clock::now() < due) return call_at(due);
  due_.reset();
  act(CURL_SOCKET_TIMEOUT, 0);
}

bool Multi::watch(curl_socket_t fd, int wanted) {
  auto& watch = watches_[fd];
  if (!watch) {
    watch = std::make_shared<Watch>(io_, fd);
    boost::system::error_code error;
    watch->descriptor.assign(fd, error);
    if (error) {
      watches_.erase(fd);
      return false;
    }
  }
  watch->wanted = wanted;
  wait(watch);
  return true;
}

void Multi::unwatch(curl_socket_t fd) {
  const auto found = watches_.find(fd);
  if (found == watches_.end()) return;
  found->second->release();
  watches_.erase(found);
}

/// Starts the waits that are wanted and do not run.  One that runs and is not wanted any more ends with the next event, of
/// which curl is told in vain.
void Multi::wait(const std::shared_ptr<Watch>& watch) {
  const auto start = [&](asio::posix::stream_descriptor::wait_type what, int wanted, int ready,
                         bool Watch::*waits) {
    if ((watch->wanted & wanted) == 0 || (*watch).*waits) return;
    (*watch).*waits = true;
    watch->descriptor.async_wait(
        what, [weak = self_, watch, ready, waits](boost::system::error_code error) {
          (*watch).*waits = false;
          if (error || *weak == nullptr) return;
          (*weak)->act(watch->fd, ready);
          if (*weak != nullptr && watch->descriptor.is_open()) (*weak)->wait(watch);
        });
  };
  using Descriptor = asio::posix::stream_descriptor;
  start(Descriptor::wait_read, CURL_POLL_IN, CURL_CSELECT_IN, &Watch::reading);
  start(Descriptor::wait_write, CURL_POLL_OUT, CURL_CSELECT_OUT, &Watch::writing);
}

void Multi::act(curl_socket_t fd, int ready) {
  const auto here = self_;  // on_done may be the end of us
  int running = 0;
  ::curl_multi_socket_action(multi_, fd, ready, &running);
  int left = 0;
  while (*here != nullptr) {
    const CURLMsg* message = ::curl_multi_info_read(multi_, &left);
    if (message == nullptr) return;
    if (message->msg != CURLMSG_DONE) continue;
    CURL* easy = message->easy_handle;
    const auto result = message->data.result;  // the message goes with the handle
    remove(easy);
    on_done_(easy, result);
  }
}

}  // namespace live::fetch

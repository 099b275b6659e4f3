// Those who wait for the same event, each behind a timer of its own: a place costs a node of a list.
#pragma once

#include <cstddef>
#include <list>

#include <boost/asio/steady_timer.hpp>

namespace live::http {

class Waiters {
 public:
  /// Wakes whoever waits now; none of them runs before this returns.
  void wake() {
    for (auto* timer : timers_)
      timer->cancel();
  }
  [[nodiscard]] std::size_t size() const { return timers_.size(); }

  /// A place for as long as it lives.  REQUIRES: `all` and `timer` outlive it.
  class Place {
   public:
    Place(Waiters& all, boost::asio::steady_timer& timer)
        : all_(all), at_(all.timers_.insert(all.timers_.end(), &timer)) {}
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;
    ~Place() { all_.timers_.erase(at_); }

   private:
    Waiters& all_;
    std::list<boost::asio::steady_timer*>::iterator at_;
  };

 private:
  std::list<boost::asio::steady_timer*> timers_;
};

}  // namespace live::http

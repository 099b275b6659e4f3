// Those who wait for the same event: a place costs a node of a list.
#pragma once

#include <cstddef>
#include <list>

namespace live::http {

class Waiters {
 public:
  /// One who waits, for as long as it lives.  REQUIRES: `all` outlives it.
  class Place {
   public:
    explicit Place(Waiters& all) : all_(all), at_(all.places_.insert(all.places_.end(), this)) {}
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;
    virtual ~Place() { all_.places_.erase(at_); }
    /// May neither make nor end a place of the same Waiters; must not throw.
    virtual void woken() = 0;

   private:
    Waiters& all_;
    std::list<Place*>::iterator at_;
  };

  /// Tells whoever waits now, in order.
  void wake() {
    for (auto* place : places_)
      place->woken();
  }
  [[nodiscard]] std::size_t size() const { return places_.size(); }

 private:
  std::list<Place*> places_;
};

}  // namespace live::http

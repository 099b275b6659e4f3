// The thread that sends: relays, what they are to get, and the times that concern all of them.
#pragma once

#include "tools/social-relay/events.hpp"
#include "tools/social-relay/feed.hpp"
#include "tools/social-relay/handoff.hpp"
#include "tools/social-relay/relay.hpp"
#include "tools/social-relay/slates.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/steady_timer.hpp>

namespace social_relay {

class Station {
 public:
  struct Around {
    live::asio::io_context& io;
    const ConnectTo& connect_to;
    const live::net::TlsTrust& trust;
    Events& events;
    Feed& feed;
    Handoff& handoff;
    std::chrono::milliseconds hold{};  ///< an input that is silent for longer: broadcasts are ended
    std::optional<SlatePicture> slate{};  ///< what is shown meanwhile; nothing: nothing is
  };
  /// All must outlive it.  `on_over` is called when the input has ended and all relays are over.
  Station(Around around, std::function<void()> on_over);

  /// Relays of destinations that are new or changed begin, those that are not among `destinations` any more end.  One that is
  /// only changed begins when its old connection is over: servers take a name once.
  void adopt(const std::vector<Destination>& destinations);
  /// Takes what the feed has handed over.
  void drain();

  [[nodiscard]] const std::vector<std::shared_ptr<Relay>>& relays() const { return relays_; }
  [[nodiscard]] std::vector<Destination> destinations() const;
  /// A destination has been reached, ever; false when there never was any.
  [[nodiscard]] bool any_reached() const { return any_reached_; }
  [[nodiscard]] bool any_destination() const { return any_destination_; }
  /// Since something came from the input.
  [[nodiscard]] std::chrono::steady_clock::duration silence() const;
  [[nodiscard]] const live::media_in::End& end() const { return end_; }

 private:
  void take(Handed& handed);
  void offer(const Version& version, const SharedItem& item);
  void say_wishes();
  void begin(const Destination& destination);
  [[nodiscard]] bool is_left(const Relay& relay) const;
  void start_waiting();
  void changed();
  live::awaitable<void> watch();

  Around around_;
  std::function<void()> on_over_;
  std::function<void()> on_change_{[this] { changed(); }};
  std::vector<std::shared_ptr<Relay>> relays_, leaving_;
  std::vector<std::shared_ptr<Relay>> waiting_;  ///< of relays_: for one of leaving_
  std::optional<Slates> slates_;
  std::optional<live::media_in::Epoch> epoch_;
  live::Monotonic last_item_;
  live::media_in::End end_;
  bool ended_ = false, told_ = false, any_reached_ = false, any_destination_ = false;
};

}  // namespace social_relay

#include "tools/social-relay/station.hpp"

#include "common/net/deadline.hpp"
#include "common/net/spawn.hpp"

#include <algorithm>
#include <utility>

namespace social_relay {
namespace {

constexpr live::Ms tick{500};

}  // namespace

Station::Station(Around around, std::function<void()> on_over)
    : around_(around), on_over_(std::move(on_over)), last_item_(std::chrono::steady_clock::now()) {
  if (around_.slate) {
    slates_.emplace(around_.io, *around_.slate,
                    [this](const Version& version, const auto& item) { offer(version, item); });
  }
  live::net::spawn(around_.io, "watch", watch());
}

std::vector<Destination> Station::destinations() const {
  std::vector<Destination> out;
  for (const auto& relay : relays_)
    out.push_back(relay->destination());
  return out;
}

void Station::adopt(const std::vector<Destination>& destinations) {
  if (ended_) return;
  if (relays_.empty()) last_item_ = std::chrono::steady_clock::now();  // nothing was wanted
  const auto wanted = [&](const std::shared_ptr<Relay>& relay) {
    return std::ranges::find(destinations, relay->destination()) != destinations.end();
  };
  for (const auto& relay : relays_) {
    if (wanted(relay) || std::erase(waiting_, relay) > 0) continue;
    relay->end();
    leaving_.push_back(relay);
  }
  std::erase_if(relays_, [&](const auto& relay) { return !wanted(relay); });
  for (const auto& destination : destinations) {
    const auto is_it = [&](const auto& relay) { return relay->destination() == destination; };
    if (destination.on && std::ranges::none_of(relays_, is_it)) begin(destination);
  }
  say_wishes();
}

void Station::begin(const Destination& destination) {
  any_destination_ = true;
  const auto relay = std::make_shared<Relay>(
      Relay::Around{around_.io, around_.connect_to, around_.trust, around_.events, on_change_},
      destination);
  relays_.push_back(relay);
  if (epoch_) relay->begin(*epoch_);
  if (is_left(*relay)) {
    waiting_.push_back(relay);
  } else {
    relay->start();
  }
}

/// Is a connection to the same place still being ended?
bool Station::is_left(const Relay& relay) const {
  return std::ranges::any_of(
      leaving_, [&](const auto& old) { return old->destination().url == relay.destination().url; });
}

void Station::start_waiting() {
  std::vector<std::shared_ptr<Relay>> ready;
  for (const auto& relay : waiting_)
    if (!is_left(*relay)) ready.push_back(relay);
  for (const auto& relay : ready)
    std::erase(waiting_, relay);
  for (const auto& relay : ready)
    relay->start();
}

void Station::say_wishes() {
  std::vector<Version> wishes;
  for (const auto& relay : relays_) {
    const auto& version = relay->version();
    if (version && std::ranges::find(wishes, *version) == wishes.end()) wishes.push_back(*version);
  }
  if (slates_) slates_->keep(wishes);
  around_.feed.want(std::move(wishes));
}

void Station::drain() {
  for (auto& handed : around_.handoff.take())
    take(handed);
}

void Station::take(Handed& handed) {
  if (auto* begun = std::get_if<SourceBegun>(&handed)) {
    epoch_ = std::move(begun->epoch);
    last_item_ = std::chrono::steady_clock::now();
    for (const auto& relay : relays_)
      relay->begin(*epoch_);
    say_wishes();
  } else if (const auto* made = std::get_if<Made>(&handed)) {
    last_item_ = std::chrono::steady_clock::now();
    if (!slates_ || slates_->take(*made, last_item_)) offer(*made->version, made->item);
  } else {
    end_ = std::move(std::get<SourceEnded>(handed).end);
    ended_ = true;
    for (const auto& relay : std::exchange(waiting_, {}))
      std::erase(relays_, relay);
    for (const auto& relay : relays_)
      relay->end();
    changed();
  }
}

void Station::offer(const Version& version, const SharedItem& item) {
  for (const auto& relay : relays_)
    if (relay->version() == version) relay->offer(item);
}

void Station::changed() {
  std::erase_if(leaving_, [](const auto& relay) { return relay->state() == Relay::State::over; });
  start_waiting();
  const auto reached = [](const auto& relay) { return relay->was_reached(); };
  any_reached_ = any_reached_ || std::ranges::any_of(relays_, reached);
  if (any_reached_) around_.feed.let_go();
  const auto over = [](const auto& relay) { return relay->state() == Relay::State::over; };
  if (!ended_ || told_ || !leaving_.empty() || !std::ranges::all_of(relays_, over)) return;
  told_ = true;
  on_over_();
}

std::chrono::steady_clock::duration Station::silence() const {
  return std::chrono::steady_clock::now() - last_item_;
}

live::awaitable<void> Station::watch() {
  for (;;) {
    co_await live::net::pause(slates_ && slates_->showing() ? Slates::tick : tick);
    if (silence() >= around_.hold) {
      if (slates_) slates_->stop();
      for (const auto& relay : relays_)
        relay->pause();
    } else if (slates_ && !ended_) {
      slates_->show(std::chrono::steady_clock::now());
    }
  }
}

}  // namespace social_relay

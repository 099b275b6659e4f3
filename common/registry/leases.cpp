#include "common/registry/leases.hpp"

#include "common/base/log.hpp"
#include "common/base/text.hpp"
#include "common/net/deadline.hpp"
#include "common/net/spawn.hpp"

#include <algorithm>
#include <map>
#include <vector>

#include <boost/asio/steady_timer.hpp>
#include <fmt/format.h>

namespace live::registry {

using Steady = std::chrono::steady_clock;

struct Leases::State {
  State(asio::io_context& io, Registry& with, std::string ours, LeaseTimes t)
      : registry(with), address(std::move(ours)), times(t), work(io), settled(io) {
    work.expires_at(Steady::time_point::max());
    settled.expires_at(Steady::time_point::max());
  }

  /// There is something to do before the next heartbeat.
  void wake() {
    due = true;
    work.cancel();
  }

  Registry& registry;
  const std::string address;
  const LeaseTimes times;
  std::map<std::string, Holder> wanted;
  std::map<std::string, Steady::time_point>
      dropped;  ///< not released yet, and when each has expired
  asio::steady_timer work, settled;
  bool due = false, stopped = false;
};

namespace {

using StatePtr = std::shared_ptr<Leases::State>;

template <class Map>
std::vector<std::string> names_of(const Map& map) {
  std::vector<std::string> names;
  for (const auto& [name, value] : map)
    names.push_back(name);
  return names;
}

awaitable<void> release(StatePtr s) {
  auto names = names_of(s->dropped);
  if (names.empty()) co_return;
  const bool done = co_await s->registry.release(names, s->address);
  const auto now = Steady::now();
  for (const auto& name : names) {
    const auto found = s->dropped.find(name);
    // It may be wanted again meanwhile.
    if (found == s->dropped.end() || (!done && now < found->second)) continue;
    s->dropped.erase(found);
    if (done) log::info("registry: {} is off", name);
  }
}

void note(const std::string& name, const Holder& before, const Holder& after) {
  if (before == after || after.state == Holder::State::unknown) return;
  if (after.state == Holder::State::ours) {
    log::info("registry: {} is at {}", name, after.address);
  } else {
    log::warn("registry: {} is held by {}; waiting until it is free", name,
              printable(after.address));
  }
}

awaitable<void> claim(StatePtr s) {
  const auto names = names_of(s->wanted);
  if (names.empty()) co_return;
  const Lease lease{s->address, s->times.lifetime};
  const auto holders = co_await s->registry.claim(names, lease);
  for (std::size_t i = 0; i < names.size() && i < holders.size(); ++i) {
    const auto found = s->wanted.find(names[i]);
    if (found == s->wanted.end()) continue;
    note(names[i], found->second, holders[i]);
    found->second = holders[i];
  }
}

/// One call at a time, so that a release never overtakes a claim.
awaitable<void> keep(StatePtr s) {
  while (!s->stopped) {
    s->due = false;
    const auto begun = Steady::now();
    co_await release(s);
    if (s->stopped) co_return;
    co_await claim(s);
    if (s->dropped.empty()) s->settled.cancel();
    if (s->due || s->stopped) continue;
    s->work.expires_at(begun + s->times.heartbeat);
    co_await s->work.async_wait(as_result);
  }
}

awaitable<bool> until_settled(StatePtr s) {
  while (!s->dropped.empty()) {
    co_await s->settled.async_wait(as_result);
    const auto state = co_await asio::this_coro::cancellation_state;
    if (state.cancelled() != asio::cancellation_type::none) break;
  }
  co_return s->dropped.empty();
}

}  // namespace

Leases::Leases(asio::io_context& io, Registry& registry, std::string address, LeaseTimes times)
    : state_(std::make_shared<State>(io, registry, std::move(address), times)) {
  net::spawn(io, "registry", keep(state_));
}

Leases::~Leases() {
  state_->stopped = true;
  state_->work.cancel();
  state_->settled.cancel();
}

void Leases::hold(const std::string& name) {
  state_->dropped.erase(name);
  if (state_->wanted.try_emplace(name).second) state_->wake();
}

void Leases::drop(const std::string& name) {
  if (state_->wanted.erase(name) == 0) return;
  state_->dropped[name] = Steady::now() + state_->times.lifetime;
  state_->wake();
}

awaitable<void> Leases::settle(std::chrono::milliseconds limit) {
  const auto s = state_;
  for (const auto& name : names_of(s->wanted))
    drop(name);
  co_await net::within(limit, until_settled(s));
}

Leases::Counts Leases::counts() const {
  Counts counts;
  counts.wanted = state_->wanted.size();
  for (const auto& [name, holder] : state_->wanted) {
    counts.ours += holder.state == Holder::State::ours ? 1 : 0;
    counts.others += holder.state == Holder::State::other ? 1 : 0;
  }
  return counts;
}

std::string Leases::trouble() const {
  if (auto why = state_->registry.trouble(); !why.empty()) return why;
  for (const auto& [name, holder] : state_->wanted)
    if (holder.state == Holder::State::other)
      return fmt::format("{} is held by {}", name, printable(holder.address));
  return {};
}

}  // namespace live::registry

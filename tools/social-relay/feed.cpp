#include "tools/social-relay/feed.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace social_relay {
namespace {

using live::media_in::End;
using live::media_in::Epoch;
using live::media_in::Unit;
using namespace std::chrono_literals;

/// A destination that cannot be reached must not keep a file for ever.
constexpr auto longest_wait = 10s;
/// A file's units that are due so soon go with the one that is: to wake up for each, and all connections with it, costs more than
/// to send it.
constexpr auto early = 40ms;

}  // namespace

Feed::Outlet::Outlet(const Version& version, Handoff& handoff)
    : interleaver_([&handoff, shared = std::make_shared<const Version>(version)](SharedItem item) {
        handoff.push(Made{shared, std::move(item)});
      }) {}

void Feed::Outlet::push(SharedItem item) {
  const std::lock_guard lock{mutex_};
  interleaver_.push(std::move(item));
}

void Feed::Outlet::flush() {
  const std::lock_guard lock{mutex_};
  interleaver_.flush();
}

Feed::Feed(live::media_in::Spec spec, Handoff& handoff)
    : handoff_(handoff), source_(std::move(spec), [this] { return !stopping_; }) {}

Feed::~Feed() {
  stop();
  if (thread_.joinable()) thread_.join();
}

void Feed::start() {
  thread_ = std::thread{[this] { run(); }};
}

void Feed::want(std::vector<Version> versions) {
  const std::lock_guard lock{mutex_};
  wishes_ = std::move(versions);
}

void Feed::let_go() {
  const std::lock_guard lock{mutex_};
  let_go_ = true;
  changed_.notify_all();
}

void Feed::stop() {
  stopping_ = true;
  const std::lock_guard lock{mutex_};
  changed_.notify_all();
}

void Feed::run() {
  End end;
  try {
    for (;;) {
      auto item = source_.next();
      if (auto* over = std::get_if<End>(&item)) {
        end = std::move(*over);
        break;
      }
      if (auto* epoch = std::get_if<Epoch>(&item)) {
        take(std::move(*epoch));
      } else {
        take(std::make_shared<Unit>(std::get<Unit>(std::move(item))));
      }
    }
    for (auto& making : makings_)
      if (making.maker) making.maker->finish();
    studio_.finish();
    for (auto& making : makings_)
      making.outlet->flush();
  } catch (...) {
    failure_ = std::current_exception();
  }
  makings_.clear();
  handoff_.push(SourceEnded{std::move(end)});
}

void Feed::take(Epoch epoch) {
  paced_ = source_.is_file();
  first_at_.reset();
  epoch_ = epoch;
  // What is still held is of the tracks before, and is to be taken before they are replaced.
  for (auto& making : makings_) {
    making.begun = false;
    if (!making.maker) continue;
    making.maker->finish();
    making.outlet->flush();
  }
  studio_.begin(*epoch_);
  handoff_.push(SourceBegun{std::move(epoch)});
}

void Feed::take(const SharedUnit& unit) {
  if (!epoch_ || stopping_) return;
  if (paced_) pace(*unit);
  adopt_wishes();
  const bool start = unit->key && (unit->video || !epoch_->video);
  for (auto& making : makings_) {
    if (!making.maker) continue;
    if (!making.begun) {
      if (!start) continue;
      making.maker->begin(*epoch_);
      making.begun = true;
    }
    making.maker->push(unit);
  }
  // Last: from then on another thread reads the unit.
  studio_.push(unit);
}

void Feed::adopt_wishes() {
  std::optional<std::vector<Version>> wishes;
  {
    const std::lock_guard lock{mutex_};
    wishes.swap(wishes_);
  }
  if (!wishes) return;
  const auto wanted = [&](const Version& version) {
    return std::ranges::find(*wishes, version) != wishes->end();
  };
  std::erase_if(makings_, [&](const Making& making) { return !wanted(making.version); });
  for (const auto& version : *wishes) {
    if (std::ranges::find(makings_, version, &Making::version) != makings_.end()) continue;
    auto outlet = std::make_shared<Outlet>(version, handoff_);
    auto maker = version.preset
                     ? nullptr
                     : std::make_unique<CopyMaker>(version.aac, [outlet](SharedItem item) {
                         outlet->push(std::move(item));
                       });
    makings_.push_back({version, std::move(outlet), std::move(maker)});
  }
  commission();
}

/// What the studio is to make.
void Feed::commission() {
  Intake::Wishes wishes;
  for (const auto& making : makings_)
    if (making.version.preset) {
      wishes.push_back({*making.version.preset, [outlet = making.outlet](SharedItem item) {
                          outlet->push(std::move(item));
                        }});
    }
  studio_.want(std::move(wishes));
}

/// Until this unit is due.
void Feed::pace(const Unit& unit) {
  const auto rate = unit.video ? 90'000 : epoch_->audio->stream.time_base_den;
  const live::Us at{live::rescale(unit.dts, 1'000'000, rate)};
  std::unique_lock lock{mutex_};
  changed_.wait_for(lock, longest_wait, [this] { return let_go_ || stopping_; });
  let_go_ = true;
  if (!first_at_) {
    first_at_ = at;
    first_sent_ = std::chrono::steady_clock::now();
  }
  const auto due = first_sent_ + (at - *first_at_);
  if (due < std::chrono::steady_clock::now() + early) return;
  changed_.wait_until(lock, due, [this] { return stopping_.load(); });
}

}  // namespace social_relay

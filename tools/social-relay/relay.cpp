#include "tools/social-relay/relay.hpp"

#include "common/net/spawn.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <random>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace social_relay {
namespace {

using live::Ms;
using live::media_in::Epoch;

Ms since(live::Monotonic then) {
  return std::chrono::duration_cast<Ms>(std::chrono::steady_clock::now() - then);
}

}  // namespace

std::string_view to_text(Relay::State state) {
  switch (state) {
    case Relay::State::waiting:
      return "waiting";
    case Relay::State::connecting:
      return "connecting";
    case Relay::State::sending:
      return "sending";
    case Relay::State::retrying:
      return "retrying";
    case Relay::State::refused:
      return "refused";
    case Relay::State::unfit:
      return "unfit";
    case Relay::State::over:
      return "over";
  }
  return "";
}

Relay::Relay(Around around, Destination destination)
    : around_(around),
      destination_(std::move(destination)),
      judge_(destination_.limits, destination_.title, mend_of(destination_)),
      retry_(std::random_device{}()),
      changed_(around_.io) {}

void Relay::start() {
  // The coroutine keeps it for as long as it runs.
  live::net::spawn(around_.io, destination_.label,
                   [](std::shared_ptr<Relay> self) -> live::awaitable<void> {
                     co_await self->run();
                   }(shared_from_this()));
}

void Relay::begin(const Epoch& epoch) {
  auto choice = choose_version(destination_, epoch);
  version_.reset();
  if (const auto* why = std::get_if<std::string>(&choice)) {
    tell("refused", *why);
    change(State::unfit);
    has_media_ = false;
    if (publisher_) publisher_->finish();
    return;
  }
  version_ = std::get<Version>(choice);
  enhanced_ = needs_enhanced(*version_, epoch);
  if (state_ == State::unfit) change(State::waiting);
  resume();
}

/// Something comes, or will at once.
void Relay::resume() {
  if (!std::exchange(has_media_, true)) changed_.cancel();
}

void Relay::offer(const SharedItem& item) {
  judge(item);
  if (progress_.begun) queue(item);
  if (publisher_) publisher_->wake();
  resume();
}

void Relay::queue(const SharedItem& item) {
  const auto before = backlog_.dropped_pictures();
  backlog_.push(item, std::chrono::steady_clock::now());
  const auto all = backlog_.dropped_pictures();
  if (all == before || (told_slow_ && since(*told_slow_) < slow_again)) return;
  told_slow_ = std::chrono::steady_clock::now();
  tell("slow", fmt::format("it takes less than there is: pictures are left out, {} so far", all));
}

void Relay::judge(const SharedItem& item) {
  if (item->tracks->slate) return;
  std::vector<std::string> breaches;
  if (item->tracks != tracks_) {
    tracks_ = item->tracks;
    judge_.begin(tracks_->video ? &*tracks_->video : nullptr,
                 tracks_->audio ? &*tracks_->audio : nullptr, breaches);
  }
  judge_.push(item->video, item->key, item->size(), item->at, breaches);
  for (const auto& breach : breaches) {
    ++breaches_;
    tell("breach", breach);
  }
}

void Relay::pause() {
  if (!std::exchange(has_media_, false)) return;
  tell("waiting", "nothing comes from the input");
  if (publisher_) publisher_->finish();
}

void Relay::end() {
  if (std::exchange(ending_, true)) return;
  if (publisher_) publisher_->finish();
  changed_.cancel();
}

const live::rtmp::Url& Relay::url() const {
  if (moved_to_) return *moved_to_;
  return on_backup_ && destination_.backup ? *destination_.backup : destination_.url;
}

live::awaitable<void> Relay::wait(Ms limit) {
  changed_.expires_after(limit);
  const auto [error] = co_await changed_.async_wait(live::as_result);
  (void)error;
}

live::awaitable<void> Relay::run() {
  while (!ending_) {
    if (!may_send()) {
      if (state_ != State::unfit) change(State::waiting);
      co_await wait(std::chrono::hours{1});
      continue;
    }
    co_await attempt();
    retry_at_ = std::chrono::steady_clock::now() + std::exchange(delay_, {});
    while (!ending_ && std::chrono::steady_clock::now() < *retry_at_)
      co_await wait(*retry_in() + Ms{1});
    retry_at_.reset();
  }
  change(State::over);
}

std::optional<Ms> Relay::retry_in() const {
  if (!retry_at_) return {};
  const auto left = *retry_at_ - std::chrono::steady_clock::now();
  return std::max(std::chrono::duration_cast<Ms>(left), Ms{0});
}

live::awaitable<void> Relay::attempt() {
  const auto target = url();
  // Who knows Enhanced RTMP is told that we do: then it can ask for another connection.
  const bool announces = enhanced_ || (!destination_.service.empty() && destination_.enhanced);
  tell("connecting", shown(target));
  change(State::connecting);
  sent_before_ += progress_.bytes;
  progress_ = {};
  publisher_ = std::make_unique<Publisher>(
      around_.io, Publisher::Where{target, around_.connect_to, around_.trust, announces, doubtful_},
      backlog_, progress_, [this] { began(); });
  const auto ending = co_await publisher_->run();
  const auto peer = publisher_->peer();
  publisher_.reset();
  const auto held = progress_.begun ? since(*progress_.begun) : Ms{0};
  // Of several addresses, and ways to them, another may do.
  if (held >= Retry::stable) doubtful_.reset();
  if (held < Retry::stable && peer && ending.kind == Ending::Kind::lost) doubtful_ = peer;
  progress_.begun.reset();
  backlog_.restart();
  settle(ending, held);
}

void Relay::began() {
  ++connections_;
  tell("sending");
  change(State::sending);
  // What services of the table take is known.
  const bool doubtful =
      enhanced_ && destination_.service.empty() && !publisher_->peer_is_enhanced();
  if (!doubtful || std::exchange(told_plain_, true)) return;
  ++breaches_;
  tell("breach",
       "it does not say that it knows Enhanced RTMP: what is not H.264, AAC or MP3 may be dropped");
}

/// Says what has happened, and decides when and where the next attempt is made.
void Relay::settle(const Ending& ending, Ms held) {
  const auto here = url();
  moved_to_.reset();
  retry_.ended(held);
  if (ending.kind == Ending::Kind::finished || ending_) return tell("ended", ending.why);
  const bool follows = !moved_at_ || since(*moved_at_) >= least_stay;
  if (ending.kind == Ending::Kind::moved && follows) {
    moved_at_ = std::chrono::steady_clock::now();
    moved_to_ = moved(here, ending.moved_to);
    return tell("moved", ending.why);
  }
  delay_ = retry_.next(held, ending.refusal);
  // After a stable time it is likelier to have been the network than the server.
  on_backup_ = held < Retry::stable && !on_backup_;
  const bool refused = ending.kind == Ending::Kind::refused;
  change(retry_.is_hopeless() ? State::refused : State::retrying);
  tell(refused ? "refused" : "lost", ending.why, delay_);
}

void Relay::tell(std::string_view what, std::string_view why, std::optional<Ms> retry) {
  constexpr std::array beside{"connecting", "slow",
                              "breach"};  // say nothing of why it is not sending
  const bool known = state_ == State::unfit && what == "ended";
  if (!known && std::ranges::find(beside, what) == beside.end()) reason_ = why;
  around_.events.tell({destination_.label, what, why, retry});
}

void Relay::change(State state) {
  if (state == state_) return;
  state_ = state;
  around_.on_change();
}

}  // namespace social_relay

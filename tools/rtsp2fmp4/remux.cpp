#include "tools/rtsp2fmp4/remux.hpp"

#include "common/base/failure.hpp"
#include "common/base/log.hpp"
#include "common/base/redact.hpp"
#include "common/base/text.hpp"
#include "tools/rtsp2fmp4/session.hpp"

#include <algorithm>
#include <random>
#include <thread>
#include <utility>

namespace rtsp2fmp4 {

using namespace std::chrono_literals;
using live::Exit;
using live::fail;
using live::Ms;
using live::av::Packet;
using live::av::Trouble;

namespace {

constexpr auto longest_nap = 50ms;       ///< between two looks at whether to stop
constexpr auto stable_connection = 10s;  ///< what held so long begins the back-off anew
constexpr auto look_interval = 200ms;    ///< at the reader of standard output, and at the repairs

live::Monotonic monotonic_now() { return std::chrono::steady_clock::now(); }

}  // namespace

Remux::Remux(const Options& options, Output& output, Stats& stats, std::function<bool()> stopping)
    : options_(options),
      output_(output),
      stats_(stats),
      stopping_(std::move(stopping)),
      address_(parse_input(live::resolve_secret(options.input))),
      transport_(options.transport == Transport::tcp ? Transport::tcp : Transport::udp),
      rtsp_(address_.kind == InputAddress::Kind::rtsp),
      network_(rtsp_ || address_.kind == InputAddress::Kind::network),
      muxer_(options.cut, output, stats),
      backoff_(std::random_device{}(), stable_connection),
      started_(monotonic_now()),
      looked_(started_) {}

Remux::~Remux() = default;

void Remux::run() {
  while (!finished()) {
    const auto trouble = attempt();
    stats_.connected.set(0);
    if (!trouble || finished()) break;
    judge(*trouble);
  }
}

bool Remux::finished() {
  if (ended_ || stopping_() || output_.left()) return true;
  if (!options_.duration) return false;
  return monotonic_now() - first_output_.value_or(started_) >
         *options_.duration + (first_output_ ? 1s : 0s);
}

bool Remux::patient() {
  const auto now = monotonic_now();
  if (now - looked_ > look_interval) {
    looked_ = now;
    output_.look_for_reader();
    count_repairs();
  }
  if (finished()) {
    halt_ = Halt::finished;
  } else if (deadline_ && now > *deadline_) {
    halt_ = Halt::silent;
  } else {
    return true;
  }
  return false;
}

/// One connection from beginning to end.  Nothing: there is no more to do.
std::optional<Trouble> Remux::attempt() {
  halt_ = Halt::none;
  opened_ = false;
  connected_.reset();
  deadline_.reset();
  if (network_) deadline_ = monotonic_now() + options_.timeout;
  auto opened = open_source(address_, options_, transport_, [this] { return patient(); });
  if (auto* trouble = std::get_if<Trouble>(&opened)) return std::move(*trouble);
  auto& source = *std::get<std::unique_ptr<Source>>(opened);
  opened_ = true;
  denied_ = 0;
  if (!repair_) repair_.emplace(source.is_live() || options_.realtime);
  Session session{source, options_, rtsp_, reordered_, *repair_, muxer_, stats_, address_.shown};
  auto trouble = read_all(source, session);
  session.flush();
  reordered_ = reordered_ || session.reordered();
  count_repairs();
  if (!source.is_live()) {  // a file, a pipe: its end is the end
    if (!trouble || trouble->kind == Trouble::Kind::end || halt_ == Halt::finished) return {};
    give_up_local(*trouble);
  }
  return trouble;
}

std::optional<Trouble> Remux::read_all(Source& source, Session& session) {
  const bool expects = source.is_live() && network_;
  const bool tries_udp =
      options_.transport == Transport::autodetect && transport_ == Transport::udp;
  deadline_.reset();
  if (expects)
    deadline_ = monotonic_now() +
                (tries_udp ? std::min<Ms>(udp_patience, options_.timeout) : options_.timeout);
  Packet packet;
  while (patient()) {
    if (auto trouble = source.read(packet)) return trouble;
    const auto arrival = Arrival::now();
    stats_.packets.add();
    const bool video = session.is_video(packet);
    if (!connected_) {
      connected_ = arrival.monotonic;
      if (std::exchange(connected_before_, true)) stats_.reconnects.add();
      stats_.connected.set(1);
      stats_.set_state("running");
      live::log::info("{}: connected", address_.shown);
      if (expects) deadline_ = arrival.monotonic + options_.timeout;
    }
    if (expects && (video || !session.has_video()))
      deadline_ = arrival.monotonic + options_.timeout;
    if (options_.realtime && !source.is_live() && !pace(source.streams()[packet.stream()], packet))
      break;
    session.push(std::move(packet), options_.realtime ? Arrival::now() : arrival);
    packet = Packet{};
    if (!first_output_ && muxer_.begun()) first_output_ = arrival.monotonic;
    if (options_.duration && session.written() >= *options_.duration) {
      ended_ = true;
      return {};
    }
  }
  return Trouble{Trouble::Kind::interrupted, "interrupted"};
}

/// Waits until it is the packet's time.  False: asked to stop meanwhile.
bool Remux::pace(const live::av::Stream& stream, const Packet& packet) {
  const auto stamp = packet.dts() ? packet.dts() : packet.pts();
  if (!stamp) return true;
  const Ms at{live::rescale(*stamp * stream.time_base_num, 1000, stream.time_base_den)};
  if (!pace_) pace_ = {monotonic_now(), at};
  const auto due = pace_->first + (at - pace_->second);
  while (patient()) {
    const auto now = monotonic_now();
    if (now >= due) return true;
    std::this_thread::sleep_for(std::min<std::chrono::nanoseconds>(due - now, longest_nap));
  }
  return false;
}

/// What to do about it: returns after the wait, or throws.
void Remux::judge(const Trouble& trouble) {
  using Kind = Trouble::Kind;
  if (!network_) give_up_local(trouble);
  if (trouble.kind == Kind::not_media && !rtsp_ && halt_ == Halt::none) give_up_local(trouble);
  if (retry_over_tcp(trouble)) return;
  stats_.failures.add();
  auto text = trouble.text;
  if (halt_ == Halt::silent) {
    const auto patience = live::format_duration(options_.timeout);
    text = opened_ ? "no video for " + patience : "no answer for " + patience;
    if (opened_ && options_.video == VideoMode::none) text = "no audio for " + patience;
  } else if (trouble.kind == Kind::not_media) {
    text = "no valid answer";
  }
  if (trouble.kind == Kind::denied && ++denied_ >= 2) {
    fail(Exit::denied, "open {}: {}", address_.shown, text);
  }
  const auto held = connected_ ? monotonic_now() - *connected_ : 0s;
  const auto delay = backoff_.next(std::chrono::duration_cast<Ms>(held));
  if (options_.max_retries && backoff_.failures() > *options_.max_retries) {
    fail(trouble.kind == Kind::denied ? Exit::denied : Exit::unavailable, "open {}: {}",
         address_.shown, text);
  }
  stats_.set_state("waiting: " + text);
  live::log::warn("{}: {}; trying again in {}", address_.shown, text, live::format_duration(delay));
  wait(delay);
}

bool Remux::retry_over_tcp(const Trouble& trouble) {
  if (options_.transport != Transport::autodetect || transport_ != Transport::udp) return false;
  const bool no_packet = halt_ == Halt::silent && opened_ && !connected_;
  if (!no_packet && trouble.kind != Trouble::Kind::transport) return false;
  transport_ = Transport::tcp;
  live::log::warn("{}: nothing comes over UDP; trying TCP", address_.shown);
  return true;
}

void Remux::give_up_local(const Trouble& trouble) const {
  using Kind = Trouble::Kind;
  if (trouble.kind == Kind::no_input)
    fail(Exit::no_input, "open {}: {}", address_.shown, trouble.text);
  if (trouble.kind == Kind::end) fail(Exit::bad_data, "read {}: it is empty", address_.shown);
  fail(Exit::bad_data, "read {}: {}", address_.shown, trouble.text);
}

void Remux::wait(std::chrono::milliseconds delay) {
  const auto until = monotonic_now() + delay;
  for (deadline_.reset(); patient() && monotonic_now() < until;) {
    std::this_thread::sleep_for(
        std::min<std::chrono::nanoseconds>(until - monotonic_now(), longest_nap));
  }
}

void Remux::count_repairs() {
  if (!repair_) return;
  const auto& counted = repair_->counters();
  stats_.jumps.set(counted.jumps);
  stats_.resets.set(counted.resets);
  stats_.duplicates.set(counted.duplicates);
  stats_.unstamped.set(counted.unstamped);
  stats_.wraps.set(counted.wraps);
  stats_.new_lines.set(counted.new_lines);
}

}  // namespace rtsp2fmp4

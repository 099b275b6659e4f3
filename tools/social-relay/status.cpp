#include "tools/social-relay/status.hpp"

#include "common/base/metrics.hpp"
#include "common/cli/runtime.hpp"
#include "tools/social-relay/station.hpp"

#include <chrono>
#include <string>

#include <fmt/format.h>

namespace social_relay {
namespace {

double seconds(live::Us time) { return std::chrono::duration<double>(time).count(); }

double uptime(const Relay& relay) {
  const auto& begun = relay.progress().begun;
  return begun ? std::chrono::duration<double>(std::chrono::steady_clock::now() - *begun).count()
               : 0;
}

/// "youtube#1 sending 12:34 queue 0.1 s".
std::string line_of(const Relay& relay) {
  auto out = fmt::format("{} {}", relay.destination().label, to_text(relay.state()));
  if (const auto up = static_cast<unsigned>(uptime(relay)); up > 0)
    out += fmt::format(" {}:{:02}", up / 60, up % 60);
  if (relay.backlog().span() > live::Us{})
    out += fmt::format(" queue {:.1f} s", seconds(relay.backlog().span()));
  if (const auto drops = relay.backlog().dropped_pictures(); drops > 0)
    out += fmt::format(" drops {}", drops);
  return out;
}

template <class Value>
void gauge(live::MetricsText& out, const Station& station, const char* name, const char* help,
           Value value) {
  for (const auto& relay : station.relays())
    out.gauge(name, help, value(*relay), live::label("destination", relay->destination().label));
}

template <class Value>
void counter(live::MetricsText& out, const Station& station, const char* name, const char* help,
             Value value) {
  for (const auto& relay : station.relays()) {
    out.counter(name, help, static_cast<double>(value(*relay)),
                live::label("destination", relay->destination().label));
  }
}

void write_metrics(live::MetricsText& out, const Station& station, const Handoff& handoff) {
  gauge(out, station, "social_relay_sending", "1 while the destination takes the stream",
        [](const Relay& r) { return r.state() == Relay::State::sending ? 1.0 : 0.0; });
  gauge(out, station, "social_relay_uptime_seconds", "of the connection",
        [](const Relay& r) { return uptime(r); });
  gauge(out, station, "social_relay_queue_seconds", "media that waits for the destination",
        [](const Relay& r) { return seconds(r.backlog().span()); });
  gauge(out, station, "social_relay_queue_bytes", "likewise",
        [](const Relay& r) { return static_cast<double>(r.backlog().bytes()); });
  counter(out, station, "social_relay_sent_bytes", "to the destination, by this connection",
          [](const Relay& r) { return r.progress().bytes; });
  counter(out, station, "social_relay_connections_total", "that were let publish",
          [](const Relay& r) { return r.connections(); });
  counter(out, station, "social_relay_dropped_pictures_total", "left out: the destination is slow",
          [](const Relay& r) { return r.backlog().dropped_pictures(); });
  counter(out, station, "social_relay_dropped_sounds_total", "likewise",
          [](const Relay& r) { return r.backlog().dropped_sounds(); });
  counter(out, station, "social_relay_breaches_total", "of the service's limits, by the stream",
          [](const Relay& r) { return r.breaches(); });
  out.counter("social_relay_input_dropped_total", "items that nobody could take in time",
              static_cast<double>(handoff.dropped()));
}

}  // namespace

void tell_status(live::cli::Runtime& runtime, const Station& station, const Handoff& handoff) {
  runtime.on_metrics([&](live::MetricsText& out) { write_metrics(out, station, handoff); });
  runtime.on_health([&station]() -> std::string {
    for (const auto& relay : station.relays()) {
      const auto state = relay->state();
      if (state == Relay::State::retrying || state == Relay::State::refused ||
          state == Relay::State::unfit)
        return fmt::format("degraded: {} is {}", relay->destination().label, to_text(state));
    }
    return "ok";
  });
  runtime.status_line([&station] {
    std::string out;
    for (const auto& relay : station.relays())
      out += (out.empty() ? "" : " | ") + line_of(*relay);
    return out;
  });
}

}  // namespace social_relay

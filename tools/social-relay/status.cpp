#include "tools/social-relay/status.hpp"

#include "common/base/metrics.hpp"
#include "common/base/text.hpp"
#include "common/cli/runtime.hpp"
#include "tools/social-relay/station.hpp"

#include <array>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <string>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace social_relay {
namespace {

using Json = nlohmann::ordered_json;
using State = Relay::State;

constexpr std::string_view page = "/destinations";

double seconds(live::Us time) { return std::chrono::duration<double>(time).count(); }

double uptime(const Relay& relay) {
  const auto& begun = relay.progress().begun;
  return begun ? std::chrono::duration<double>(std::chrono::steady_clock::now() - *begun).count()
               : 0;
}

double bit_rate(const Relay& relay) {
  if (!relay.progress().begun) return 0;
  return relay.progress().meter.bits_per_second(std::chrono::steady_clock::now());
}

std::uint64_t reconnects(const Relay& relay) {
  return relay.connections() > 0 ? relay.connections() - 1 : 0;
}

/// "youtube#1 sending 12:34 2500 kbit/s queue 0.1 s drops 12 reconnects 2".
std::string line_of(const Relay& relay) {
  auto out = fmt::format("{} {}", relay.destination().label, to_text(relay.state()));
  if (relay.progress().begun) {
    const auto up = static_cast<unsigned>(uptime(relay));
    out += fmt::format(" {}:{:02} {:.0f} kbit/s queue {:.1f} s", up / 60, up % 60,
                       bit_rate(relay) / 1000, seconds(relay.backlog().span()));
  } else if (const auto left = relay.retry_in()) {
    out += fmt::format(" in {:.0f} s", std::chrono::duration<double>(*left).count());
  }
  if (const auto drops = relay.backlog().dropped_pictures(); drops > 0)
    out += fmt::format(" drops {}", drops);
  if (const auto again = reconnects(relay); again > 0) out += fmt::format(" reconnects {}", again);
  if (!relay.progress().begun && !relay.reason().empty()) out += ": " + relay.reason();
  return out;
}

Json describe(const Relay& relay) {
  const auto& to = relay.destination();
  const auto& backlog = relay.backlog();
  Json out{{"name", to.label}, {"service", to.service}, {"state", to_text(relay.state())}};
  if (!relay.reason().empty()) out["reason"] = relay.reason();
  if (const auto left = relay.retry_in()) out["retry_in_ms"] = left->count();
  out["on_backup"] = relay.is_on_backup();
  out["uptime_s"] = std::round(uptime(relay) * 10) / 10;
  out["bit_rate"] = std::llround(bit_rate(relay));
  out["queue_ms"] = std::chrono::duration_cast<live::Ms>(backlog.span()).count();
  out["queue_bytes"] = backlog.bytes();
  out["sent_bytes"] = relay.sent_bytes();
  out["dropped_pictures"] = backlog.dropped_pictures();
  out["dropped_sounds"] = backlog.dropped_sounds();
  out["connections"] = relay.connections();
  out["reconnects"] = reconnects(relay);
  out["breaches"] = relay.breaches();
  return out;
}

live::http::Answer destinations_page(const Station& station, const live::http::Request& request) {
  if (request.path != page) return live::http::error_response(404, "there is no such page");
  if (request.method != "GET" && request.method != "HEAD")
    return live::http::method_not_allowed("GET, HEAD");
  auto all = Json::array();
  for (const auto& relay : station.relays())
    all.push_back(describe(*relay));
  return live::http::Response{200,
                              {{"Content-Type", "application/json"}, {"Cache-Control", "no-store"}},
                              all.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n"};
}

double is_in(const Relay& relay, State state) { return relay.state() == state ? 1 : 0; }

struct Sample {
  std::string_view name, help;
  bool counts;
  double (*value)(const Relay&);
};

constexpr std::array samples{
    Sample{"social_relay_sending", "1 while the destination takes the stream", false,
           [](const Relay& r) { return is_in(r, State::sending); }},
    Sample{"social_relay_refused", "1 after an answer that will hardly change", false,
           [](const Relay& r) { return is_in(r, State::refused); }},
    Sample{"social_relay_unfit", "1 while the service does not take what the input is", false,
           [](const Relay& r) { return is_in(r, State::unfit); }},
    Sample{"social_relay_uptime_seconds", "of the connection", false, uptime},
    Sample{"social_relay_bits_per_second", "sent, over the last seconds", false, bit_rate},
    Sample{"social_relay_queue_seconds", "media that waits for the destination", false,
           [](const Relay& r) { return seconds(r.backlog().span()); }},
    Sample{"social_relay_queue_bytes", "likewise", false,
           [](const Relay& r) { return static_cast<double>(r.backlog().bytes()); }},
    Sample{"social_relay_sent_bytes_total", "to the destination, by all connections", true,
           [](const Relay& r) { return static_cast<double>(r.sent_bytes()); }},
    Sample{"social_relay_connections_total", "that were let publish", true,
           [](const Relay& r) { return static_cast<double>(r.connections()); }},
    Sample{"social_relay_dropped_pictures_total", "left out: the destination is slow", true,
           [](const Relay& r) { return static_cast<double>(r.backlog().dropped_pictures()); }},
    Sample{"social_relay_dropped_sounds_total", "likewise", true,
           [](const Relay& r) { return static_cast<double>(r.backlog().dropped_sounds()); }},
    Sample{"social_relay_skips_total", "times that all up to a key frame was left out", true,
           [](const Relay& r) { return static_cast<double>(r.backlog().skips()); }},
    Sample{"social_relay_breaches_total", "of the service's limits, by the stream", true,
           [](const Relay& r) { return static_cast<double>(r.breaches()); }},
};

void write_metrics(live::MetricsText& out, const Station& station, const Handoff& handoff,
                   const Feed& feed) {
  for (const auto& sample : samples) {
    for (const auto& relay : station.relays()) {
      const auto label = live::label("destination", relay->destination().label);
      if (sample.counts) {
        out.counter(sample.name, sample.help, sample.value(*relay), label);
      } else {
        out.gauge(sample.name, sample.help, sample.value(*relay), label);
      }
    }
  }
  out.gauge("social_relay_input_silent_seconds", "since something came from the input",
            std::chrono::duration<double>(station.silence()).count());
  out.counter("social_relay_input_dropped_total", "items that nobody could take in time",
              static_cast<double>(handoff.dropped()));
  out.counter("social_relay_untranscoded_pictures_total", "left out: transcoding is too slow",
              static_cast<double>(feed.untranscoded_pictures()));
}

std::string health_of(const Station& station) {
  for (const auto& relay : station.relays()) {
    const auto state = relay->state();
    if (state == State::retrying || state == State::refused || state == State::unfit)
      return fmt::format("degraded: {} is {}", relay->destination().label, to_text(state));
  }
  return "ok";
}

}  // namespace

void tell_status(live::cli::Runtime& runtime, const Station& station, const Handoff& handoff,
                 const Feed& feed) {
  runtime.on_metrics([&](live::MetricsText& out) { write_metrics(out, station, handoff, feed); });
  runtime.on_health([&station] { return health_of(station); });
  runtime.on_request(std::string{page},
                     [&station](const live::http::Request& request, const live::http::Peer&) {
                       return destinations_page(station, request);
                     });
  runtime.status_line([&station] {
    std::string out;
    for (const auto& relay : station.relays())
      out += (out.empty() ? "" : "\n") + line_of(*relay);
    return out;
  });
}

}  // namespace social_relay

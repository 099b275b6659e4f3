#include "tools/rtmp-ingest/status.hpp"

#include "common/base/ascii.hpp"
#include "common/base/failure.hpp"
#include "common/base/file.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace rtmp_ingest {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view page = "/streams";
constexpr std::string_view scheme = "bearer ";  ///< in any case (RFC 9110 §11.1)

std::string utc(live::WallClock at) {
  return fmt::format("{:%FT%TZ}", fmt::gmtime(std::chrono::system_clock::to_time_t(at)));
}

void describe_broadcast(Json& out, const Stream& stream, live::Monotonic now) {
  const auto& broadcast = *stream.broadcast();
  const auto& facts = stream.facts();
  const auto counted = stream.counted();
  out["app"] = broadcast.claim.app;
  out["id"] = broadcast.claim.id;
  out["client"] = broadcast.client;
  out["protocol"] = broadcast.protocol;
  out["software"] = broadcast.software;
  out["encoder"] = facts.encoder;
  out["since"] = utc(broadcast.since);
  out["video"] = facts.video;
  out["width"] = facts.width;
  out["height"] = facts.height;
  out["audio"] = facts.audio;
  out["fps"] = std::round(broadcast.meter.frames_per_second(now) * 10) / 10;
  out["bit_rate"] = std::llround(broadcast.meter.bits_per_second(now));
  out["bytes"] = broadcast.bytes;
  out["video_frames"] = counted.video_frames;
  out["audio_frames"] = counted.audio_frames;
  out["repairs"] = counted.repairs;
  out["dropped_gops"] = counted.dropped_gops;
  out["dropped_bytes"] = counted.dropped_bytes;
  if (broadcast.pipeline != nullptr) {
    out["pipeline"] = broadcast.pipeline->state();
    out["starts"] = broadcast.pipeline->counts().starts;
    out["queued_bytes"] = broadcast.pipeline->counts().queued;
  }
}

Json describe(const Stream& stream, live::Monotonic now) {
  Json out{{"name", stream.name()}, {"state", to_text(stream.state())}};
  if (stream.broadcast() != nullptr) describe_broadcast(out, stream, now);
  const auto audience = stream.audience().counts();
  out["players"] = audience.players;
  out["played_bytes"] = audience.bytes;
  out["player_skips"] = audience.skips;
  return out;
}

live::http::Response json_page(const Json& json) {
  return {200,
          {{"Content-Type", "application/json"}, {"Cache-Control", "no-store"}},
          json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n"};
}

live::http::Response no_such_stream() {
  return live::http::error_response(404, "there is no such stream");
}

live::http::Response one_stream(Hub& hub, std::string_view name, const std::string& method,
                                live::Monotonic now) {
  if (method == "DELETE") {
    if (!hub.kick(name, now)) return no_such_stream();
    return {204, {{"Cache-Control", "no-store"}}, {}};
  }
  if (method != "GET" && method != "HEAD")
    return live::http::method_not_allowed("GET, HEAD, DELETE");
  const auto found = hub.streams().find(name);
  return found == hub.streams().end() ? no_such_stream() : json_page(describe(*found->second, now));
}

struct Sample {
  std::string_view name, help;
  bool counts;
  double (*value)(const Stream&, live::Monotonic);
};

constexpr std::array samples{
    Sample{"rtmp_ingest_stream_up", "1 while a publisher is there, 0 in its grace", false,
           [](const Stream& s, live::Monotonic) {
             return s.state() == Stream::State::live ? 1. : 0.;
           }},
    Sample{"rtmp_ingest_stream_bits_per_second", "of the publisher, over the last seconds", false,
           [](const Stream& s, live::Monotonic now) {
             return s.broadcast()->meter.bits_per_second(now);
           }},
    Sample{"rtmp_ingest_stream_received_bytes_total", "media received since it began", true,
           [](const Stream& s, live::Monotonic) { return double(s.broadcast()->bytes); }},
    Sample{"rtmp_ingest_stream_video_frames_total", "video frames received", true,
           [](const Stream& s, live::Monotonic) { return double(s.counted().video_frames); }},
    Sample{"rtmp_ingest_stream_repairs_total", "stamps repaired", true,
           [](const Stream& s, live::Monotonic) { return double(s.counted().repairs); }},
    Sample{"rtmp_ingest_stream_dropped_gops_total", "GOPs that a slow command did not get", true,
           [](const Stream& s, live::Monotonic) { return double(s.counted().dropped_gops); }},
    Sample{"rtmp_ingest_stream_queued_bytes", "waiting for its command", false,
           [](const Stream& s, live::Monotonic) {
             const auto* pipeline = s.broadcast()->pipeline;
             return pipeline == nullptr ? 0. : double(pipeline->counts().queued);
           }},
    Sample{"rtmp_ingest_stream_starts_total", "times that its command was started", true,
           [](const Stream& s, live::Monotonic) {
             const auto* pipeline = s.broadcast()->pipeline;
             return pipeline == nullptr ? 0. : double(pipeline->counts().starts);
           }},
    Sample{"rtmp_ingest_stream_players", "that play it", false,
           [](const Stream& s, live::Monotonic) { return double(s.audience().counts().players); }},
    Sample{"rtmp_ingest_stream_kept_bytes", "messages kept for players", false,
           [](const Stream& s, live::Monotonic) { return double(s.audience().memory()); }},
    Sample{"rtmp_ingest_stream_player_skips_total", "times that a slow player skipped", true,
           [](const Stream& s, live::Monotonic) { return double(s.audience().counts().skips); }},
};

void add_stream_metrics(const Hub& hub, live::MetricsText& out) {
  const auto now = std::chrono::steady_clock::now();
  for (const auto& sample : samples) {
    for (const auto& [name, stream] : hub.streams()) {
      if (stream->broadcast() == nullptr) continue;
      const auto label = live::label("stream", name);
      const auto value = sample.value(*stream, now);
      if (sample.counts) {
        out.counter(sample.name, sample.help, value, label);
      } else {
        out.gauge(sample.name, sample.help, value, label);
      }
    }
  }
}

void add_connection_metrics(const ConnectionCounts& counts, live::MetricsText& out) {
  out.counter("rtmp_ingest_accepted_total", "connections", double(counts.accepted));
  out.counter("rtmp_ingest_turned_away_total", "connections above a limit or without PROXY header",
              double(counts.turned_away));
  out.counter("rtmp_ingest_protocol_errors_total", "peers that spoke no right RTMP or TLS",
              double(counts.not_rtmp));
  out.counter("rtmp_ingest_refused_total", "publishers and players that were refused",
              double(counts.unauthorized));
  out.counter("rtmp_ingest_timed_out_total", "peers that were too slow, or silent",
              double(counts.timed_out));
}

}  // namespace

StatusToken StatusToken::load(const std::filesystem::path& file) {
  constexpr std::size_t largest = 4096;
  auto text = live::read_file(file, largest);
  text.erase(std::min(text.find_first_of("\r\n"), text.size()));
  if (text.size() < min_length)
    live::fail(live::Exit::config, "{}: a token has {} characters at least", file.string(),
               min_length);
  return StatusToken{std::move(text)};
}

bool StatusToken::is_in(std::string_view authorization) const {
  const auto said = authorization.substr(0, scheme.size());
  if (!exists() || !live::is_same_word(scheme, said)) return false;
  authorization.remove_prefix(scheme.size());
  unsigned difference = authorization.size() == token_.size() ? 0 : 1;
  for (std::size_t i = 0; i < authorization.size(); ++i) {
    const volatile char ours = token_[i % token_.size()];
    difference |= static_cast<unsigned char>(ours) ^ static_cast<unsigned char>(authorization[i]);
  }
  return difference == 0;
}

live::http::Response streams_page(Hub& hub, const StatusToken& token,
                                  const live::http::Request& request, live::Monotonic now) {
  if (!token.exists()) return live::http::error_response(404, "/streams needs --status-token-file");
  if (!token.is_in(request.header("authorization")))
    return live::http::error_response(401, "the bearer token of --status-token-file is wanted",
                                      {{"WWW-Authenticate", "Bearer"}});
  auto name = std::string_view{request.path}.substr(page.size());
  if (name.starts_with('/')) name.remove_prefix(1);
  if (!name.empty()) return one_stream(hub, name, request.method, now);
  if (request.method != "GET" && request.method != "HEAD")
    return live::http::method_not_allowed("GET, HEAD");
  auto all = Json::array();
  for (const auto& [known, stream] : hub.streams())
    all.push_back(describe(*stream, now));
  return json_page(all);
}

void add_metrics(const Shared& shared, live::MetricsText& out) {
  const auto& hub = shared.hub;
  const auto& totals = hub.totals();
  add_connection_metrics(shared.counts, out);
  out.gauge("rtmp_ingest_connections", "now", double(shared.connections.size()));
  out.gauge("rtmp_ingest_publishing", "streams that are live or in their grace",
            double(hub.publishing()));
  out.gauge("rtmp_ingest_players", "of all streams", double(hub.players()));
  out.gauge("rtmp_ingest_pipelines", "commands, those that finish too", double(hub.pipelines()));
  out.counter("rtmp_ingest_publishes_total", "publishers accepted", double(totals.publishes));
  out.counter("rtmp_ingest_resumed_total", "of them, back within the grace",
              double(totals.resumed));
  out.counter("rtmp_ingest_taken_over_total", "of them, in the place of another",
              double(totals.taken_over));
  out.counter("rtmp_ingest_kicked_total", "streams ended by the operator", double(totals.kicked));
  out.counter("rtmp_ingest_ended_total", "streams that have ended", double(totals.ended));
  out.counter("rtmp_ingest_ended_bytes_total", "received, of streams that have ended",
              double(totals.bytes));
  out.counter("rtmp_ingest_ended_dropped_gops_total", "of streams that have ended",
              double(totals.dropped_gops));
  add_stream_metrics(hub, out);
}

std::string health(const Hub& hub) {
  for (const auto& [name, stream] : hub.streams()) {
    if (stream->broadcast() == nullptr || stream->broadcast()->pipeline == nullptr) continue;
    const auto state = stream->broadcast()->pipeline->state();
    if (state == "waiting to start again")
      return fmt::format("degraded: the command of {} is {}", name, state);
  }
  return "ok";
}

std::string status_line(const Hub& hub, live::Monotonic now) {
  double bits = 0;
  const Stream* only = nullptr;
  for (const auto& [name, stream] : hub.streams()) {
    if (stream->broadcast() == nullptr) continue;
    bits += stream->broadcast()->meter.bits_per_second(now);
    only = stream.get();
  }
  if (hub.publishing() == 0) return fmt::format("no publisher, {} players", hub.players());
  if (hub.publishing() > 1 || only == nullptr)
    return fmt::format("{} streams, {:.1f} Mbit/s, {} players", hub.publishing(), bits / 1e6,
                       hub.players());
  return fmt::format("{} {}: {:.1f} fps, {:.2f} Mbit/s, {} players, {} GOPs dropped", only->name(),
                     to_text(only->state()), only->broadcast()->meter.frames_per_second(now),
                     bits / 1e6, hub.players(), only->counted().dropped_gops);
}

}  // namespace rtmp_ingest

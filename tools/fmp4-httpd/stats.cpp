#include "tools/fmp4-httpd/stats.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace fmp4_httpd {
namespace {

using Json = nlohmann::ordered_json;

live::Monotonic now() { return std::chrono::steady_clock::now(); }

void add_tracks(Json& out, const live::mp4::Init& init) {
  const auto codec = [](const live::mp4::InitTrack& track) {
    return track.known ? live::codec::to_text(track.parameters.codec) : track.sample_entry;
  };
  if (const auto* video = init.video()) {
    out["video"] = codec(*video);
    out["width"] = video->parameters.width;
    out["height"] = video->parameters.height;
  }
  if (const auto* audio = init.audio()) out["audio"] = codec(*audio);
}

Json describe(const Channel& channel) {
  const auto& stream = channel.stream();
  const auto& traffic = channel.hub().traffic();
  Json out{{"name", channel.name()}, {"state", to_text(stream.state())}};
  if (!channel.reason().empty()) out["reason"] = channel.reason();
  if (const auto& epoch = stream.epoch()) {
    out["mime"] = epoch->mime;
    add_tracks(out, epoch->init);
    out["epoch"] = epoch->number;
  }
  out["bit_rate"] = std::llround(stream.meter().bits_per_second(now()));
  out["fps"] = std::round(stream.meter().frames_per_second(now()) * 10) / 10;
  if (const auto latency = stream.meter().latency()) out["latency_ms"] = latency->count();
  out["viewers"] = channel.hub().viewers();
  out["fragments"] = stream.fragments();
  out["bytes"] = stream.bytes();
  out["sent_bytes"] = traffic.bytes;
  out["skips"] = traffic.skips;
  out["skipped_fragments"] = traffic.skipped_fragments;
  out["dropped"] = traffic.dropped;
  return out;
}

std::size_t viewers(const Channels& channels) {
  std::size_t sum = 0;
  for (const auto& channel : channels)
    sum += channel->hub().viewers();
  return sum;
}

struct Sample {
  std::string_view name, help;
  bool counts;
  double (*value)(const Channel&);
};

constexpr std::array samples{
    Sample{
        "fmp4_httpd_stream_up", "1 while fragments come", false,
        [](const Channel& c) { return c.stream().state() == live::StreamState::live ? 1. : 0.; }},
    Sample{"fmp4_httpd_viewers", "viewers connected", false,
           [](const Channel& c) { return double(c.hub().viewers()); }},
    Sample{"fmp4_httpd_viewers_blocked", "viewers whose socket is full", false,
           [](const Channel& c) { return double(c.hub().blocked()); }},
    Sample{"fmp4_httpd_epoch", "number of the current init segment", false,
           [](const Channel& c) { return c.stream().epoch() ? c.stream().epoch()->number : 0.; }},
    Sample{"fmp4_httpd_fragments_total", "fragments received", true,
           [](const Channel& c) { return double(c.stream().fragments()); }},
    Sample{"fmp4_httpd_received_bytes_total", "bytes of fragments received", true,
           [](const Channel& c) { return double(c.stream().bytes()); }},
    Sample{"fmp4_httpd_sent_bytes_total", "bytes sent to viewers", true,
           [](const Channel& c) { return double(c.hub().traffic().bytes); }},
    Sample{"fmp4_httpd_skips_total", "times that a slow viewer skipped to a key frame", true,
           [](const Channel& c) { return double(c.hub().traffic().skips); }},
    Sample{"fmp4_httpd_skipped_fragments_total", "fragments that slow viewers did not get", true,
           [](const Channel& c) { return double(c.hub().traffic().skipped_fragments); }},
    Sample{"fmp4_httpd_dropped_viewers_total", "viewers dropped for taking nothing", true,
           [](const Channel& c) { return double(c.hub().traffic().dropped); }},
    Sample{"fmp4_httpd_ring_bytes", "fragments kept in memory", false,
           [](const Channel& c) { return double(c.stream().ring().bytes()); }},
    Sample{"fmp4_httpd_bits_per_second", "of the source over the last seconds", false,
           [](const Channel& c) { return c.stream().meter().bits_per_second(now()); }},
};

}  // namespace

std::string stats_json(const Channels& channels, const TreeStreams& tree,
                       std::uint64_t max_viewers) {
  auto streams = Json::array();
  for (const auto& channel : channels)
    streams.push_back(describe(*channel));
  for (const auto& [name, ended] : tree) {
    const bool hidden = std::ranges::any_of(
        channels, [&name = name](const auto& channel) { return channel->name() == name; });
    if (hidden) continue;
    streams.push_back({{"name", name}, {"state", ended ? "ended" : "live"}, {"hls", true}});
  }
  const Json all{{"program", "fmp4-httpd"},
                 {"version", LIVE_VERSION},
                 {"viewers", viewers(channels)},
                 {"max_viewers", max_viewers},
                 {"streams", std::move(streams)}};
  return all.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

void add_metrics(const Channels& channels, const live::http::Counts& http, live::MetricsText& out) {
  for (const auto& sample : samples) {
    for (const auto& channel : channels) {
      const auto name = live::label("stream", channel->name());
      if (sample.counts) {
        out.counter(sample.name, sample.help, sample.value(*channel), name);
      } else {
        out.gauge(sample.name, sample.help, sample.value(*channel), name);
      }
    }
  }
  for (const auto& channel : channels) {
    if (const auto latency = channel->stream().meter().latency()) {
      out.gauge("fmp4_httpd_latency_seconds", "age of the newest fragment when it came",
                double(latency->count()) / 1000, live::label("stream", channel->name()));
    }
  }
  out.gauge("fmp4_httpd_http_connections", "connections that are no viewers",
            double(http.connections));
  out.counter("fmp4_httpd_http_requests_total", "requests read", double(http.requests));
  out.counter("fmp4_httpd_http_refused_total", "requests refused unread", double(http.refused));
}

std::string health(const Channels& channels) {
  for (const auto& channel : channels) {
    const auto state = channel->stream().state();
    if (state != live::StreamState::live) {
      return fmt::format("degraded: stream {} is {}", channel->name(), to_text(state));
    }
  }
  return "ok";
}

std::string status_line(const Channels& channels, const TreeStreams& tree,
                        const live::http::Counts& http) {
  if (channels.empty()) {
    const auto alive = std::ranges::count(tree, false, &TreeStream::ended);
    return fmt::format("{} of {} HLS streams live, {} connections, {} requests", alive, tree.size(),
                       http.connections, http.requests);
  }
  if (channels.size() > 1) {
    std::size_t alive = 0;
    double bits = 0;
    for (const auto& channel : channels) {
      alive += channel->stream().state() == live::StreamState::live ? 1U : 0U;
      bits += channel->stream().meter().bits_per_second(now());
    }
    return fmt::format("{} of {} streams live, {:.1f} Mbit/s, {} viewers", alive, channels.size(),
                       bits / 1e6, viewers(channels));
  }
  const auto& channel = *channels.front();
  const auto& meter = channel.stream().meter();
  return fmt::format("{} {}: {:.1f} fps, {:.2f} Mbit/s, {} viewers, {} skips", channel.name(),
                     to_text(channel.stream().state()), meter.frames_per_second(now()),
                     meter.bits_per_second(now()) / 1e6, channel.hub().viewers(),
                     channel.hub().traffic().skips);
}

}  // namespace fmp4_httpd

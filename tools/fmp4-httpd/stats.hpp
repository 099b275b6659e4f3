// What the program tells about itself: /stats.json for pages, /metrics for Prometheus, a line for a terminal.
// None of them names a viewer.
#pragma once

#include "common/base/metrics.hpp"
#include "common/http/serve.hpp"
#include "tools/fmp4-httpd/channel.hpp"

#include <array>
#include <memory>
#include <span>
#include <string>

namespace fmp4_httpd {

using Channels = std::vector<std::unique_ptr<Channel>>;

/// {"streams":[{"name","state","reason","mime","video","audio","width","height","bit_rate","fps","epoch",
/// "viewers","fragments","bytes","sent_bytes","skips","skipped_fragments","dropped","latency_ms"}],...}
/// What is not known is left out.
std::string stats_json(const Channels& channels, std::uint64_t max_viewers);

void add_metrics(const Channels& channels, const live::http::Counts& http, live::MetricsText& out);

/// "ok", or "degraded: why".
std::string health(const Channels& channels);

std::string status_line(const Channels& channels);

}  // namespace fmp4_httpd

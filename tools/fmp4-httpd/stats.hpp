// What the program tells about itself: /stats.json for pages, /metrics for Prometheus, a line for a terminal.
// None of them names a viewer.
#pragma once

#include "common/base/metrics.hpp"
#include "common/http/serve.hpp"
#include "tools/fmp4-httpd/channel.hpp"
#include "tools/fmp4-httpd/tree_listing.hpp"

#include <array>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace fmp4_httpd {

using Channels = std::vector<std::unique_ptr<Channel>>;
using TreeStreams = std::vector<TreeStream>;

/// {"streams":[{"name","state","reason","mime","video","audio","width","height","bit_rate","fps","epoch",
/// "viewers","fragments","bytes","sent_bytes","skips","skipped_fragments","dropped","latency_ms"}],...}
/// What is not known is left out.  A stream of the HLS tree that no channel hides: {"name","state","hls":true}.
std::string stats_json(const Channels& channels, const TreeStreams& tree,
                       std::uint64_t max_viewers);

void add_metrics(const Channels& channels, const live::http::Counts& http, live::MetricsText& out);

/// "ok", or "degraded: why".
std::string health(const Channels& channels);

std::string status_line(const Channels& channels, const TreeStreams& tree,
                        const live::http::Counts& http);

}  // namespace fmp4_httpd

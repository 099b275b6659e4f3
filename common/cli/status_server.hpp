// What --status ADDR serves: /healthz and /metrics, to operators only.
#pragma once

#include "common/base/metrics.hpp"
#include "common/http/serve.hpp"

#include <functional>
#include <string>

namespace live::cli {

struct StatusPages {
  std::string program;
  std::function<std::string()> health;                        ///< "ok" or "degraded: why"
  std::vector<std::function<void(MetricsText&)>> collectors;  ///< asked for each /metrics
};

/// Answers GET /healthz and GET /metrics; `pages` must outlive the handler.
http::Handler status_handler(const StatusPages& pages);

/// CPU time, memory, open files and start of this process, and the version, under their usual names.
void process_metrics(MetricsText& metrics, const std::string& program);

}  // namespace live::cli

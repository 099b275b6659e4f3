// What --status ADDR serves: /healthz and /metrics, to operators only, and pages of the program's own.
#pragma once

#include "common/base/metrics.hpp"
#include "common/http/serve.hpp"

#include <functional>
#include <string>

namespace live::cli {

/// Of a program's own: what answers `path` and everything below it.
struct StatusPage {
  std::string path;
  http::Handler handler;
};

struct StatusPages {
  std::string program;
  std::function<std::string()> health;                        ///< "ok" or "degraded: why"
  std::vector<std::function<void(MetricsText&)>> collectors;  ///< asked for each /metrics
  std::vector<StatusPage> further;
};

/// Answers GET /healthz and GET /metrics, and what `pages.further` answer; `pages` must outlive the handler.
http::Handler status_handler(const StatusPages& pages);

/// CPU time, memory, open files and start of this process, and the version, under their usual names.
void process_metrics(MetricsText& metrics, const std::string& program);

}  // namespace live::cli

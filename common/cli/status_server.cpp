#include "common/cli/status_server.hpp"

#include "common/base/failure.hpp"
#include "common/base/file.hpp"

#include <chrono>
#include <filesystem>

#include <sys/resource.h>
#include <unistd.h>

namespace live::cli {
namespace {

const auto started = std::chrono::system_clock::now();

double cpu_seconds() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

/// The second number of /proc/self/statm (proc(5)): resident pages.
double resident_bytes() {
  const auto statm = read_file("/proc/self/statm", 4096);
  const auto pages = std::strtoull(statm.c_str() + statm.find(' '), nullptr, 10);
  return static_cast<double>(pages) * static_cast<double>(::sysconf(_SC_PAGESIZE));
}

double open_files() {
  const std::filesystem::directory_iterator folder{"/proc/self/fd"};
  return static_cast<double>(std::distance(begin(folder), end(folder)));
}

http::Response metrics_page(const StatusPages& pages) {
  MetricsText metrics;
  for (const auto& collect : pages.collectors)
    collect(metrics);
  process_metrics(metrics, pages.program);
  return {
      200,
      {{"Content-Type", "text/plain; version=0.0.4; charset=utf-8"}, {"Cache-Control", "no-store"}},
      metrics.text()};
}

http::Response health_page(const StatusPages& pages) {
  return {200,
          {{"Content-Type", "text/plain; charset=utf-8"}, {"Cache-Control", "no-store"}},
          (pages.health ? pages.health() : std::string{"ok"}) + "\n"};
}

bool lies_below(std::string_view path, std::string_view root) {
  return path.starts_with(root) && (path.size() == root.size() || path[root.size()] == '/');
}

http::Response status_page(const StatusPages& pages, const http::Request& request) {
  const bool known = request.path == "/metrics" || request.path == "/healthz";
  if (!known) return http::error_response(404, "here are /healthz and /metrics");
  if (request.method != "GET" && request.method != "HEAD")
    return http::method_not_allowed("GET, HEAD");
  return request.path == "/metrics" ? metrics_page(pages) : health_page(pages);
}

}  // namespace

http::Handler status_handler(const StatusPages& pages) {
  return [&pages](const http::Request& request, const http::Peer& peer) -> http::Answer {
    for (const auto& page : pages.further)
      if (lies_below(request.path, page.path)) return page.handler(request, peer);
    return status_page(pages, request);
  };
}

void process_metrics(MetricsText& metrics, const std::string& program) {
  const auto since_1970 = std::chrono::duration<double>{started.time_since_epoch()};
  metrics.gauge("live_build_info", "The program and its version.", 1,
                label("program", program) + "," + label("version", LIVE_VERSION));
  metrics.counter("process_cpu_seconds_total", "User and system CPU time.", cpu_seconds());
  metrics.gauge("process_open_fds", "Open file descriptors.", open_files());
  metrics.gauge("process_resident_memory_bytes", "Resident memory.", resident_bytes());
  metrics.gauge("process_start_time_seconds", "Start of the process, since 1970.",
                since_1970.count());
}

}  // namespace live::cli

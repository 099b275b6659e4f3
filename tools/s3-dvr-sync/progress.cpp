#include "tools/s3-dvr-sync/progress.hpp"

#include "common/base/text.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace s3_dvr_sync {
namespace {

using namespace std::chrono_literals;

constexpr double mega = 1e6;

std::chrono::seconds time_left(const Numbers& n) {
  if (n.rate <= 0) return {};
  return std::chrono::seconds{
      static_cast<std::int64_t>(static_cast<double>(n.backlog.bytes) / n.rate)};
}

}  // namespace

std::chrono::seconds backlog_age(const WorkList::Backlog& backlog, live::WallClock now) {
  if (!backlog.oldest) return 0s;
  return std::max(std::chrono::floor<std::chrono::seconds>(now - *backlog.oldest), 0s);
}

std::string progress_line(const Numbers& n, live::WallClock now) {
  const auto left = time_left(n);
  return fmt::format("{} uploaded, {:.1f} MB/s, {} to go ({:.1f} MB{}), backlog {:.1f} h",
                     n.objects, n.rate / mega, n.backlog.files,
                     static_cast<double>(n.backlog.bytes) / mega,
                     left > 0s ? fmt::format(", {}", live::format_duration(left)) : std::string{},
                     static_cast<double>(backlog_age(n.backlog, now).count()) / 3600);
}

std::string progress_json(const Numbers& n, live::WallClock now, bool is_last) {
  const nlohmann::ordered_json out{{"event", is_last ? "end" : "progress"},
                                   {"uploaded_objects", n.objects},
                                   {"uploaded_bytes", n.bytes},
                                   {"bytes_per_second", static_cast<std::uint64_t>(n.rate)},
                                   {"backlog_objects", n.backlog.files},
                                   {"backlog_bytes", n.backlog.bytes},
                                   {"backlog_seconds", backlog_age(n.backlog, now).count()},
                                   {"seconds_left", time_left(n).count()},
                                   {"growing", n.backlog.growing},
                                   {"unfit", n.backlog.unfit},
                                   {"lost", n.lost()},
                                   {"deleted", n.deleted},
                                   {"conflicts", n.conflicts},
                                   {"retries", n.retries}};
  return out.dump();
}

void progress_metrics(const Numbers& n, live::WallClock now, live::MetricsText& out) {
  const auto gauge = [&](const char* name, const char* help, auto value) {
    out.gauge(name, help, static_cast<double>(value));
  };
  const auto counter = [&](const char* name, const char* help, std::uint64_t value) {
    out.counter(name, help, static_cast<double>(value));
  };
  gauge("s3_dvr_sync_backlog_seconds", "age of the oldest that is not in the bucket; alarm on it",
        backlog_age(n.backlog, now).count());
  gauge("s3_dvr_sync_backlog_objects", "closed, and not in the bucket", n.backlog.files);
  gauge("s3_dvr_sync_backlog_bytes", "of them", n.backlog.bytes);
  gauge("s3_dvr_sync_growing_files", "recordings that are still written", n.backlog.growing);
  gauge("s3_dvr_sync_unfit", "files and folders that cannot be uploaded: the log tells why",
        n.backlog.unfit);
  counter("s3_dvr_sync_uploaded_objects_total", "uploaded and verified", n.objects);
  counter("s3_dvr_sync_uploaded_bytes_total", "of them", n.bytes);
  counter("s3_dvr_sync_sent_bytes_total", "of bodies, attempts that failed included", n.sent);
  counter("s3_dvr_sync_requests_total", "to the store", n.requests);
  counter("s3_dvr_sync_retries_total", "of them that were not the first attempt", n.retries);
  counter("s3_dvr_sync_failed_total", "uploads that were given up for the time being", n.failed);
  counter("s3_dvr_sync_conflicts_total", "keys at which there is something of somebody else",
          n.conflicts);
  counter("s3_dvr_sync_lost_segments_total", "gone before they were uploaded", n.backlog.lost);
  counter("s3_dvr_sync_missing_total", "found by --verify: neither in the bucket nor here",
          n.missing);
  counter("s3_dvr_sync_deleted_unsynced_total",
          "of the deleted, those that were not uploaded: lost", n.unsynced);
  counter("s3_dvr_sync_deleted_files_total", "local ones, as the rules say", n.deleted);
}

}  // namespace s3_dvr_sync

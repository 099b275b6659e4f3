// What the program tells about itself: the live line, JSON lines, metrics.  Pure: numbers in, texts out.
#pragma once

#include "common/base/metrics.hpp"
#include "common/base/units.hpp"
#include "tools/s3-dvr-sync/work_list.hpp"

#include <cstdint>
#include <string>

namespace s3_dvr_sync {

struct Numbers {
  std::uint64_t objects = 0, bytes = 0;  ///< uploaded and verified since the start
  std::uint64_t sent = 0;                ///< bytes on the wire
  std::uint64_t deleted = 0, failed = 0, conflicts = 0;
  std::uint64_t missing = 0;   ///< --verify: neither in the bucket nor here
  std::uint64_t unsynced = 0;  ///< --delete-unsynced: deleted before they were uploaded
  /// Segments that were gone too early, too.
  [[nodiscard]] std::uint64_t lost() const { return backlog.lost + missing + unsynced; }
  std::uint64_t requests = 0, retries = 0;
  WorkList::Backlog backlog;
  double rate = 0;  ///< bytes per second, of the last while
};

/// How old the oldest is that is not in the bucket; 0: everything is there.
std::chrono::seconds backlog_age(const WorkList::Backlog& backlog, live::WallClock now);

std::string progress_line(const Numbers& numbers, live::WallClock now);
/// One JSON object, without a line end.
std::string progress_json(const Numbers& numbers, live::WallClock now, bool is_last);
void progress_metrics(const Numbers& numbers, live::WallClock now, live::MetricsText& out);

}  // namespace s3_dvr_sync

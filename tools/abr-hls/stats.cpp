#include "tools/abr-hls/stats.hpp"

#include "common/base/text.hpp"
#include "common/base/units.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace abr_hls {
namespace {

double value(const live::Counter& counter) { return static_cast<double>(counter.value()); }

}  // namespace

Stats::Stats(const std::vector<std::string>& names) {
  for (const auto& name : names)
    renditions.emplace_back(name);
}

void Stats::set_state(const std::string& state) {
  const std::lock_guard lock{mutex_};
  state_ = state;
}

std::string Stats::state() const {
  const std::lock_guard lock{mutex_};
  return state_;
}

void Stats::write_renditions(live::MetricsText& out) const {
  const auto each = [&](const char* name, const char* help, live::Counter RenditionStats::*what) {
    for (const auto& r : renditions)
      out.counter(name, help, value(r.*what), live::label("rendition", r.name));
  };
  for (const auto& r : renditions) {
    out.gauge("abr_hls_rendition_active", "1 while the rendition is made", value(r.active),
              live::label("rendition", r.name));
  }
  each("abr_hls_rendition_pictures_total", "Pictures of the rendition", &RenditionStats::pictures);
  each("abr_hls_rendition_bytes_total", "Bytes of its samples", &RenditionStats::bytes);
  each("abr_hls_rendition_segments_total", "Segments of it", &RenditionStats::segments);
  each("abr_hls_rendition_gaps_total", "Segments that it lacks", &RenditionStats::gaps);
}

void Stats::write(live::MetricsText& out) const {
  out.gauge("abr_hls_speed", "Seconds of media per second; live input waits at 1",
            value(speed_permille) / 1000);
  out.gauge("abr_hls_lag_seconds", "From the arrival of a picture to its way to the encoders",
            value(lag_ms) / 1000);
  out.gauge("abr_hls_queue", "How full the queue to the decoder is, 0 to 1",
            value(queue_permille) / 1000);
  out.gauge("abr_hls_too_slow", "1 while the machine is too slow for the ladder", value(too_slow));
  out.gauge("abr_hls_renditions_given_up", "Renditions that --overload drop-rung left out",
            value(given_up));
  out.gauge("abr_hls_disk_full", "1 while waiting for space", value(disk_full));
  out.counter("abr_hls_input_units_total", "Access units and audio frames read", value(units));
  out.counter("abr_hls_input_bytes_total", "Bytes of them", value(input_bytes));
  out.counter("abr_hls_epochs_total", "Beginnings of new codec parameters", value(epochs));
  out.counter("abr_hls_holes_total", "Holes in the input that became a discontinuity",
              value(holes));
  out.counter("abr_hls_unusable_units_total", "Units that nothing could be made of",
              value(unusable));
  out.counter("abr_hls_pictures_total", "Pictures decoded", value(pictures));
  const auto left_out = [&](const char* why, const live::Counter& counter) {
    out.counter("abr_hls_dropped_pictures_total", "Pictures left out", value(counter),
                live::label("why", why));
  };
  left_out("cap", capped_pictures);
  left_out("overload", shed_pictures);
  out.counter("abr_hls_held_pictures_total", "Pictures shown again over a hole",
              value(held_pictures));
  out.counter("abr_hls_segments_total", "Segments written", value(segments));
  out.counter("abr_hls_parts_total", "Parts written", value(parts));
  out.counter("abr_hls_playlists_total", "Playlists written", value(playlists));
  out.counter("abr_hls_written_bytes_total", "Bytes written", value(written_bytes));
  out.counter("abr_hls_lost_files_total", "Held files deleted for space before they were uploaded",
              value(lost_files));
  out.counter("abr_hls_deleted_files_total", "Segments and parts deleted", value(deleted_files));
  write_renditions(out);
}

std::string Stats::health() const {
  if (disk_full.value() != 0) return "degraded: no space on the disk";
  if (too_slow.value() != 0) return "degraded: too slow for real time";
  if (given_up.value() != 0)
    return fmt::format("degraded: {} renditions given up", given_up.value());
  return "ok";
}

std::string Stats::status_line() {
  const auto now = std::chrono::steady_clock::now();
  const double seconds = std::max(std::chrono::duration<double>(now - shown_).count(), 1e-3);
  shown_ = now;
  auto line = fmt::format("{}  {:.2f}x  lag {}", state(), value(speed_permille) / 1000,
                          live::format_duration(live::Ms{static_cast<int>(lag_ms.value())}));
  if (too_slow.value() != 0) line += "  TOO SLOW";
  if (disk_full.value() != 0) line += "  DISK FULL";
  for (auto& r : renditions) {
    const auto pictures_now = r.pictures.value(), bytes_now = r.bytes.value();
    line += fmt::format("  {} ", r.name);
    line += r.active.value() == 0
                ? std::string{"-"}
                : fmt::format("{:.0f} fps {:.0f}k",
                              static_cast<double>(pictures_now - r.shown_pictures) / seconds,
                              static_cast<double>(bytes_now - r.shown_bytes) * 8 / 1000 / seconds);
    r.shown_pictures = pictures_now;
    r.shown_bytes = bytes_now;
  }
  return line;
}

}  // namespace abr_hls

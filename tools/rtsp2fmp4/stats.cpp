#include "tools/rtsp2fmp4/stats.hpp"

#include "common/base/text.hpp"

#include <array>
#include <utility>

#include <fmt/format.h>

namespace rtsp2fmp4 {

void Stats::set_state(const std::string& state) {
  const std::lock_guard lock{mutex_};
  state_ = state;
}

void Stats::set_codecs(const std::string& codecs) {
  const std::lock_guard lock{mutex_};
  codecs_ = codecs;
}

std::string Stats::state() const {
  const std::lock_guard lock{mutex_};
  return state_;
}

void Stats::write(live::MetricsText& out) const {
  const auto value = [](const live::Counter& c) { return static_cast<double>(c.value()); };
  out.gauge("rtsp2fmp4_connected", "1 while media comes in", value(connected));
  out.gauge("rtsp2fmp4_epoch", "Number of the init segment in use", value(epochs));
  out.counter("rtsp2fmp4_packets_total", "Packets read from the input", value(packets));
  out.counter("rtsp2fmp4_frames_total", "Pictures written", value(frames));
  out.counter("rtsp2fmp4_fragments_total", "Fragments written", value(fragments));
  const std::array<std::pair<const char*, const live::Counter*>, 3> delays{
      {{"1", &within_1ms}, {"5", &within_5ms}, {"20", &within_20ms}}};
  for (const auto& [ms, counter] : delays) {
    out.counter("rtsp2fmp4_fragments_within_total",
                "Fragments written so soon after their last packet was read", value(*counter),
                live::label("ms", ms));
  }
  out.counter("rtsp2fmp4_bytes_total", "Bytes written", value(bytes));
  out.counter("rtsp2fmp4_reconnects_total", "Connections after the first", value(reconnects));
  out.counter("rtsp2fmp4_failures_total", "Attempts that failed and connections lost",
              value(failures));
  const std::array<std::pair<const char*, const live::Counter*>, 8> repairs{
      {{"jump", &jumps},
       {"reset", &resets},
       {"duplicate", &duplicates},
       {"unstamped", &unstamped},
       {"wrap", &wraps},
       {"new_line", &new_lines},
       {"merged", &merged_packets},
       {"late_slice", &late_slices}}};
  for (const auto& [kind, counter] : repairs) {
    out.counter("rtsp2fmp4_repairs_total", "Repairs of the input, by kind", value(*counter),
                live::label("kind", kind));
  }
  out.counter("rtsp2fmp4_silent_packets_total", "Audio packets of silence made up",
              value(silent_packets));
  out.counter("rtsp2fmp4_late_audio_total", "Audio packets dropped where silence stood",
              value(late_audio));
  out.counter("rtsp2fmp4_dropped_frames_total", "Pictures left out", value(dropped_frames));
}

std::string Stats::health() const {
  if (connected.value() != 0) return "ok";
  return "degraded: " + state();
}

std::string Stats::status_line() {
  const auto now = std::chrono::steady_clock::now();
  const double seconds = std::chrono::duration<double>(now - shown_).count();
  const auto fps = static_cast<double>(frames.value() - shown_frames_) / seconds;
  const auto kbits = static_cast<double>(bytes.value() - shown_bytes_) * 8 / 1000 / seconds;
  shown_ = now;
  shown_bytes_ = bytes.value();
  shown_frames_ = frames.value();
  const auto up = std::chrono::duration_cast<std::chrono::seconds>(now - started_);
  const std::lock_guard lock{mutex_};
  return fmt::format("{}  {}  {:.1f} fps  {:.0f} kbit/s  up {}:{:02}:{:02}  reconnects {}", state_,
                     codecs_.empty() ? "-" : codecs_, fps, kbits, up.count() / 3600,
                     up.count() / 60 % 60, up.count() % 60, reconnects.value());
}

}  // namespace rtsp2fmp4

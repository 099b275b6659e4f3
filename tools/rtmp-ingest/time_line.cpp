#include "tools/rtmp-ingest/time_line.hpp"

#include "common/mux/fragmenter.hpp"

#include <algorithm>

namespace rtmp_ingest {

using live::timeline::TrackSpec;

namespace {

constexpr std::uint64_t origin_ms = 10'000;  ///< where a pipe's time line begins (live-fmp4(5))
constexpr std::uint64_t ns_per_second = 1'000'000'000;

TrackSpec rtmp_track(std::uint32_t timescale) {
  TrackSpec spec;
  spec.in_num = 1;
  spec.in_den = 1'000;
  spec.timescale = timescale;
  spec.wrap_bits = 32;
  return spec;
}

}  // namespace

void TimeLine::begin_session() {
  repair_.begin_session({});
  for (auto& line : lines_)
    line.index.reset();
}

TimeLine::Line& TimeLine::line(std::size_t track, const TrackSpec& spec) {
  if (track >= lines_.size()) lines_.resize(track + 1);
  auto& line = lines_[track];
  if (!line.index) {
    line.index = repair_.add_track(spec);
  } else if (line.timescale != spec.timescale) {
    repair_.change_track(*line.index, spec);
  }
  line.timescale = spec.timescale;
  return line;
}

TimeLine::Place TimeLine::place(const Line& line, const Sent& sent) {
  live::timeline::Stamp stamp;
  stamp.dts = sent.timestamp;
  stamp.pts = *stamp.dts + sent.composition_ms;
  Place place;
  place.at = repair_.repair(*line.index, stamp, sent.arrived);
  const auto ms = (place.at.dts * 1'000 + line.timescale / 2) / line.timescale;
  place.ms = static_cast<std::uint32_t>(std::max(ms, origin_ms) - origin_ms);
  if (sent.nanoseconds != 0)
    place.at.dts +=
        (std::uint64_t{sent.nanoseconds} * line.timescale + ns_per_second / 2) / ns_per_second;
  return place;
}

TimeLine::Place TimeLine::picture(std::size_t track, const Sent& sent) {
  return place(line(track, rtmp_track(live::mux::video_timescale)), sent);
}

TimeLine::Place TimeLine::sound(std::size_t track, const Sent& sent, std::uint32_t rate,
                                std::uint32_t samples) {
  auto spec = rtmp_track(rate);
  spec.nominal_duration = samples;
  spec.reorders = false;
  const auto before = track < lines_.size() ? lines_[track].timescale : 0;
  auto& here = line(track, spec);
  if (!here.grid || before != rate) here.grid.emplace(rate);
  auto placed = place(here, sent);
  placed.at.dts = here.grid->place(placed.at.dts, samples);
  if (samples != 0) placed.at.duration = samples;
  return placed;
}

std::uint64_t TimeLine::repairs() const {
  const auto& c = repair_.counters();
  return c.jumps + c.resets + c.duplicates + c.unstamped;
}

}  // namespace rtmp_ingest

#include "common/live/time_line.hpp"

#include <algorithm>
#include <cassert>
#include <cstring>

namespace live {
namespace {

std::uint32_t timescale_of(const Epoch& epoch, std::uint32_t track) {
  for (const auto& known : epoch.init.tracks) {
    if (known.id == track) return known.timescale;
  }
  return 0;
}

}  // namespace

void TimeLine::cross(const Epoch& last, const Epoch& next) {
  if (!last.end || !next.begin) return;
  const auto scale = next.begin->scale;
  const auto ended = ticks_of(*last.end, scale);
  const auto gap = next.begin->ticks - ended;
  if (gap >= 0 && gap <= gap_seconds * scale) return;
  origin_ = {next.begin->ticks - (ended - ticks_of(origin_, scale)), scale};
}

std::uint64_t TimeLine::moved(std::uint64_t ticks, std::uint32_t scale) const {
  const auto at = static_cast<std::int64_t>(ticks) - ticks_of(origin_, scale);
  return static_cast<std::uint64_t>(std::max<std::int64_t>(at, 0));
}

void TimeLine::write_head(const Fragment& f, std::uint32_t sequence,
                          std::span<std::uint8_t> out) const {
  assert(out.size() >= head_bytes(f));
  std::memcpy(out.data(), f.bytes.data() + f.head_at, head_bytes(f));
  store_be(out.subspan(f.parsed.sequence_at - f.head_at), 4, sequence);
  for (const auto& run : f.parsed.tracks) {
    const auto scale = timescale_of(*f.epoch, run.track);
    if (scale == 0) continue;
    store_be(out.subspan(run.decode_time_at - f.head_at), run.decode_time_bytes,
             moved(run.decode_time, scale));
  }
  const auto& producer = f.parsed.producer;
  if (!producer || producer->media_time_at < f.head_at) return;
  if (const auto scale = timescale_of(*f.epoch, producer->track); scale != 0) {
    store_be(out.subspan(producer->media_time_at - f.head_at), producer->media_time_bytes,
             moved(producer->media_time, scale));
  }
}

}  // namespace live

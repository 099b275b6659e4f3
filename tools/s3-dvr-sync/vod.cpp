#include "tools/s3-dvr-sync/vod.hpp"

#include <algorithm>
#include <span>
#include <utility>

#include <fmt/format.h>

namespace s3_dvr_sync {

namespace hls = live::hls;
using live::Us;

namespace {

constexpr std::string_view broadcast_mark = "#BROADCAST:";

/// EXTINF is rounded to the nearest second for it (RFC 8216 §4.3.3.1).
std::chrono::seconds rounded(Us duration) {
  return std::chrono::round<std::chrono::seconds>(duration);
}

std::chrono::seconds target_of(const Broadcast& broadcast, const VodRules& rules) {
  auto target = rules.target_duration;
  for (const auto& segment : broadcast.segments)
    target = std::max(target, rounded(segment.duration));
  return target;
}

hls::Segment with_prefix(hls::Segment segment, const std::string& prefix) {
  segment.uri = prefix + segment.uri;
  if (segment.map) segment.map->uri = prefix + segment.map->uri;
  segment.parts.clear();
  std::erase_if(segment.others,
                [](const std::string& line) { return line.starts_with(broadcast_mark); });
  return segment;
}

hls::MediaPlaylist begin_volume(std::chrono::seconds target, std::uint64_t discontinuities) {
  hls::MediaPlaylist out;
  out.target_duration = target;
  out.discontinuity_sequence = discontinuities;
  out.type = hls::MediaPlaylist::Type::event;
  return out;
}

void close(hls::MediaPlaylist& volume) {
  volume.type = hls::MediaPlaylist::Type::vod;
  volume.ended = true;
}

}  // namespace

live::Parsed<std::vector<Broadcast>> read_journal(std::string_view text) {
  auto parsed = hls::parse_media_playlist(hls::whole_entries(text));
  if (auto* wrong = std::get_if<live::Malformed>(&parsed)) return std::move(*wrong);
  std::vector<Broadcast> out;
  for (auto& segment : std::get<hls::MediaPlaylist>(parsed).segments) {
    for (const auto& line : segment.others) {
      if (!line.starts_with(broadcast_mark)) continue;
      if (!out.empty()) out.back().over = true;
      out.push_back({line.substr(broadcast_mark.size()), {}, false});
    }
    if (out.empty()) out.push_back({});
    out.back().segments.push_back(std::move(segment));
  }
  return out;
}

std::vector<hls::MediaPlaylist> make_volumes(const Broadcast& broadcast, std::size_t safe,
                                             const VodRules& rules) {
  std::vector<hls::MediaPlaylist> out;
  const auto target = target_of(broadcast, rules);
  Us length{};
  std::uint64_t discontinuities = 0;
  for (const auto& segment : std::span{broadcast.segments}.first(safe)) {
    const bool full = rules.split.count() > 0 && length >= rules.split;
    if (out.empty() || full) {
      if (full) close(out.back());
      out.push_back(begin_volume(target, discontinuities));
      length = {};
    }
    auto listed = with_prefix(segment, rules.uri_prefix);
    if (listed.discontinuity) ++discontinuities;
    // The first segment of a list has nothing before it to differ from.
    if (out.back().segments.empty() && std::exchange(listed.discontinuity, false))
      out.back().discontinuity_sequence = discontinuities;
    length += listed.duration;
    out.back().segments.push_back(std::move(listed));
  }
  if (!out.empty() && broadcast.over && safe == broadcast.segments.size()) close(out.back());
  return out;
}

std::string vod_name(std::string_view id, std::size_t volume) {
  return volume == 1 ? fmt::format("vod-{}.m3u8", id) : fmt::format("vod-{}-{}.m3u8", id, volume);
}

}  // namespace s3_dvr_sync

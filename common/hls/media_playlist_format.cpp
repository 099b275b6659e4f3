#include "common/hls/date_time.hpp"
#include "common/hls/media_playlist.hpp"
#include "common/hls/syntax.hpp"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>

namespace live::hls {
namespace {

using Text = std::back_insert_iterator<std::string>;

bool is_whole_seconds(Us duration) { return duration.count() % 1'000'000 == 0; }

/// RFC 8216bis §8.
unsigned least_version(const MediaPlaylist& playlist) {
  unsigned version = playlist.skipped > 0 ? 9 : 1;
  const auto lines = [&](const std::vector<std::string>& others) {
    for (const auto& line : others)
      version = std::max(version, version_of(line));
  };
  lines(playlist.head_others);
  lines(playlist.parts_others);
  if (playlist.parts_map) version = std::max(version, 6U);
  for (const auto& segment : playlist.segments) {
    if (!is_whole_seconds(segment.duration)) version = std::max(version, 3U);
    if (segment.range) version = std::max(version, 4U);
    if (segment.map) version = std::max(version, 6U);
    if (!segment.key.empty()) {
      Lines keys{segment.key};
      while (const auto key = keys.next())
        version = std::max(version, version_of("#EXT-X-KEY:" + std::string{*key}));
    }
    lines(segment.others);
  }
  return version;
}

void write_range(std::string& out, const ByteRange& range) {
  fmt::format_to(Text{out}, "{}", range.length);
  if (range.offset) fmt::format_to(Text{out}, "@{}", *range.offset);
}

void write_lines(std::string& out, const std::vector<std::string>& lines) {
  for (const auto& line : lines) {
    out += line;
    out += '\n';
  }
}

void write_map(std::string& out, const Map& map) {
  fmt::format_to(Text{out}, "#EXT-X-MAP:URI=\"{}\"", map.uri);
  if (map.range) {
    out += ",BYTERANGE=\"";
    write_range(out, *map.range);
    out += '"';
  }
  out += '\n';
}

void write_keys(std::string& out, std::string_view keys) {
  if (keys.empty()) out += "#EXT-X-KEY:METHOD=NONE\n";
  Lines lines{keys};
  while (const auto key = lines.next())
    fmt::format_to(Text{out}, "#EXT-X-KEY:{}\n", *key);
}

void write_part(std::string& out, const Part& part) {
  fmt::format_to(Text{out}, "#EXT-X-PART:DURATION={},URI=\"{}\"", format_seconds(part.duration),
                 part.uri);
  if (part.independent) out += ",INDEPENDENT=YES";
  if (part.range) {
    out += ",BYTERANGE=\"";
    write_range(out, *part.range);
    out += '"';
  }
  if (part.gap) out += ",GAP=YES";
  out += '\n';
}

void write_date(std::string& out, const std::optional<WallClock>& date) {
  if (date) fmt::format_to(Text{out}, "#EXT-X-PROGRAM-DATE-TIME:{}\n", format_date_time(*date));
}

void write_segment(std::string& out, const Segment& segment, const Segment* before) {
  write_lines(out, segment.others);
  if (segment.discontinuity) out += "#EXT-X-DISCONTINUITY\n";
  if (segment.key != (before == nullptr ? std::string{} : before->key))
    write_keys(out, segment.key);
  if (segment.map && (before == nullptr || segment.map != before->map))
    write_map(out, *segment.map);
  write_date(out, segment.program_date_time);
  if (segment.gap) out += "#EXT-X-GAP\n";
  for (const auto& part : segment.parts)
    write_part(out, part);
  if (segment.range) {
    out += "#EXT-X-BYTERANGE:";
    write_range(out, *segment.range);
    out += '\n';
  }
  fmt::format_to(Text{out}, "#EXTINF:{},{}\n{}\n", format_seconds(segment.duration), segment.title,
                 segment.uri);
}

void write_server_control(std::string& out, const ServerControl& control) {
  std::vector<std::string> attributes;
  const auto seconds = [&](std::string_view name, const std::optional<Us>& value) {
    if (value) attributes.push_back(fmt::format("{}={}", name, format_seconds(*value)));
  };
  if (control.can_block_reload) attributes.emplace_back("CAN-BLOCK-RELOAD=YES");
  seconds("CAN-SKIP-UNTIL", control.can_skip_until);
  if (control.can_skip_dateranges) attributes.emplace_back("CAN-SKIP-DATERANGES=YES");
  seconds("HOLD-BACK", control.hold_back);
  seconds("PART-HOLD-BACK", control.part_hold_back);
  if (!attributes.empty())
    fmt::format_to(Text{out}, "#EXT-X-SERVER-CONTROL:{}\n", fmt::join(attributes, ","));
}

void write_head(std::string& out, const MediaPlaylist& playlist) {
  const auto version = playlist.version != 0 ? playlist.version : least_version(playlist);
  out += "#EXTM3U\n";
  if (playlist.version != 0 || version > 1)
    fmt::format_to(Text{out}, "#EXT-X-VERSION:{}\n", version);
  if (playlist.independent_segments) out += "#EXT-X-INDEPENDENT-SEGMENTS\n";
  fmt::format_to(Text{out}, "#EXT-X-TARGETDURATION:{}\n", playlist.target_duration.count());
  if (playlist.server_control) write_server_control(out, *playlist.server_control);
  if (playlist.part_target)
    fmt::format_to(Text{out}, "#EXT-X-PART-INF:PART-TARGET={}\n",
                   format_seconds(*playlist.part_target));
  fmt::format_to(Text{out}, "#EXT-X-MEDIA-SEQUENCE:{}\n", playlist.media_sequence);
  if (playlist.discontinuity_sequence != 0)
    fmt::format_to(Text{out}, "#EXT-X-DISCONTINUITY-SEQUENCE:{}\n",
                   playlist.discontinuity_sequence);
  if (playlist.type == MediaPlaylist::Type::event) out += "#EXT-X-PLAYLIST-TYPE:EVENT\n";
  if (playlist.type == MediaPlaylist::Type::vod) out += "#EXT-X-PLAYLIST-TYPE:VOD\n";
  write_lines(out, playlist.head_others);
  if (playlist.skipped > 0)
    fmt::format_to(Text{out}, "#EXT-X-SKIP:SKIPPED-SEGMENTS={}\n", playlist.skipped);
}

/// What stands behind the last whole segment.
void write_tail(std::string& out, const MediaPlaylist& playlist) {
  const auto begin = out.size();
  const auto& map = playlist.parts_map;
  write_lines(out, playlist.parts_others);
  if (playlist.parts_discontinuity) out += "#EXT-X-DISCONTINUITY\n";
  if (map && (playlist.segments.empty() || map != playlist.segments.back().map))
    write_map(out, *map);
  write_date(out, playlist.parts_date_time);
  for (const auto& part : playlist.parts)
    write_part(out, part);
  if (const auto& hint = playlist.preload_hint)
    fmt::format_to(Text{out}, "#EXT-X-PRELOAD-HINT:TYPE={},URI=\"{}\"\n",
                   hint->map ? "MAP" : "PART", hint->uri);
  for (const auto& report : playlist.reports) {
    fmt::format_to(Text{out}, "#EXT-X-RENDITION-REPORT:URI=\"{}\",LAST-MSN={}", report.uri,
                   report.last_sequence);
    if (report.last_part) fmt::format_to(Text{out}, ",LAST-PART={}", *report.last_part);
    out += '\n';
  }
  if (playlist.ended) out += "#EXT-X-ENDLIST\n";
  if (playlist.part_target && out.size() == begin) out.append(nothing_yet).append("\n");
}

}  // namespace

std::string format(const MediaPlaylist& playlist) {
  std::string out;
  write_head(out, playlist);
  const Segment* before = nullptr;
  for (const auto& segment : playlist.segments) {
    write_segment(out, segment, before);
    before = &segment;
  }
  write_tail(out, playlist);
  return out;
}

std::string format_head(const MediaPlaylist& playlist) {
  std::string out;
  write_head(out, playlist);
  return out;
}

std::string format_tail(const MediaPlaylist& playlist) {
  std::string out;
  write_tail(out, playlist);
  return out;
}

std::string format_entry(const Segment& segment, const Segment* before) {
  std::string out;
  write_segment(out, segment, before);
  return out;
}

}  // namespace live::hls

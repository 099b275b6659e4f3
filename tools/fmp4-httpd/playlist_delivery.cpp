#include "tools/fmp4-httpd/playlist_delivery.hpp"

#include "common/base/ascii.hpp"
#include "common/tree/names.hpp"

#include <algorithm>
#include <charconv>
#include <iterator>
#include <utility>

#include <fmt/format.h>

namespace fmp4_httpd {
namespace {

using live::hls::MediaPlaylist;
using std::chrono::seconds;

/// CAN-SKIP-UNTIL must be at least six target durations (§4.4.3.8).  A list of less than a minute is small, and shaka-player loses
/// its place in one when a discontinuity stands behind segments that it was not told again.
constexpr int skip_boundary_targets = 6;
constexpr live::Us least_skip_boundary = seconds{60};
constexpr unsigned version_of_skip = 9;  ///< §8
/// How far a request may be ahead of the last whole segment (§6.2.5.2).
constexpr std::uint64_t sequences_ahead = 2;
/// And of the last part: as many as last 3 s, of those that last longer than a second 3 (§6.2.5.2, Advance Part Limit).
constexpr live::Us ahead = seconds{3};
constexpr live::Us long_part = seconds{1};
constexpr std::string_view reserved = "_HLS_";
constexpr std::string_view date_range = "#EXT-X-DATERANGE:";

std::optional<std::uint64_t> number(std::string_view text) {
  std::uint64_t value = 0;
  const auto* const end = text.data() + text.size();
  const auto [at, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc{} || at != end) return std::nullopt;
  return value;
}

/// What goes into quoted attributes and lines of a playlist: what RFC 3986 §3.4 has not percent-encoded, which also keeps a
/// reader from finding a variable there ("{$name}", §4.3).
std::string harmless(std::string_view query) {
  constexpr std::string_view plain = "-._~!$&'()*+,;=:@/?%";
  std::string out;
  for (const char c : query) {
    if (live::is_alnum(c) || plain.find(c) != std::string_view::npos) {
      out += c;
    } else {
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return out;
}

/// The sequence number behind the last whole segment.
std::uint64_t open_sequence(const MediaPlaylist& playlist) {
  return playlist.media_sequence + playlist.skipped + playlist.segments.size();
}

std::uint64_t advance_limit(const MediaPlaylist& playlist) {
  const auto part =
      std::clamp(playlist.part_target.value_or(long_part), live::Us{1'000}, long_part);
  return static_cast<std::uint64_t>((ahead + part - live::Us{1}) / part);
}

/// Segments that a delta update leaves out: whole ones that lie before the skip boundary (§6.2.5.1).
std::size_t to_skip(const MediaPlaylist& playlist, live::Us boundary) {
  live::Us behind{};
  for (const auto& part : playlist.parts)
    behind += part.duration;
  auto left = playlist.segments.size();
  while (left > 0 && behind < boundary)
    behind += playlist.segments[--left].duration;
  return left;
}

/// Leaves out `count` segments.  Date ranges are tags of the list, not of a segment: they stay (§6.2.5.1).
void skip_segments(MediaPlaylist& playlist, std::size_t count) {
  auto& segments = playlist.segments;
  const auto rest = segments.begin() + static_cast<std::ptrdiff_t>(count);
  std::vector<std::string> kept;
  for (auto segment = segments.begin(); segment != rest; ++segment)
    std::ranges::copy_if(segment->others, std::back_inserter(kept),
                         [](const auto& tag) { return tag.starts_with(date_range); });
  auto& others = rest == segments.end() ? playlist.parts_others : rest->others;
  others.insert(others.begin(), kept.begin(), kept.end());
  segments.erase(segments.begin(), rest);
  playlist.skipped = count;
  if (count > 0) playlist.version = std::max(playlist.version, version_of_skip);
}

/// A token is for this server: it does not go onto a URI that names another one.
bool is_ours(std::string_view uri) {
  const auto colon = uri.find(':');
  const bool has_scheme = colon != std::string_view::npos && colon < uri.find('/');
  return !uri.empty() && !has_scheme && !uri.starts_with("//");
}

std::string with_query(std::string_view uri, std::string_view query) {
  std::string out{uri};
  if (!is_ours(uri)) return out;
  out += uri.find('?') == std::string_view::npos ? '?' : '&';
  return out.append(query);
}

/// A tag's line, its URI attribute with `query` behind it.
std::string carried_in_tag(std::string_view line, std::string_view query) {
  constexpr std::string_view attribute = "URI=\"";
  const auto at = line.find(attribute);
  const auto begin = at + attribute.size();
  const bool whole_name =
      at != std::string_view::npos && at > 0 && (line[at - 1] == ':' || line[at - 1] == ',');
  const auto end = whole_name ? line.find('"', begin) : std::string_view::npos;
  if (end == std::string_view::npos) return std::string{line};
  return std::string{line.substr(0, begin)} + with_query(line.substr(begin, end - begin), query) +
         std::string{line.substr(end)};
}

}  // namespace

Directives parse_directives(std::string_view query) {
  Directives asked;
  bool skip_is_there = false;
  while (!query.empty()) {
    const auto end = std::min(query.find('&'), query.size());
    const auto one = query.substr(0, end);
    query.remove_prefix(std::min(end + 1, query.size()));
    const auto equals = std::min(one.find('='), one.size());
    const auto name = one.substr(0, equals);
    const auto value = one.substr(std::min(equals + 1, one.size()));
    if (name == "_HLS_msn" || name == "_HLS_part") {
      auto& place = name == "_HLS_msn" ? asked.sequence : asked.part;
      if (place) asked.wrong = fmt::format("{} stands twice", name);
      place = number(value);
      if (!place) asked.wrong = fmt::format("{} is a number", name);
    } else if (name == "_HLS_skip") {
      if (std::exchange(skip_is_there, true)) asked.wrong = "_HLS_skip stands twice";
      asked.skip = value == "YES" || value == "v2";
      if (!asked.skip) asked.wrong = "_HLS_skip is YES or v2";
    } else if (!one.empty() && !name.starts_with(reserved)) {
      asked.rest.append(asked.rest.empty() ? "" : "&").append(harmless(one));
    }
  }
  if (asked.part && !asked.sequence && asked.wrong.empty())
    asked.wrong = "_HLS_part needs _HLS_msn";
  return asked;
}

bool takes_directives(const MediaPlaylist& playlist) {
  return playlist.part_target && !playlist.ended;
}

Readiness readiness(const MediaPlaylist& playlist, const Directives& asked) {
  if (!asked.sequence || !takes_directives(playlist)) return Readiness::ready;
  auto sequence = *asked.sequence;
  const auto open = open_sequence(playlist);
  if (sequence >= open + sequences_ahead) return Readiness::too_early;
  if (!asked.part) return sequence < open ? Readiness::ready : Readiness::not_yet;
  auto part = *asked.part;
  if (sequence + 1 == open && !playlist.segments.empty()) {
    const auto& parts = playlist.segments.back().parts;
    if (parts.empty() || part < parts.size()) return Readiness::ready;
    sequence = open;
    part = 0;
  }
  if (sequence < open) return Readiness::ready;
  if (sequence == open && part < playlist.parts.size()) return Readiness::ready;
  const auto ahead = sequence == open ? part + 1 - playlist.parts.size() : part;
  return ahead > advance_limit(playlist) ? Readiness::too_early : Readiness::not_yet;
}

live::hls::RenditionReport report_of(const std::string& uri, const MediaPlaylist& sister) {
  const auto open = open_sequence(sister);
  if (!sister.parts.empty()) return {uri, open, sister.parts.size() - 1};
  // Segments from before a crash have none.
  auto sequence = open;
  for (auto segment = sister.segments.rbegin(); segment != sister.segments.rend(); ++segment) {
    --sequence;
    if (!segment->parts.empty()) return {uri, sequence, segment->parts.size() - 1};
  }
  return {uri, open > 0 ? open - 1 : 0, {}};
}

std::optional<std::string> next_part(const MediaPlaylist& playlist) {
  using live::tree::FileName;
  if (!playlist.part_target || playlist.ended) return std::nullopt;
  if (!playlist.parts.empty()) {
    auto name = live::tree::parse_file_name(playlist.parts.back().uri);
    if (!name || name->kind != FileName::Kind::part) return std::nullopt;
    ++name->part;
    return to_text(*name);
  }
  if (playlist.segments.empty()) return std::nullopt;
  const auto& last = playlist.segments.back();
  auto name = live::tree::parse_file_name(last.uri);
  if (!name || name->kind != FileName::Kind::segment) return std::nullopt;
  name->kind = FileName::Kind::part;
  ++name->number;
  const auto first =
      last.parts.empty() ? std::nullopt : live::tree::parse_file_name(last.parts.front().uri);
  name->part = first ? first->part : 0;
  return to_text(*name);
}

std::string carry_query(std::string_view playlist, std::string_view query) {
  if (query.empty()) return std::string{playlist};
  std::string out;
  while (!playlist.empty()) {
    const auto end = std::min(playlist.find('\n'), playlist.size());
    auto line = playlist.substr(0, end);
    playlist.remove_prefix(std::min(end + 1, playlist.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    const bool is_uri = !line.empty() && !line.starts_with('#');
    out.append(is_uri ? with_query(line, query) : carried_in_tag(line, query)).append("\n");
  }
  return out;
}

std::string deliver(MediaPlaylist playlist, bool skip,
                    std::vector<live::hls::RenditionReport> sisters) {
  if (takes_directives(playlist)) {
    const auto boundary =
        std::max<live::Us>(playlist.target_duration * skip_boundary_targets, least_skip_boundary);
    auto& control = playlist.server_control;
    if (!control) control.emplace();
    control->can_block_reload = true;
    control->can_skip_until = boundary;
    if (auto hint = next_part(playlist)) playlist.preload_hint = {false, std::move(*hint)};
    playlist.reports = std::move(sisters);
    if (skip && playlist.skipped == 0) skip_segments(playlist, to_skip(playlist, boundary));
  }
  return live::hls::format(playlist);
}

}  // namespace fmp4_httpd

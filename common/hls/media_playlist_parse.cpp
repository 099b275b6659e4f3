#include "common/hls/date_time.hpp"
#include "common/hls/media_playlist.hpp"
#include "common/hls/syntax.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

namespace live::hls {
namespace {

/// What breaks a rule, without the number of the line; empty: nothing.
using Complaint = std::string;

std::optional<ByteRange> parse_range(std::string_view text) {
  const auto at = std::min(text.find('@'), text.size());
  const auto length = parse_integer(text.substr(0, at));
  if (!length) return {};
  if (at == text.size()) return ByteRange{*length, {}};
  const auto offset = parse_integer(text.substr(at + 1));
  if (!offset) return {};
  return ByteRange{*length, offset};
}

/// The tags of RFC 8216bis §4.4, one function each, gathered until the URI of the segment that they stand before.
class Parser {
 public:
  explicit Parser(const PlaylistLimits& limits) : limits_(limits) {}

  Complaint line(std::string_view line);
  Complaint finish();
  MediaPlaylist take() { return std::move(playlist_); }

 private:
  using Handler = Complaint (Parser::*)(std::string_view value);
  struct Known {
    std::string_view name;
    Handler handler;
  };
  static const std::array<Known, 22> known;

  Complaint uri(std::string_view line);
  Complaint once(bool& seen, std::string_view what);
  Complaint version(std::string_view value);
  Complaint target_duration(std::string_view value);
  Complaint media_sequence(std::string_view value);
  Complaint discontinuity_sequence(std::string_view value);
  Complaint playlist_type(std::string_view value);
  Complaint independent_segments(std::string_view) {
    playlist_.independent_segments = true;
    return {};
  }
  Complaint end_list(std::string_view) {
    playlist_.ended = true;
    return {};
  }
  Complaint part_inf(std::string_view value);
  Complaint server_control(std::string_view value);
  Complaint skip(std::string_view value);
  Complaint extinf(std::string_view value);
  Complaint discontinuity(std::string_view) {
    next_.discontinuity = true;
    return {};
  }
  Complaint gap(std::string_view) {
    next_.gap = true;
    return {};
  }
  Complaint map(std::string_view value);
  Complaint key(std::string_view value);
  Complaint date_time(std::string_view value);
  Complaint byte_range(std::string_view value);
  Complaint part(std::string_view value);
  Complaint preload_hint(std::string_view value);
  Complaint rendition_report(std::string_view value);
  Complaint again(std::string_view) { return "EXTM3U stands twice"; }
  Complaint multivariant(std::string_view) {
    return "EXT-X-STREAM-INF: this is a multivariant playlist";
  }

  PlaylistLimits limits_;
  MediaPlaylist playlist_;
  Segment next_;  ///< what has been said of the segment that comes
  bool has_extinf_ = false, keys_begun_ = false, map_said_ = false;
  bool seen_version_ = false, seen_target_ = false, seen_sequence_ = false,
       seen_discontinuity_sequence_ = false, seen_type_ = false;
};

const std::array<Parser::Known, 22> Parser::known{{
    {"EXTINF", &Parser::extinf},
    {"EXT-X-PART", &Parser::part},
    {"EXT-X-PROGRAM-DATE-TIME", &Parser::date_time},
    {"EXT-X-DISCONTINUITY", &Parser::discontinuity},
    {"EXT-X-GAP", &Parser::gap},
    {"EXT-X-MAP", &Parser::map},
    {"EXT-X-KEY", &Parser::key},
    {"EXT-X-BYTERANGE", &Parser::byte_range},
    {"EXT-X-VERSION", &Parser::version},
    {"EXT-X-TARGETDURATION", &Parser::target_duration},
    {"EXT-X-MEDIA-SEQUENCE", &Parser::media_sequence},
    {"EXT-X-DISCONTINUITY-SEQUENCE", &Parser::discontinuity_sequence},
    {"EXT-X-PLAYLIST-TYPE", &Parser::playlist_type},
    {"EXT-X-INDEPENDENT-SEGMENTS", &Parser::independent_segments},
    {"EXT-X-ENDLIST", &Parser::end_list},
    {"EXT-X-PART-INF", &Parser::part_inf},
    {"EXT-X-SERVER-CONTROL", &Parser::server_control},
    {"EXT-X-SKIP", &Parser::skip},
    {"EXT-X-PRELOAD-HINT", &Parser::preload_hint},
    {"EXT-X-RENDITION-REPORT", &Parser::rendition_report},
    {"EXTM3U", &Parser::again},
    {"EXT-X-STREAM-INF", &Parser::multivariant},
}};

Complaint Parser::line(std::string_view line) {
  if (line.empty()) return {};
  if (line.front() != '#') return uri(line);
  if (line == nothing_yet) return {};
  const auto tag = split_tag(line);
  const auto found = std::ranges::find(known, tag.name, &Known::name);
  if (found != known.end()) return (this->*found->handler)(tag.value);
  const auto whole_list = {"EXT-X-START", "EXT-X-DEFINE", "EXT-X-I-FRAMES-ONLY"};
  auto& others = std::ranges::find(whole_list, tag.name) != whole_list.end() ? playlist_.head_others
                                                                             : next_.others;
  others.emplace_back(line);
  return {};
}

Complaint Parser::uri(std::string_view line) {
  if (!has_extinf_) return "a URI without EXTINF before it";
  if (playlist_.segments.size() >= limits_.segments) return "more segments than are allowed";
  next_.uri = line;
  // The map and the key go on to what follows.
  auto map = next_.map;
  auto key = next_.key;
  playlist_.segments.push_back(std::exchange(next_, {}));
  next_.map = std::move(map);
  next_.key = std::move(key);
  has_extinf_ = keys_begun_ = map_said_ = false;
  return {};
}

Complaint Parser::once(bool& seen, std::string_view what) {
  if (std::exchange(seen, true)) return fmt::format("{} stands twice", what);
  return {};
}

Complaint Parser::version(std::string_view value) {
  constexpr unsigned most = 1000;
  const auto number = parse_integer(value);
  if (!number || *number == 0 || *number > most) return "EXT-X-VERSION is no version";
  playlist_.version = static_cast<unsigned>(*number);
  return once(seen_version_, "EXT-X-VERSION");
}

Complaint Parser::target_duration(std::string_view value) {
  constexpr std::uint64_t most = 1'000'000;
  const auto number = parse_integer(value);
  if (!number || *number > most) return "EXT-X-TARGETDURATION is no number of seconds";
  playlist_.target_duration = std::chrono::seconds{*number};
  return once(seen_target_, "EXT-X-TARGETDURATION");
}

Complaint Parser::media_sequence(std::string_view value) {
  const auto number = parse_integer(value);
  if (!number) return "EXT-X-MEDIA-SEQUENCE is no number";
  if (!playlist_.segments.empty()) return "EXT-X-MEDIA-SEQUENCE behind the first segment";
  playlist_.media_sequence = *number;
  return once(seen_sequence_, "EXT-X-MEDIA-SEQUENCE");
}

Complaint Parser::discontinuity_sequence(std::string_view value) {
  const auto number = parse_integer(value);
  if (!number) return "EXT-X-DISCONTINUITY-SEQUENCE is no number";
  if (!playlist_.segments.empty() || next_.discontinuity)
    return "EXT-X-DISCONTINUITY-SEQUENCE behind the first segment or discontinuity";
  playlist_.discontinuity_sequence = *number;
  return once(seen_discontinuity_sequence_, "EXT-X-DISCONTINUITY-SEQUENCE");
}

Complaint Parser::playlist_type(std::string_view value) {
  if (value == "EVENT")
    playlist_.type = MediaPlaylist::Type::event;
  else if (value == "VOD")
    playlist_.type = MediaPlaylist::Type::vod;
  else
    return "EXT-X-PLAYLIST-TYPE is neither EVENT nor VOD";
  return once(seen_type_, "EXT-X-PLAYLIST-TYPE");
}

Complaint Parser::part_inf(std::string_view value) {
  const auto attributes = Attributes::parse(value);
  if (!attributes) return "EXT-X-PART-INF: no attribute list";
  playlist_.part_target = parse_seconds(attributes->string("PART-TARGET"));
  if (!playlist_.part_target) return "EXT-X-PART-INF: PART-TARGET is no duration";
  return {};
}

Complaint Parser::server_control(std::string_view value) {
  const auto attributes = Attributes::parse(value);
  if (!attributes) return "EXT-X-SERVER-CONTROL: no attribute list";
  ServerControl control;
  control.can_block_reload = attributes->is_yes("CAN-BLOCK-RELOAD");
  control.can_skip_dateranges = attributes->is_yes("CAN-SKIP-DATERANGES");
  const std::array durations{std::pair{"CAN-SKIP-UNTIL", &control.can_skip_until},
                             std::pair{"HOLD-BACK", &control.hold_back},
                             std::pair{"PART-HOLD-BACK", &control.part_hold_back}};
  for (const auto& [name, duration] : durations) {
    const auto* one = attributes->find(name);
    if (one == nullptr) continue;
    *duration = parse_seconds(one->value);
    if (!*duration) return fmt::format("EXT-X-SERVER-CONTROL: {} is no duration", name);
  }
  if (control != ServerControl{}) playlist_.server_control = control;
  return {};
}

Complaint Parser::skip(std::string_view value) {
  const auto attributes = Attributes::parse(value);
  const auto count =
      attributes ? parse_integer(attributes->string("SKIPPED-SEGMENTS")) : std::nullopt;
  if (!count) return "EXT-X-SKIP: SKIPPED-SEGMENTS is no number";
  if (!playlist_.segments.empty()) return "EXT-X-SKIP behind the first segment";
  playlist_.skipped = *count;
  return {};
}

Complaint Parser::extinf(std::string_view value) {
  const auto comma = std::min(value.find(','), value.size());
  const auto duration = parse_seconds(value.substr(0, comma));
  if (!duration) return "EXTINF is no duration";
  next_.duration = *duration;
  next_.title = value.substr(std::min(comma + 1, value.size()));
  has_extinf_ = true;
  return {};
}

Complaint Parser::map(std::string_view value) {
  const auto attributes = Attributes::parse(value);
  if (!attributes || attributes->string("URI").empty()) return "EXT-X-MAP: no URI";
  Map map{attributes->string("URI"), {}};
  if (const auto* range = attributes->find("BYTERANGE")) {
    map.range = parse_range(range->value);
    if (!map.range) return "EXT-X-MAP: BYTERANGE is no range";
  }
  next_.map = std::move(map);
  map_said_ = true;
  return {};
}

Complaint Parser::key(std::string_view value) {
  const auto attributes = Attributes::parse(value);
  if (!attributes || attributes->string("METHOD").empty()) return "EXT-X-KEY: no METHOD";
  const bool first = !std::exchange(keys_begun_, true);
  if (attributes->string("METHOD") == "NONE") {
    next_.key.clear();
    return {};
  }
  if (first) next_.key.clear();
  if (!next_.key.empty()) next_.key += '\n';
  next_.key += value;
  return {};
}

Complaint Parser::date_time(std::string_view value) {
  next_.program_date_time = parse_date_time(value);
  if (!next_.program_date_time) return "EXT-X-PROGRAM-DATE-TIME is no date of ISO 8601";
  return {};
}

Complaint Parser::byte_range(std::string_view value) {
  next_.range = parse_range(value);
  if (!next_.range) return "EXT-X-BYTERANGE is no range";
  return {};
}

Complaint Parser::part(std::string_view value) {
  const auto attributes = Attributes::parse(value);
  if (!attributes || attributes->string("URI").empty()) return "EXT-X-PART: no URI";
  const auto duration = parse_seconds(attributes->string("DURATION"));
  if (!duration) return "EXT-X-PART: DURATION is no duration";
  Part part{attributes->string("URI"),
            *duration,
            attributes->is_yes("INDEPENDENT"),
            attributes->is_yes("GAP"),
            {}};
  if (const auto* range = attributes->find("BYTERANGE")) {
    part.range = parse_range(range->value);
    if (!part.range) return "EXT-X-PART: BYTERANGE is no range";
  }
  next_.parts.push_back(std::move(part));
  return {};
}

Complaint Parser::preload_hint(std::string_view value) {
  const auto attributes = Attributes::parse(value);
  if (!attributes || attributes->string("URI").empty()) return "EXT-X-PRELOAD-HINT: no URI";
  const auto type = attributes->string("TYPE");
  if (type == "PART" || type == "MAP")  // a client ignores types that it does not know
    playlist_.preload_hint = PreloadHint{type == "MAP", attributes->string("URI")};
  return {};
}

Complaint Parser::rendition_report(std::string_view value) {
  const auto attributes = Attributes::parse(value);
  if (!attributes || attributes->string("URI").empty()) return "EXT-X-RENDITION-REPORT: no URI";
  RenditionReport report{attributes->string("URI"), 0, {}};
  const auto sequence = parse_integer(attributes->string("LAST-MSN"));
  if (!sequence) return "EXT-X-RENDITION-REPORT: LAST-MSN is no number";
  report.last_sequence = *sequence;
  if (const auto* part = attributes->find("LAST-PART")) {
    report.last_part = parse_integer(part->value);
    if (!report.last_part) return "EXT-X-RENDITION-REPORT: LAST-PART is no number";
  }
  playlist_.reports.push_back(std::move(report));
  return {};
}

Complaint Parser::finish() {
  if (!seen_target_) return "EXT-X-TARGETDURATION is missing";
  if (has_extinf_ || next_.range) return "EXTINF or EXT-X-BYTERANGE without a URI behind it";
  const bool same_map = !playlist_.segments.empty() && next_.map == playlist_.segments.back().map;
  if (!next_.parts.empty() || (map_said_ && !same_map)) playlist_.parts_map = std::move(next_.map);
  playlist_.parts = std::move(next_.parts);
  playlist_.parts_discontinuity = next_.discontinuity;
  playlist_.parts_date_time = next_.program_date_time;
  playlist_.parts_others = std::move(next_.others);
  if (keys_begun_) {
    if (next_.key.empty()) playlist_.parts_others.emplace_back("#EXT-X-KEY:METHOD=NONE");
    Lines keys{next_.key};
    while (const auto key = keys.next())
      playlist_.parts_others.push_back("#EXT-X-KEY:" + std::string{*key});
  }
  if (!seen_version_) playlist_.version = 1;
  if (next_.gap) playlist_.parts_others.emplace_back("#EXT-X-GAP");
  return {};
}

}  // namespace

Parsed<MediaPlaylist> parse_media_playlist(std::string_view text, const PlaylistLimits& limits) {
  if (text.size() > limits.bytes) return Malformed{1, "larger than is allowed"};
  if (const auto line = find_forbidden(text))
    return Malformed{*line, "a byte order mark, control characters or no UTF-8"};
  Lines lines{text};
  const auto first = lines.next();
  if (!first || *first != "#EXTM3U") return Malformed{1, "EXTM3U is not the first line"};
  Parser parser{limits};
  while (const auto line = lines.next()) {
    if (line->size() > limits.line_bytes) return Malformed{lines.number(), "a line too long"};
    if (auto why = parser.line(*line); !why.empty())
      return Malformed{lines.number(), std::move(why)};
  }
  if (auto why = parser.finish(); !why.empty()) return Malformed{lines.number(), std::move(why)};
  return parser.take();
}

std::string_view whole_entries(std::string_view journal) {
  std::size_t whole = 0, at = 0;
  while (at < journal.size()) {
    const auto end = journal.find('\n', at);
    if (end == std::string_view::npos) break;
    const auto line = journal.substr(at, end - at);
    at = end + 1;
    if (!line.empty() && line != "\r" && line.front() != '#') whole = at;
  }
  return journal.substr(0, whole);
}

}  // namespace live::hls

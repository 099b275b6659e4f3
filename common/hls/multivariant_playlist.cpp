#include "common/hls/multivariant_playlist.hpp"

#include "common/hls/syntax.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <iterator>
#include <utility>

#include <fmt/format.h>

namespace live::hls {
namespace {

constexpr std::size_t most_bytes = 1U << 20U;
constexpr std::size_t most_entries = 1'000;

using Text = std::back_insert_iterator<std::string>;

void write_variant(std::string& out, const Variant& variant) {
  fmt::format_to(Text{out}, "#EXT-X-STREAM-INF:BANDWIDTH={}", variant.bandwidth);
  if (variant.average_bandwidth)
    fmt::format_to(Text{out}, ",AVERAGE-BANDWIDTH={}", *variant.average_bandwidth);
  if (!variant.codecs.empty()) fmt::format_to(Text{out}, ",CODECS=\"{}\"", variant.codecs);
  if (variant.width != 0 && variant.height != 0)
    fmt::format_to(Text{out}, ",RESOLUTION={}x{}", variant.width, variant.height);
  if (variant.frame_rate > 0) fmt::format_to(Text{out}, ",FRAME-RATE={:.3f}", variant.frame_rate);
  if (!variant.audio_group.empty()) fmt::format_to(Text{out}, ",AUDIO=\"{}\"", variant.audio_group);
  for (const auto& other : variant.others)
    fmt::format_to(Text{out}, ",{}", other);
  fmt::format_to(Text{out}, "\n{}\n", variant.uri);
}

void write_media(std::string& out, const MediaRendition& media) {
  fmt::format_to(Text{out}, "#EXT-X-MEDIA:TYPE={},GROUP-ID=\"{}\",NAME=\"{}\"", media.type,
                 media.group, media.name);
  if (!media.language.empty()) fmt::format_to(Text{out}, ",LANGUAGE=\"{}\"", media.language);
  if (media.is_default) out += ",DEFAULT=YES";
  if (media.autoselect) out += ",AUTOSELECT=YES";
  for (const auto& other : media.others)
    fmt::format_to(Text{out}, ",{}", other);
  if (!media.uri.empty()) fmt::format_to(Text{out}, ",URI=\"{}\"", media.uri);
  out += '\n';
}

/// RFC 8216bis §8.
unsigned least_version(const MultivariantPlaylist& playlist) {
  unsigned version = 1;
  const auto see = [&](const std::string& line) { version = std::max(version, version_of(line)); };
  const auto see_attributes = [&](std::string_view tag,
                                  const std::vector<std::string>& attributes) {
    for (const auto& one : attributes)
      see(fmt::format("#{}:{}", tag, one));
  };
  std::ranges::for_each(playlist.others, see);
  for (const auto& variant : playlist.variants)
    see_attributes("EXT-X-STREAM-INF", variant.others);
  for (const auto& media : playlist.media)
    see_attributes("EXT-X-MEDIA", media.others);
  return version;
}

/// FRAME-RATE, rounded to the three decimals that are written.
std::optional<double> parse_frame_rate(std::string_view text) {
  constexpr double most = 10'000;
  if (text.find_first_not_of("0123456789.") != std::string_view::npos) return {};
  double value = 0;
  const auto* end = text.data() + text.size();
  const auto [at, error] = std::from_chars(text.data(), end, value, std::chars_format::fixed);
  if (error != std::errc{} || at != end || value > most) return {};
  return std::round(value * 1000) / 1000;
}

bool parse_resolution(std::string_view text, Variant& variant) {
  constexpr std::uint64_t most = 100'000;
  const auto x = text.find('x');
  if (x == std::string_view::npos) return false;
  const auto width = parse_integer(text.substr(0, x));
  const auto height = parse_integer(text.substr(x + 1));
  if (!width || !height || *width == 0 || *height == 0 || *width > most || *height > most)
    return false;
  variant.width = static_cast<std::uint32_t>(*width);
  variant.height = static_cast<std::uint32_t>(*height);
  return true;
}

/// One attribute of EXT-X-STREAM-INF into `variant`; false: it breaks its rule.
bool take_variant_attribute(const Attributes::One& one, Variant& variant) {
  if (one.name == "BANDWIDTH") {
    const auto rate = parse_integer(one.value);
    variant.bandwidth = rate.value_or(0);
    return rate.has_value();
  }
  if (one.name == "AVERAGE-BANDWIDTH") {
    variant.average_bandwidth = parse_integer(one.value);
    return variant.average_bandwidth.has_value();
  }
  if (one.name == "FRAME-RATE") {
    const auto rate = parse_frame_rate(one.value);
    variant.frame_rate = rate.value_or(0);
    return rate.has_value();
  }
  if (one.name == "RESOLUTION") return parse_resolution(one.value, variant);
  if (one.name == "CODECS") {
    variant.codecs = one.value;
  } else if (one.name == "AUDIO") {
    variant.audio_group = one.value;
  } else {
    variant.others.emplace_back(one.text);
  }
  return true;
}

Parsed<Variant> parse_variant(std::string_view value) {
  const auto attributes = Attributes::parse(value);
  if (!attributes) return Malformed{0, "EXT-X-STREAM-INF: no attribute list"};
  Variant variant;
  for (const auto& one : attributes->all())
    if (!take_variant_attribute(one, variant))
      return Malformed{0, fmt::format("EXT-X-STREAM-INF: {} is not what it should be", one.name)};
  if (attributes->find("BANDWIDTH") == nullptr)
    return Malformed{0, "EXT-X-STREAM-INF: no BANDWIDTH"};
  return variant;
}

Parsed<MediaRendition> parse_media(std::string_view value) {
  const auto attributes = Attributes::parse(value);
  if (!attributes) return Malformed{0, "EXT-X-MEDIA: no attribute list"};
  MediaRendition media;
  for (const auto& one : attributes->all()) {
    if (one.name == "TYPE") {
      media.type = one.value;
    } else if (one.name == "GROUP-ID") {
      media.group = one.value;
    } else if (one.name == "NAME") {
      media.name = one.value;
    } else if (one.name == "URI") {
      media.uri = one.value;
    } else if (one.name == "LANGUAGE") {
      media.language = one.value;
    } else if (one.name == "DEFAULT") {
      media.is_default = one.value == "YES";
    } else if (one.name == "AUTOSELECT") {
      media.autoselect = one.value == "YES";
    } else {
      media.others.emplace_back(one.text);
    }
  }
  // TYPE is written without quotes.
  if (media.type.empty() || media.type.find_first_of(", ") != std::string::npos)
    return Malformed{0, "EXT-X-MEDIA: no TYPE"};
  if (media.group.empty()) return Malformed{0, "EXT-X-MEDIA: no GROUP-ID"};
  if (media.name.empty()) return Malformed{0, "EXT-X-MEDIA: no NAME"};
  return media;
}

/// Line by line; what a line breaks, empty: nothing.
class Parser {
 public:
  std::string line(std::string_view line) {
    if (line.empty()) return {};
    if (line.front() != '#') return uri(line);
    const auto tag = split_tag(line);
    if (pending_ && !tag.name.empty()) return "EXT-X-STREAM-INF is not followed by a URI";
    if (tag.name == "EXT-X-STREAM-INF") return stream_inf(tag.value);
    if (tag.name == "EXT-X-MEDIA") return media(tag.value);
    if (tag.name == "EXT-X-VERSION") return version(tag.value);
    if (tag.name == "EXTM3U") return "EXTM3U stands twice";
    if (tag.name == "EXTINF" || tag.name == "EXT-X-TARGETDURATION")
      return fmt::format("{}: this is a media playlist", tag.name);
    if (tag.name == "EXT-X-INDEPENDENT-SEGMENTS") {
      playlist_.independent_segments = true;
    } else {
      playlist_.others.emplace_back(line);
    }
    return {};
  }
  std::string finish() {
    if (pending_) return "EXT-X-STREAM-INF is not followed by a URI";
    if (playlist_.version == 0) playlist_.version = 1;
    return {};
  }
  MultivariantPlaylist take() { return std::move(playlist_); }

 private:
  std::string uri(std::string_view line) {
    if (!pending_) return "a URI without EXT-X-STREAM-INF before it";
    pending_->uri = line;
    playlist_.variants.push_back(*std::exchange(pending_, std::nullopt));
    return {};
  }
  std::string stream_inf(std::string_view value) {
    if (playlist_.variants.size() >= most_entries) return "more variants than are allowed";
    auto variant = parse_variant(value);
    if (const auto* bad = std::get_if<Malformed>(&variant)) return bad->why;
    pending_ = std::get<Variant>(std::move(variant));
    return {};
  }
  std::string media(std::string_view value) {
    if (playlist_.media.size() >= most_entries) return "more renditions than are allowed";
    auto media = parse_media(value);
    if (const auto* bad = std::get_if<Malformed>(&media)) return bad->why;
    playlist_.media.push_back(std::get<MediaRendition>(std::move(media)));
    return {};
  }
  std::string version(std::string_view value) {
    constexpr std::uint64_t most = 1000;
    const auto number = parse_integer(value);
    if (!number || *number == 0 || *number > most) return "EXT-X-VERSION is no version";
    if (playlist_.version != 0) return "EXT-X-VERSION stands twice";
    playlist_.version = static_cast<unsigned>(*number);
    return {};
  }

  MultivariantPlaylist playlist_;
  std::optional<Variant> pending_;
};

}  // namespace

std::string format(const MultivariantPlaylist& playlist) {
  const auto version = playlist.version != 0 ? playlist.version : least_version(playlist);
  std::string out = "#EXTM3U\n";
  if (playlist.version != 0 || version > 1)
    fmt::format_to(Text{out}, "#EXT-X-VERSION:{}\n", version);
  if (playlist.independent_segments) out += "#EXT-X-INDEPENDENT-SEGMENTS\n";
  for (const auto& line : playlist.others)
    fmt::format_to(Text{out}, "{}\n", line);
  for (const auto& media : playlist.media)
    write_media(out, media);
  for (const auto& variant : playlist.variants)
    write_variant(out, variant);
  return out;
}

Parsed<MultivariantPlaylist> parse_multivariant_playlist(std::string_view text) {
  if (text.size() > most_bytes) return Malformed{1, "larger than is allowed"};
  if (const auto line = find_forbidden(text))
    return Malformed{*line, "a byte order mark, control characters or no UTF-8"};
  Lines lines{text};
  const auto first = lines.next();
  if (!first || *first != "#EXTM3U") return Malformed{1, "EXTM3U is not the first line"};
  Parser parser;
  while (const auto line = lines.next())
    if (auto why = parser.line(*line); !why.empty())
      return Malformed{lines.number(), std::move(why)};
  if (auto why = parser.finish(); !why.empty()) return Malformed{lines.number(), std::move(why)};
  return parser.take();
}

void order_for_players(std::vector<Variant>& variants, std::uint64_t start) {
  const auto sound_only = [](const Variant& v) { return v.height == 0; };
  std::ranges::stable_sort(variants, [&](const Variant& a, const Variant& b) {
    if (sound_only(a) != sound_only(b)) return sound_only(b);
    return a.bandwidth < b.bandwidth;
  });
  auto first = variants.begin();
  for (auto it = variants.begin(); it != variants.end(); ++it)
    if (!sound_only(*it) && it->bandwidth <= start) first = it;
  std::rotate(variants.begin(), first, std::next(first));
}

}  // namespace live::hls

#include "tools/s3-dvr-sync/vod.hpp"

#include "common/hls/syntax.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

namespace s3_dvr_sync {

namespace hls = live::hls;
using live::Us;

namespace {

/// EXTINF is rounded to the nearest second for it (RFC 8216 §4.3.3.1), halves up.
std::chrono::seconds rounded(Us duration) {
  return std::chrono::floor<std::chrono::seconds>(duration + std::chrono::milliseconds{500});
}

constexpr std::chrono::hours last_date{24 * 365 * 280};  // about 2250: dates are written until 2261
constexpr std::uint64_t no_date = ~std::uint64_t{0};

std::uint64_t to_ms(const std::optional<live::WallClock>& date) {
  if (!date) return no_date;
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<live::Ms>(date->time_since_epoch()).count());
}

std::optional<live::WallClock> to_date(std::uint64_t ms) {
  if (ms == no_date) return {};
  return live::WallClock{std::chrono::duration_cast<live::WallClock::duration>(
      live::Ms{static_cast<std::int64_t>(ms)})};
}

/// Relative to its playlist (RFC 3986 §4.2).
bool is_beside(std::string_view uri) {
  return !uri.empty() && uri.front() != '/' &&
         uri.substr(0, uri.find_first_of("/?#")).find(':') == std::string_view::npos;
}

/// Their URIs are relative to the playlist, too (RFC 8216 §4.3.2.4).
void prefix_keys(std::string& lines, const std::string& prefix) {
  constexpr std::string_view name = "URI=\"";
  for (auto at = lines.find(name); at != std::string::npos; at = lines.find(name, at)) {
    const bool whole = at == 0 || lines[at - 1] == ',' || lines[at - 1] == '\n';
    at += name.size();
    const auto uri = std::string_view{lines}.substr(at, lines.find('"', at) - at);
    if (whole && is_beside(uri)) lines.insert(at, prefix);
  }
}

}  // namespace

std::string to_text(const VodMark& mark) {
  return fmt::format("{} {} {} {}", mark.volume, mark.segments, mark.discontinuities,
                     to_ms(mark.date));
}

std::optional<VodMark> parse_vod_mark(std::string_view text) {
  std::array<std::uint64_t, 4> numbers{};
  for (auto& number : numbers) {
    const auto end = std::min(text.find(' '), text.size());
    const auto parsed = hls::parse_integer(text.substr(0, end));
    if (!parsed) return {};
    number = *parsed;
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  if (!text.empty() || numbers[0] == 0) return {};
  return VodMark{static_cast<std::size_t>(numbers[0]), numbers[1], numbers[2], to_date(numbers[3])};
}

Volume::Volume(const VodMark& begin, const VodRules& rules)
    : begin_(begin), rates_(rules.target_duration) {
  list_.target_duration = rules.target_duration;
  list_.type = hls::MediaPlaylist::Type::event;
  list_.independent_segments = rules.independent_segments;
}

void Volume::add(hls::Segment segment, std::uint64_t bytes) {
  list_.target_duration = std::max(list_.target_duration, rounded(segment.duration));
  if (segment.discontinuity || segment.gap) rates_.interrupt();
  if (!segment.gap) {
    bytes_ += bytes;
    measured_ += segment.duration;
    rates_.add(segment.duration, bytes);
    peak_ = std::max(peak_, rates_.peak().value_or(0));
  }
  length_ += segment.duration;
  list_.segments.push_back(std::move(segment));
}

void Volume::close() {
  list_.type = hls::MediaPlaylist::Type::vod;
  list_.ended = true;
}

std::uint64_t Volume::average() const {
  constexpr std::uint64_t bits = 8, us_in_s = 1'000'000;
  if (measured_.count() <= 0) return 0;
  return static_cast<std::uint64_t>(
             live::rescale(static_cast<std::int64_t>(bytes_ * bits), us_in_s, measured_.count())) +
         1;
}

void VodList::add(hls::Segment segment, std::uint64_t bytes) {
  auto begin = next_;  // as it was before this segment, which comes again after a restart
  if (segment.program_date_time) next_.date = segment.program_date_time;
  if (segment.discontinuity) ++next_.discontinuities;
  const bool full =
      !volumes_.empty() && rules_.split.count() > 0 && volumes_.back().length_ >= rules_.split;
  if (full) {
    volumes_.back().close();
    begin.volume = ++next_.volume;
  }
  if (volumes_.empty() || full) {
    // The first segment of a list has nothing before it to differ from, and says when it was.
    segment.discontinuity = false;
    segment.program_date_time = next_.date;
    volumes_.emplace_back(begin, rules_);
    volumes_.back().list_.discontinuity_sequence = next_.discontinuities;
  }
  if (next_.date)
    *next_.date += std::chrono::duration_cast<live::WallClock::duration>(segment.duration);
  if (next_.date && next_.date->time_since_epoch() > last_date) next_.date.reset();
  ++next_.segments;
  prefix_keys(segment.key, rules_.key_prefix);
  segment.uri = rules_.uri_prefix + segment.uri;
  if (segment.map) segment.map->uri = rules_.uri_prefix + segment.map->uri;
  volumes_.back().add(std::move(segment), bytes);
}

void VodList::end() {
  if (!volumes_.empty()) volumes_.back().close();
}

void VodList::raise_target(std::chrono::seconds target) {
  rules_.target_duration = std::max(rules_.target_duration, target);
}

std::string vod_name(std::string_view id, std::size_t volume) {
  return volume == 1 ? fmt::format("vod-{}.m3u8", id) : fmt::format("vod-{}-{}.m3u8", id, volume);
}

}  // namespace s3_dvr_sync

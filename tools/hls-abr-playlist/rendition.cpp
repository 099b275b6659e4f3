#include "tools/hls-abr-playlist/rendition.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace hls_abr_playlist {
namespace {

using live::hls::MediaPlaylist;
using live::hls::Segment;

constexpr live::Us hour = std::chrono::hours{1};
constexpr int stale_targets = 3;

std::uint64_t first_number(const MediaPlaylist& list) { return list.media_sequence + list.skipped; }
std::uint64_t end_number(const MediaPlaylist& list) {
  return first_number(list) + list.segments.size();
}

/// The kinds of media that are listed, the newest first: an init segment makes one, and without it a discontinuity.
std::vector<Wanted::Media> kinds_of(const MediaPlaylist& list) {
  std::vector<Wanted::Media> kinds;
  auto discontinuities =
      list.discontinuity_sequence +
      static_cast<std::uint64_t>(std::ranges::count_if(list.segments, &Segment::discontinuity));
  const auto is_known = [&](const std::string& kind) {
    return std::ranges::find(kinds, kind, &Wanted::Media::kind) != kinds.end();
  };
  for (auto segment = list.segments.rbegin(); segment != list.segments.rend(); ++segment) {
    const auto behind = discontinuities;
    if (segment->discontinuity) --discontinuities;
    if (segment->gap) continue;
    auto kind = segment->map ? segment->map->uri : "discontinuity " + std::to_string(behind);
    if ((!kinds.empty() && kinds.back().kind == kind) || is_known(kind)) continue;
    const bool newest = kinds.empty();
    kinds.push_back({std::move(kind), segment->uri,
                     segment->map ? std::optional{segment->map->uri} : std::nullopt, newest});
  }
  return kinds;
}

/// Those of `more` that `codecs` lacks; without a name for all of its own it stays empty.
void add_codecs(std::string& codecs, std::string_view more) {
  if (codecs.empty()) return;
  while (!more.empty()) {
    const auto one = more.substr(0, more.find(','));
    more.remove_prefix(std::min(more.size(), one.size() + 1));
    if (("," + codecs + ",").find(fmt::format(",{},", one)) == std::string::npos)
      codecs += fmt::format(",{}", one);
  }
}

}  // namespace

/// The number from which on segments are new to us.  A list that ends before what we have seen was begun anew.
std::uint64_t Rendition::first_unknown(const MediaPlaylist& list) const {
  return end_number(list) < next_ ? 0 : next_;
}

Wanted Rendition::wanted(const MediaPlaylist& list) const {
  Wanted out;
  const auto unknown = first_unknown(list);
  for (std::size_t i = 0; i < list.segments.size(); ++i) {
    const auto& segment = list.segments[i];
    if (first_number(list) + i >= unknown && !segment.gap && !segment.range)
      out.sizes.push_back(segment.uri);
  }
  for (auto& one : kinds_of(list)) {
    if (!known_.contains(one.kind)) out.media.push_back(std::move(one));
  }
  return out;
}

/// CODECS names what any segment needs (RFC 8216 §4.3.4.2): before a change, too.
void Rendition::learn(const MediaPlaylist& list, const Found& found) {
  const auto kinds = kinds_of(list);
  if (kinds.empty()) return;
  std::map<std::string, std::optional<MediaFacts>> known;
  for (const auto& one : kinds) {
    const auto before = known_.find(one.kind);
    const auto now = found.facts.find(one.kind);
    if (now != found.facts.end()) {
      known[one.kind] = now->second;
    } else if (before != known_.end()) {
      known[one.kind] = std::move(before->second);
    } else if (!one.newest) {
      known[one.kind] = std::nullopt;
    }
  }
  known_ = std::move(known);
  const auto newest = known_.find(kinds.front().kind);
  if (newest == known_.end() || !newest->second) return;
  facts_ = newest->second;
  for (const auto& [kind, facts] : known_) {
    if (facts) add_codecs(facts_->codecs, facts->codecs);
  }
}

void Rendition::measure(const Segment& segment, const Found& found) {
  if (segment.discontinuity) rates_->interrupt();
  const auto size = found.sizes.find(segment.uri);
  if (segment.gap || (size == found.sizes.end() && !segment.range)) return rates_->interrupt();
  rates_->add(segment.duration, segment.range ? segment.range->length : size->second);
  measured_ = std::min(hour, measured_ + segment.duration);
}

void Rendition::update(MediaPlaylist list, const Found& found, live::Monotonic now) {
  if (list_ && ((list_->ended && !list.ended) || end_number(list) < next_)) forget();
  if (!rates_ || !list_ || list_->target_duration != list.target_duration) {
    remember(peak_, now);
    rates_.emplace(list.target_duration);
  }
  if (first_number(list) > next_) rates_->interrupt();
  if (next_ == 0) first_ = first_number(list);
  bool fresh = false;
  has_segment_ = false;
  for (std::size_t i = 0; i < list.segments.size(); ++i) {
    const auto& segment = list.segments[i];
    has_segment_ = has_segment_ || !segment.gap;
    if (first_number(list) + i < next_) continue;
    fresh = fresh || !segment.gap;
    measure(segment, found);
  }
  next_ = end_number(list);
  learn(list, found);
  peak_ = rates_->peak().value_or(0);
  if (now >= earlier_until_) earlier_peak_ = 0;
  average_ = rates_->average().value_or(average_);
  if (fresh || !seen_) newest_ = seen_ ? now : now - found.age;
  seen_ = true;
  list_ = std::move(list);
}

void Rendition::remember(std::uint64_t peak, live::Monotonic now) {
  earlier_peak_ = std::max(earlier_peak_, peak);
  earlier_until_ = now + hour;
}

void Rendition::forget() {
  rates_.reset();
  next_ = peak_ = average_ = earlier_peak_ = 0;
  measured_ = live::Us{0};
}

bool Rendition::is_playable() const {
  return list_ && facts_ && has_segment_ && measured_ > live::Us{0};
}

live::Us Rendition::silence() const {
  return list_ ? live::Us{stale_targets * list_->target_duration} : live::Us{0};
}

bool Rendition::is_stale(live::Monotonic now) const { return !list_ || now - newest_ > silence(); }

bool Rendition::keeps_up_with(live::Monotonic newest, live::Monotonic now) const {
  return !is_stale(now) || (list_ && newest - newest_ < live::Us{list_->target_duration});
}

bool Rendition::is_kept() const { return list_ && list_->type != MediaPlaylist::Type::live; }

std::uint64_t Rendition::bandwidth(std::uint64_t declared) const {
  return std::max({declared, peak_, earlier_peak_, average_});
}

std::uint64_t Rendition::average_bandwidth(std::uint64_t declared) const {
  // Nothing is to come, and nothing has left the list: this is all there is.
  if (is_ended() && first_number(*list_) == first_) return average_;
  constexpr double tolerance = 1.1;
  const auto to_come = static_cast<double>(bandwidth(declared)) / tolerance;
  const auto part = static_cast<double>(measured_.count()) / static_cast<double>(hour.count());
  const auto expected = static_cast<double>(average_) * part + to_come * (1 - part);
  return std::max(average_, static_cast<std::uint64_t>(expected) + 1);
}

}  // namespace hls_abr_playlist

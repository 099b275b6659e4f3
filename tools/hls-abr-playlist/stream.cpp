#include "tools/hls-abr-playlist/stream.hpp"

#include "common/tree/names.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace hls_abr_playlist {
namespace {

using live::hls::MultivariantPlaylist;
using live::hls::Variant;

/// By 10 % of what is published, up or down.
bool moved(std::uint64_t before, std::uint64_t now) {
  const auto larger = std::max(before, now), smaller = std::min(before, now);
  return (larger - smaller) * 10 >= smaller;
}

bool same_rate(double before, double now) {
  constexpr double written = 0.001;  // three decimals
  return std::abs(before - now) < written;
}

bool same(const Variant& before, const Variant& now) {
  return before.codecs == now.codecs && before.width == now.width && before.height == now.height &&
         same_rate(before.frame_rate, now.frame_rate) && before.others == now.others &&
         !moved(before.bandwidth, now.bandwidth) &&
         !moved(before.average_bandwidth.value_or(0), now.average_bandwidth.value_or(0));
}

}  // namespace

std::string playlist_uri(const std::string& rendition) {
  return fmt::format("{}/{}", rendition, live::tree::media_playlist_name);
}

bool differs(const MultivariantPlaylist& before, const MultivariantPlaylist& now) {
  if (before.variants.size() != now.variants.size() ||
      before.independent_segments != now.independent_segments)
    return true;
  return !std::ranges::all_of(now.variants, [&](const Variant& variant) {
    const auto found = std::ranges::find(before.variants, variant.uri, &Variant::uri);
    return found != before.variants.end() && same(*found, variant);
  });
}

bool Stream::record(std::optional<live::tree::StreamRecord> record) {
  const bool another = record_ && record && record_->id != record->id;
  if (another)
    for (auto& [name, rendition] : renditions_)
      rendition.forget();
  record_ = std::move(record);
  return another;
}

void Stream::adopt(MultivariantPlaylist list, bool of_this_broadcast, live::Monotonic now) {
  for (const auto& variant : list.variants) {
    const auto name = variant.uri.substr(0, variant.uri.find('/'));
    const auto known = renditions_.find(name);
    if (of_this_broadcast && known != renditions_.end() && playlist_uri(name) == variant.uri)
      known->second.remember(variant.bandwidth, now);
  }
  published_ = std::move(list);
}

Stream::Names Stream::playable() const {
  Names names;
  for (const auto& [name, rendition] : renditions_)
    if (rendition.is_playable()) names.push_back(name);
  return names;
}

Stream::Names Stream::going_on(const Names& playable, live::Monotonic now) const {
  Names names;
  std::optional<live::Monotonic> newest;
  for (const auto& name : playable)
    if (const auto& rendition = renditions_.at(name); !rendition.is_stale(now))
      newest = std::max(newest, {rendition.newest()});
  if (!newest) return names;
  for (const auto& name : playable)
    if (renditions_.at(name).keeps_up_with(*newest, now)) names.push_back(name);
  return names;
}

Stream::Names Stream::published(const Names& playable) const {
  Names names;
  if (!published_) return names;
  for (const auto& name : playable)
    if (std::ranges::find(published_->variants, playlist_uri(name), &Variant::uri) !=
        published_->variants.end())
      names.push_back(name);
  return names;
}

std::uint64_t Stream::declared_peak(const std::string& rendition) const {
  if (!record_) return 0;
  const auto found =
      std::ranges::find(record_->renditions, rendition, &live::tree::RenditionRecord::name);
  return found == record_->renditions.end() ? 0 : found->peak;
}

Variant Stream::variant(const std::string& name) const {
  const auto& rendition = renditions_.at(name);
  const auto& facts = rendition.facts();
  const auto declared = declared_peak(name);
  Variant out;
  out.uri = playlist_uri(name);
  out.name = name;
  out.bandwidth = rendition.bandwidth(declared);
  out.average_bandwidth = std::min(out.bandwidth, rendition.average_bandwidth(declared));
  out.codecs = facts.codecs;
  if (facts.video) {
    out.width = facts.width;
    out.height = facts.height;
    out.frame_rate = facts.frame_rate;
  }
  return out;
}

/// Without VIDEO-RANGE it is SDR; where one variant is not, all say it (draft-pantos-hls-rfc8216bis §4.4.6.2).
void Stream::tell_video_range(const Names& names, MultivariantPlaylist& list) const {
  const auto range = [&](const auto& name) { return renditions_.at(name).facts().video_range; };
  const auto is_high = [&](const auto& name) {
    return range(name) != "SDR" && !range(name).empty();
  };
  if (std::ranges::none_of(names, is_high)) return;
  for (std::size_t i = 0; i < names.size(); ++i)
    if (!range(names[i]).empty())
      list.variants[i].others.push_back("VIDEO-RANGE=" + range(names[i]));
}

MultivariantPlaylist Stream::compose(const Names& names) const {
  MultivariantPlaylist list;
  list.independent_segments = std::ranges::all_of(
      names, [&](const auto& name) { return renditions_.at(name).is_independent(); });
  for (const auto& name : names)
    list.variants.push_back(variant(name));
  tell_video_range(names, list);
  live::hls::order_for_players(list.variants, start_);
  return list;
}

Stream::Verdict Stream::judge(live::Monotonic now, const std::function<bool()>& is_locked) {
  Verdict verdict;
  const auto all = playable();
  if (all.empty()) {
    // A writer that died before its first segment leaves a folder, too.
    if (record_ && !is_locked()) verdict.state = State::over;
    return verdict;
  }
  auto names = going_on(all, now);
  const bool ended =
      std::ranges::all_of(all, [&](const auto& name) { return renditions_.at(name).is_ended(); });
  const bool over = ended || (names.empty() && !is_locked());
  verdict.waits = names.empty() && !over;
  // When nothing goes on, what was listed last stays listed: a viewer may wait for the writer's return.
  if (names.empty()) names = published(all);
  if (names.empty()) names = all;
  verdict.state = over ? State::over : State::live;
  auto list = compose(names);
  if (published_ && !differs(*published_, list)) return verdict;
  published_ = list;
  verdict.publish = std::move(list);
  return verdict;
}

std::optional<MultivariantPlaylist> Stream::everything() const {
  const auto names = playable();
  if (names.empty()) return {};
  return compose(names);
}

}  // namespace hls_abr_playlist

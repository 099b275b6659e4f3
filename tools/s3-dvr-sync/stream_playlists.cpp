// The playlists of a stream's broadcasts: when each is to be put, and when a broadcast is done.
#include "common/base/log.hpp"
#include "common/base/percent.hpp"
#include "common/facts/files.hpp"
#include "common/hls/multivariant_playlist.hpp"
#include "common/hls/syntax.hpp"
#include "common/s3/signature.hpp"
#include "tools/s3-dvr-sync/stream_sync.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include <fmt/format.h>

namespace s3_dvr_sync {

namespace hls = live::hls;
using live::facts::MediaFacts;

namespace {

constexpr std::uint64_t start_rate = 2'000'000;  // bits per second of the variant for start-up

std::string to_text(const MediaFacts& facts) {
  return fmt::format("{} {} {} {}", facts.width, facts.height, facts.frame_rate, facts.codecs);
}

std::optional<MediaFacts> parse_facts(std::string_view text) {
  MediaFacts out;
  const char* at = text.data();
  const char* const end = at + text.size();
  const auto number = [&](auto& value) {
    const auto [next, error] = std::from_chars(at, end, value);
    if (error != std::errc{} || next == end || *next != ' ') return false;
    at = next + 1;
    return true;
  };
  if (!number(out.width) || !number(out.height) || !number(out.frame_rate)) return {};
  out.codecs.assign(at, end);
  out.video = out.height > 0;
  return out;
}

const Volume* find_volume(const RenditionSync::Broadcast& broadcast, std::size_t number) {
  for (const auto& volume : broadcast.list.volumes())
    if (volume.begin().volume == number) return &volume;
  return nullptr;
}

}  // namespace

std::vector<StreamSync::Source*> StreamSync::sources_of(const std::string& id) {
  std::vector<Source*> out;
  for (const auto& [name, source] : sources_)
    if (source->sync.find(id) != nullptr) out.push_back(source.get());
  return out;
}

std::set<std::string> StreamSync::broadcast_ids() const {
  std::set<std::string> out;
  for (const auto& [name, source] : sources_)
    for (const auto& broadcast : source->sync.broadcasts())
      out.insert(broadcast.id);
  return out;
}

bool StreamSync::is_put_closed(const std::string& key) const {
  const auto found = puts_.find(key);
  return found != puts_.end() && found->second.there && found->second.closed;
}

bool StreamSync::is_behind(const Source& source, const RenditionSync::Broadcast& broadcast) const {
  return std::ranges::any_of(broadcast.list.volumes(), [&](const Volume& volume) {
    const auto number = volume.begin().volume;
    const auto found = puts_.find(source.sync.place().playlist_key(broadcast.id, number));
    if (found == puts_.end() || !found->second.there) return true;
    if (found->second.segments != volume.list().segments.size()) return true;
    if (found->second.closed != volume.is_closed()) return true;
    const auto list = fmt::format("{}/{}", name_, vod_name(broadcast.id, number));
    return several_.contains(broadcast.id) && volume.is_closed() && !is_put_closed(list);
  });
}

void StreamSync::offer(Draft draft, live::Monotonic now, std::vector<VodPlaylist>& out) {
  auto& put = puts_[draft.key];
  if (!put.there && !put.asked) {
    put.asked = true;
    const auto entry = journal_.stored(draft.key);
    if (entry && entry->stored.sha256 == live::s3::sha256_hex(live::as_bytes(draft.text))) {
      put.there = true;
      put.segments = draft.segments;
      put.closed = draft.closed;
      if (draft.variants) put.text = std::move(draft.text);
      put.due = now + rules_.playlist_every;
      return;
    }
  }
  put.in_hand = true;
  if (!put.behind) put.behind = wall_;
  put.pending_segments = draft.segments;
  put.pending_closed = draft.closed;
  out.push_back({draft.key, draft.text, draft.closed ? Kind::playlist : Kind::open_playlist});
  if (draft.variants) put.pending_text = std::move(draft.text);
}

/// Is it the time for a playlist that has something to say?
bool StreamSync::is_due(const std::string& key, bool closed, live::Monotonic now, bool at_once) {
  const auto& put = puts_[key];
  if (put.in_hand) return false;
  return now >= put.due || (!put.failed && (closed || at_once));
}

void StreamSync::media_playlists(Source& source, const std::string& id, live::Monotonic now,
                                 bool at_once, std::vector<VodPlaylist>& out) {
  const auto* broadcast = source.sync.find(id);
  std::string before;
  for (const auto& volume : broadcast->list.volumes()) {
    const auto key = source.sync.place().playlist_key(id, volume.begin().volume);
    // A volume begins where the one before it ends for everybody.
    if (!before.empty() && !is_put_closed(before)) return;
    before = key;
    const auto& put = puts_[key];
    const auto count = volume.list().segments.size();
    if (put.there && put.segments == count && put.closed == volume.is_closed()) continue;
    if (!is_due(key, volume.is_closed(), now, at_once)) continue;
    offer({key, hls::format(volume.list()), count, volume.is_closed(), false}, now, out);
  }
}

std::optional<MediaFacts> StreamSync::facts_of(const Source& source, const std::string& id,
                                               const Volume& volume) {
  const auto note = source.sync.place().note("facts", id);
  if (const auto known = journal_.note(note)) return parse_facts(*known);
  const auto& segments = volume.list().segments;
  const auto newest = std::find_if(segments.rbegin(), segments.rend(),
                                   [](const hls::Segment& segment) { return !segment.gap; });
  if (newest == segments.rend()) return {};
  const auto file = [&](const std::string& uri) {
    return source.found.folder / live::percent_decoded(uri.substr(uri.rfind('/') + 1));
  };
  std::optional<std::filesystem::path> init;
  if (newest->map) init = file(newest->map->uri);
  auto facts = live::facts::facts_of_files(init, file(newest->uri));
  if (facts) journal_.set_note(note, to_text(*facts));
  return facts;
}

hls::Variant StreamSync::variant(const Source& source, const std::string& id,
                                 const Volume& volume) {
  hls::Variant out;
  out.uri = fmt::format("{}/{}", source.found.name, vod_name(id, volume.begin().volume));
  out.name = source.found.name;
  std::uint64_t declared = 0;
  if (record_ && record_->id == id)
    for (const auto& one : record_->renditions)
      if (one.name == source.found.name) declared = one.peak;
  out.bandwidth = std::max({declared, volume.peak(), volume.average(), std::uint64_t{1}});
  if (volume.is_closed() && volume.average() > 0) out.average_bandwidth = volume.average();
  if (const auto facts = facts_of(source, id, volume)) {
    out.codecs = facts->codecs;
    out.width = facts->width;
    out.height = facts->height;
    out.frame_rate = facts->frame_rate;
  }
  return out;
}

void StreamSync::multivariant(const std::string& id, std::size_t number, live::Monotonic now,
                              bool at_once, std::vector<VodPlaylist>& out) {
  const auto key = fmt::format("{}/{}", name_, vod_name(id, number));
  const auto sources = sources_of(id);
  auto& put = puts_[key];
  // One that is done with this volume was so once its playlist was closed.
  if (std::ranges::any_of(sources, [&](auto* source) {
        return source->sync.find(id)->list.mark().volume > number;
      }))
    put.there = put.closed = true;
  if (put.there && put.closed) return;
  hls::MultivariantPlaylist list;
  list.independent_segments = true;
  // Of what is not read to its end yet, nobody knows what it has.
  bool closed = std::ranges::none_of(sources_, [](auto& entry) { return entry.second->more; });
  bool lacks = !closed;
  for (auto* source : sources) {
    const auto* volume = find_volume(*source->sync.find(id), number);
    if (volume == nullptr) {
      const bool whole = source->sync.find(id)->is_whole();
      closed = closed && whole;
      lacks = lacks || !whole;
      continue;
    }
    const auto its_key = source->sync.place().playlist_key(id, number);
    closed = closed && volume->is_closed() && is_put_closed(its_key);
    if (!puts_[its_key].there) {
      lacks = true;
      continue;  // nothing is listed that is not there
    }
    list.independent_segments = list.independent_segments && volume->list().independent_segments;
    list.variants.push_back(variant(*source, id, *volume));
  }
  // What stands there since before may say more.
  if (list.variants.empty() || (lacks && !put.there && journal_.stored(key))) return;
  hls::order_for_players(list.variants, start_rate);
  auto text = hls::format(list);
  if (put.there && put.closed == closed && put.text == text) return;
  if (!is_due(key, closed, now, at_once)) return;
  offer({key, std::move(text), 0, closed, true}, now, out);
}

void StreamSync::playlists(live::Monotonic now, bool at_once, std::vector<VodPlaylist>& out) {
  flush();
  for (const auto& id : broadcast_ids()) {
    std::set<std::size_t> numbers;
    for (auto* source : sources_of(id)) {
      media_playlists(*source, id, now, at_once, out);
      for (const auto& volume : source->sync.find(id)->list.volumes())
        numbers.insert(volume.begin().volume);
    }
    if (several_.contains(id))
      for (const auto number : numbers)
        multivariant(id, number, now, at_once, out);
    finish(id);
  }
}

bool StreamSync::put(const std::string& key, bool done, live::Monotonic now) {
  const auto found = puts_.find(key);
  if (found == puts_.end() || !found->second.in_hand) return false;
  auto& put = found->second;
  if (put.stale) {
    put = {};
    return true;
  }
  put.in_hand = false;
  put.failed = !done;
  put.due = now + rules_.playlist_every;
  if (!done) return true;
  put.there = true;
  put.behind.reset();
  put.segments = put.pending_segments;
  put.closed = put.pending_closed;
  put.text = std::move(put.pending_text);
  for (const auto& id : broadcast_ids())
    finish(id);
  return true;
}

/// Volumes that are closed in the bucket are not needed any more, and neither is a broadcast of which all are.
void StreamSync::finish(const std::string& id) {
  const auto sources = sources_of(id);
  const auto is_done = [&](const Source& source, const Volume& volume) {
    const auto number = volume.begin().volume;
    return volume.is_closed() && is_put_closed(source.sync.place().playlist_key(id, number)) &&
           (!several_.contains(id) ||
            is_put_closed(fmt::format("{}/{}", name_, vod_name(id, number))));
  };
  bool whole = !sources.empty();
  for (auto* source : sources) {
    const auto& volumes = source->sync.find(id)->list.volumes();
    while (volumes.size() > 1 && is_done(*source, volumes.front()))
      source->sync.volume_done(id);
    whole = whole && source->sync.find(id)->is_whole() &&
            (volumes.empty() || (volumes.size() == 1 && is_done(*source, volumes.front())));
  }
  if (!whole) return;
  std::size_t last = 1;
  for (auto* source : sources) {
    const auto& place = source->sync.place();
    last = std::max(last, source->sync.find(id)->list.end_mark().volume);
    for (std::size_t number = 1; number <= last; ++number)
      puts_.erase(place.playlist_key(id, number));
    source->sync.broadcast_done(id);
  }
  for (std::size_t number = 1; number <= last; ++number)
    puts_.erase(fmt::format("{}/{}", name_, vod_name(id, number)));
}

}  // namespace s3_dvr_sync

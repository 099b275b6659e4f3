#include "tools/s3-dvr-sync/rendition_sync.hpp"

#include "common/base/log.hpp"
#include "common/base/text.hpp"
#include "common/hls/syntax.hpp"
#include "tools/s3-dvr-sync/segment_name.hpp"
#include "tools/s3-dvr-sync/tree_layout.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace s3_dvr_sync {

namespace hls = live::hls;

std::string RenditionPlace::object_key(std::string_view id, std::string_view file) const {
  return of_ours ? fmt::format("{}/{}/{}", stream, name, file)
                 : fmt::format("{}/{}/{}/{}", stream, name, id, file);
}

std::string RenditionPlace::aside_key(std::string_view id, std::string_view file) const {
  return fmt::format("{}/{}/{}/{}", stream, name, id, file);
}

std::string RenditionPlace::playlist_key(std::string_view id, std::size_t volume) const {
  return nested.contains(id) ? fmt::format("{}/{}/{}", stream, name, vod_name(id, volume))
                             : fmt::format("{}/{}", stream, vod_name(id, volume));
}

std::string RenditionPlace::uri_prefix(std::string_view id) const {
  const auto own = of_ours ? std::string{} : fmt::format("{}/", id);
  return nested.contains(id) ? own : fmt::format("{}/{}", name, own);
}

std::string RenditionPlace::key_prefix(std::string_view id) const {
  if (!nested.contains(id)) return to_list;
  return to_list == fmt::format("{}/", name) ? std::string{} : fmt::format("../{}", to_list);
}

std::string RenditionPlace::note(std::string_view what, std::string_view id) const {
  return fmt::format("{}/{}/{}/{}", what, stream, name, id);
}

std::string RenditionPlace::mark_note(std::string_view id) const {
  return note(nested.contains(id) ? "mark/all" : "mark", id);
}

RenditionSync::RenditionSync(RenditionPlace place, std::chrono::milliseconds split, bool marks,
                             Journal& journal)
    : place_(std::move(place)),
      split_(split),
      marks_(marks && place_.of_ours),
      journal_(&journal),
      uploaded_(place_.folder) {}

RenditionSync::Broadcast* RenditionSync::find(std::string_view id) {
  const auto found = std::ranges::find(broadcasts_, id, &Broadcast::id);
  return found == broadcasts_.end() ? nullptr : &*found;
}

RenditionSync::Broadcast& RenditionSync::begin(const std::string& id) {
  if (auto* known = find(id)) return *known;
  for (auto& before : broadcasts_)
    before.over = true;
  VodMark mark;
  if (const auto text = journal_->note(place_.mark_note(id)))
    mark = parse_vod_mark(*text).value_or(VodMark{});
  VodRules rules{target_, split_, place_.uri_prefix(id), place_.key_prefix(id), independent_};
  VodList list{std::move(rules), mark};
  broadcasts_.push_back({id, false, std::move(list), mark.segments, 0, {}, {}});
  return broadcasts_.back();
}

/// It is in a volume that is done: all that may be missing is its name in `.uploaded`.
void RenditionSync::skip(const Broadcast& broadcast, const hls::Segment& segment) {
  if (segment.gap) return;
  const auto look = [&](const std::string& uri) {
    if (!is_file_name(uri) || uploaded_.has(uri) || safe_.contains(uri)) return;
    const auto key = place_.object_key(broadcast.id, uri);
    if (mark_of(place_.folder / uri) && journal_->stored(key)) mark_safe(key, uri);
  };
  if (segment.map) look(segment.map->uri);
  look(segment.uri);
}

/// From here on to list_front() entries have names instead of URIs.  One that was uploaded as it stands in the list stays so when it
/// is gone from the disk.
std::string RenditionSync::name_of(std::string_view id, const std::string& uri) const {
  auto name = name_in(place_.folder, uri);
  const bool was_uploaded = name != uri && journal_->stored(place_.object_key(id, uri));
  return was_uploaded ? uri : name;
}

void RenditionSync::take(JournalEntry entry) {
  if (entry.begins || current_.empty()) current_ = broadcast_of(entry);
  if (entry.begins && current_ != *entry.begins)
    live::log::warn("{}: a broadcast's name cannot be one: {}", place_.folder.string(),
                    live::printable(*entry.begins));
  auto& broadcast = begin(current_);
  entry.segment.uri = name_of(current_, entry.segment.uri);
  if (entry.segment.map) entry.segment.map->uri = name_of(current_, entry.segment.map->uri);
  if (++broadcast.entries <= broadcast.skip) return skip(broadcast, entry.segment);
  broadcast.waiting.push_back(std::move(entry.segment));
}

void RenditionSync::again() {
  broadcasts_.clear();
  current_.clear();
}

void RenditionSync::describe(std::chrono::seconds target, bool independent) {
  target_ = std::max(target, std::chrono::seconds{1});
  independent_ = independent;
  if (broadcasts_.empty()) return;
  broadcasts_.back().list.raise_target(target_);
  broadcasts_.back().list.independent(independent);
}

void RenditionSync::over(std::string_view id) {
  if (find(id) == nullptr) return;
  for (auto& broadcast : broadcasts_) {
    broadcast.over = true;
    advance(broadcast);
    if (broadcast.id == id) return;
  }
}

RenditionSync::Object& RenditionSync::object(const Broadcast& broadcast, const std::string& uri) {
  const auto key = place_.object_key(broadcast.id, uri);
  const auto [found, fresh] = objects_.try_emplace(key);
  auto& one = found->second;
  if (!fresh) return one;
  const auto path = place_.folder / uri;
  const auto mark = mark_of(path);
  const auto is_safe = [&](const std::string& at, const Journal::Entry& entry) {
    one.state = State::safe;
    one.mark = entry.mark;
    one.bytes = entry.stored.size;
    mark_safe(at, uri);
  };
  const auto aside = place_.aside_key(broadcast.id, uri);
  one.aside = place_.of_ours && journal_->stored(aside);
  const auto entry = journal_->stored(one.aside ? aside : key);
  one.yields = place_.of_ours && !one.aside && entry && mark && entry->mark != *mark;
  if (entry && !one.yields) {
    is_safe(one.aside ? aside : key, *entry);
  } else if (mark && mark->size > 0) {
    one.mark = *mark;
    one.bytes = mark->size;
  } else {
    one.state = State::lost;
  }
  return one;
}

void RenditionSync::mark_safe(const std::string& key, const std::string& uri) {
  if (marks_)
    uploaded_.add(uri);
  else if (!place_.of_ours)
    safe_.emplace(uri, key);
}

/// A file with several segments in it is whole when the list goes on in another one.
bool RenditionSync::may_grow(const Broadcast& broadcast, std::size_t at) const {
  const auto& waiting = broadcast.waiting;
  return !broadcast.over && waiting[at].range &&
         std::all_of(waiting.begin() + static_cast<std::ptrdiff_t>(at), waiting.end(),
                     [&](const hls::Segment& later) { return later.uri == waiting[at].uri; });
}

bool RenditionSync::want_one(const Broadcast& broadcast, const std::string& uri,
                             std::vector<Item>& out) {
  if (!is_file_name(uri)) return false;
  auto& one = object(broadcast, uri);
  if (one.state != State::waiting) return false;
  one.state = State::in_hand;
  const auto key =
      one.aside ? place_.aside_key(broadcast.id, uri) : place_.object_key(broadcast.id, uri);
  out.push_back({place_.folder / uri, key, Kind::media, one.mark,
                 journal_->unfinished(key, one.mark), one.yields && !one.aside});
  return true;
}

/// Of the entries that are looked at now; those that are there already, or lost, make room for others: true.
bool RenditionSync::want_some(Broadcast& broadcast, std::size_t limit, std::vector<Item>& out) {
  // So far ahead of the first that is not safe yet files are looked at.
  constexpr std::size_t window = 256;
  const auto ahead = std::min(window, broadcast.waiting.size());
  for (std::size_t at = 0; at < ahead && out.size() < limit; ++at) {
    const auto& segment = broadcast.waiting[at];
    if (segment.gap) continue;
    const bool grows = may_grow(broadcast, at);
    if (segment.map && !(grows && segment.map->uri == segment.uri))
      want_one(broadcast, segment.map->uri, out);
    if (out.size() < limit && !grows) want_one(broadcast, segment.uri, out);
  }
  const auto before = broadcast.waiting.size();
  advance(broadcast);
  return broadcast.waiting.size() < before;
}

void RenditionSync::want(std::size_t most, std::vector<Item>& out) {
  const auto limit = out.size() + most;
  for (auto& broadcast : broadcasts_) {
    advance(broadcast);
    while (out.size() < limit && want_some(broadcast, limit, out)) {
    }
    if (out.size() >= limit) return;
  }
}

void RenditionSync::retry() {
  for (auto& [key, one] : objects_) {
    if (one.state != State::failed) continue;
    const auto mark = mark_of(place_.folder / key.substr(key.rfind('/') + 1));
    one.state = mark ? State::waiting : State::lost;
    if (mark) one.mark = *mark;
    one.bytes = one.mark.size;
  }
}

/// The file that was given with this key.
std::map<std::string, RenditionSync::Object>::iterator RenditionSync::in_hand(
    const std::string& key) {
  auto found = objects_.find(key);
  if (found == objects_.end() && place_.of_ours && key.starts_with(place_.object_key({}, {}))) {
    found = objects_.find(place_.object_key({}, key.substr(key.rfind('/') + 1)));
    if (found != objects_.end() && !found->second.aside) return objects_.end();
  }
  const bool is = found != objects_.end() && found->second.state == State::in_hand;
  return is ? found : objects_.end();
}

bool RenditionSync::settle(const std::string& key, Outcome outcome) {
  const auto found = in_hand(key);
  if (found == objects_.end()) return false;
  auto& one = found->second;
  const auto uri = key.substr(key.rfind('/') + 1);
  switch (outcome) {
    case Outcome::verified:
      one.state = State::safe;
      mark_safe(key, uri);
      break;
    case Outcome::failed:
    case Outcome::conflict:
      one.state = State::failed;
      break;
    case Outcome::vanished:
      // Only what is not there any more is lost; whatever else was wrong with it may pass.
      one.state = mark_of(place_.folder / uri) ? State::failed : State::lost;
      break;
    case Outcome::taken:
      live::log::warn("{}: another segment of that name is in the bucket: it goes aside",
                      live::printable(key));
      one.aside = true;
      one.state = State::waiting;
      break;
  }
  for (auto& broadcast : broadcasts_)
    advance(broadcast);
  return true;
}

void RenditionSync::advance(Broadcast& broadcast) {
  const auto is_settled = [&](const std::string& uri) {
    if (!is_file_name(uri)) return true;
    const auto found = objects_.find(place_.object_key(broadcast.id, uri));
    return found != objects_.end() &&
           (found->second.state == State::safe || found->second.state == State::lost);
  };
  while (!broadcast.waiting.empty()) {
    const auto& front = broadcast.waiting.front();
    const bool ready =
        front.gap || ((!front.map || is_settled(front.map->uri)) && is_settled(front.uri));
    if (!ready) break;
    list_front(broadcast);
  }
  if (broadcast.is_whole()) broadcast.list.end();
}

/// What is gone is listed as a gap; a gap needs no init segment.
void RenditionSync::list_front(Broadcast& broadcast) {
  auto segment = std::move(broadcast.waiting.front());
  broadcast.waiting.pop_front();
  const auto of = [&](const std::string& uri) {
    const auto found = objects_.find(place_.object_key(broadcast.id, uri));
    return found == objects_.end() ? Object{State::lost, {}, 0, false, false} : found->second;
  };
  const auto listed = [&](const std::string& uri) {
    return of(uri).aside ? fmt::format("{}/{}", broadcast.id, uri_of(uri)) : uri_of(uri);
  };
  const auto bytes = segment.gap ? 0 : of(segment.uri).bytes;
  const bool gone = !segment.gap && (of(segment.uri).state == State::lost ||
                                     (segment.map && of(segment.map->uri).state == State::lost));
  if (gone) {
    ++lost_;
    live::log::warn("{}: {} is lost: it was gone before it was uploaded", place_.folder.string(),
                    live::printable(segment.uri));
    segment.gap = true;
  }
  const bool map_is_there = segment.map && of(segment.map->uri).state == State::safe;
  if (map_is_there) segment.map->uri = listed(segment.map->uri);
  if (segment.gap && !map_is_there) segment.map = broadcast.listed_map;
  broadcast.listed_map = segment.map;
  const auto key = place_.object_key(broadcast.id, segment.uri);
  const bool shared = !broadcast.waiting.empty() && broadcast.waiting.front().uri == segment.uri;
  segment.uri = listed(segment.uri);
  broadcast.list.add(std::move(segment), gone ? 0 : bytes);
  if (!shared) objects_.erase(key);
}

void RenditionSync::volume_done(std::string_view id) {
  auto* broadcast = find(id);
  if (broadcast == nullptr || broadcast->list.volumes().size() < 2) return;
  broadcast->list.drop_front();
  journal_->set_note(place_.mark_note(id), to_text(broadcast->list.mark()));
}

void RenditionSync::broadcast_done(std::string_view id) {
  auto* broadcast = find(id);
  if (broadcast == nullptr) return;
  if (marks_) uploaded_.add(vod_name(id, 1));
  flush();
  journal_->set_note(place_.mark_note(id), to_text(broadcast->list.end_mark()));
  std::erase_if(broadcasts_, [&](const Broadcast& one) { return one.id == id; });
}

void RenditionSync::spare(const std::string& name) {
  if (marks_) uploaded_.add(name);
}

/// Whoever reads it deletes.
void RenditionSync::flush() {
  if (!uploaded_.has_news()) return;
  journal_->sync();
  uploaded_.flush();
}

std::optional<live::WallClock> RenditionSync::oldest() const {
  for (const auto& broadcast : broadcasts_) {
    if (broadcast.waiting.empty()) continue;
    const auto found =
        objects_.find(place_.object_key(broadcast.id, broadcast.waiting.front().uri));
    if (found != objects_.end() && found->second.mark.mtime_ns > 0)
      return written_at(found->second.mark);
    if (const auto mark = mark_of(place_.folder / broadcast.waiting.front().uri))
      return written_at(*mark);
  }
  return {};
}

std::uint64_t RenditionSync::waiting_bytes() const {
  std::uint64_t sum = 0;
  for (const auto& [key, one] : objects_)
    if (one.state != State::safe && one.state != State::lost) sum += one.bytes;
  return sum;
}

std::uint64_t RenditionSync::waiting() const {
  std::uint64_t count = 0;
  for (const auto& broadcast : broadcasts_)
    count += broadcast.waiting.size();
  return count;
}

}  // namespace s3_dvr_sync

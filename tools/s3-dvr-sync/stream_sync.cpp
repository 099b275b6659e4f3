#include "tools/s3-dvr-sync/stream_sync.hpp"

#include "common/base/failure.hpp"
#include "common/base/file.hpp"
#include "common/base/log.hpp"
#include "common/base/text.hpp"
#include "common/tree/hold.hpp"
#include "common/tree/lock.hpp"
#include "common/tree/names.hpp"
#include "tools/s3-dvr-sync/hold_file.hpp"
#include "tools/s3-dvr-sync/segment_name.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace s3_dvr_sync {

namespace fs = std::filesystem;
namespace hls = live::hls;
namespace tree = live::tree;

namespace {

constexpr std::size_t most_list_bytes = 16U << 20U;
constexpr live::Ms unnamed_for = std::chrono::minutes{5};
/// Of one journal: of a month's segments not all are in memory at once.
constexpr std::uint64_t most_waiting = 20'000;

/// Does somebody hold the writer's lock?
bool is_locked(const FoundStream& found) {
  if (!found.has_lock_file) return false;
  try {
    return !tree::Lock::take_existing(found.folder);
  } catch (const live::Failure&) {
    return true;  // whoever cannot tell must not say that nobody is there
  }
}

std::optional<hls::MediaPlaylist> read_list(const fs::path& path) {
  try {
    auto parsed = hls::parse_media_playlist(live::read_file(path, most_list_bytes));
    if (auto* list = std::get_if<hls::MediaPlaylist>(&parsed)) return std::move(*list);
  } catch (const live::Failure&) {  // it is not there, or being replaced
  }
  return {};
}

/// Bits per second over what the list names; 0: nothing of it is there.
std::uint64_t measured_rate(const FoundRendition& found) {
  const auto list = read_list(found.list);
  std::uint64_t bytes = 0;
  live::Us duration{};
  for (const auto& segment : list ? list->segments : std::vector<hls::Segment>{}) {
    const auto name = name_in(found.folder, segment.uri);
    const auto mark = is_file_name(name) ? mark_of(found.folder / name) : std::nullopt;
    if (!mark) continue;
    bytes += segment.range ? segment.range->length : mark->size;
    duration += segment.duration;
  }
  constexpr std::int64_t us_in_s = 1'000'000, bits = 8;
  if (duration.count() <= 0) return 0;
  return static_cast<std::uint64_t>(
      live::rescale(static_cast<std::int64_t>(bytes) * bits, us_in_s, duration.count()));
}

}  // namespace

StreamSync::StreamSync(std::string name, fs::path trees, const TreeRules& rules, Journal& journal)
    : name_(std::move(name)), trees_(std::move(trees)), rules_(rules), journal_(journal) {}

StreamSync::Source* StreamSync::source(const FoundRendition& found) {
  if (const auto known = sources_.find(found.name); known != sources_.end()) {
    known->second->found = found;
    return known->second.get();
  }
  std::unique_ptr<RollingJournal> rolling;
  auto journal = found.folder / tree::journal_name;
  if (!found.has_journal) {
    live::log::warn(
        "{}/{}: no journal: what leaves its list while nobody looks is missed, and what its writer "
        "deletes before it "
        "is uploaded is lost; abr-hls keeps a journal and waits",
        name_, found.name);
    rolling = std::make_unique<RollingJournal>(found.list, trees_ / name_ / found.name);
    journal = rolling->path();
  }
  RenditionPlace place{name_, found.name, found.folder, found.has_journal, found.to_list};
  auto made = std::unique_ptr<Source>(
      new Source{found, std::move(rolling), JournalReader{journal}, BroadcastIndex{journal},
                 RenditionSync{std::move(place), rules_.split, rules_.marks, journal_}});
  return sources_.emplace(found.name, std::move(made)).first->second.get();
}

std::string StreamSync::best_now() const {
  if (record_)
    if (const auto chosen = tree::best_rendition(record_->renditions); !chosen.empty())
      return std::string{chosen};
  std::string chosen;
  std::uint64_t rate = 0;
  for (const auto& [name, source] : sources_) {
    const auto measured = measured_rate(source->found);
    if (!chosen.empty() && measured <= rate) continue;
    chosen = name;
    rate = measured;
  }
  return chosen;
}

std::string StreamSync::best(const std::string& id) {
  if (const auto known = best_.find(id); known != best_.end()) return known->second;
  const auto note = fmt::format("best/{}/{}", name_, id);
  auto chosen = journal_.note(note).value_or("");
  if (chosen.empty()) {
    chosen = best_now();
    // Of one that is over the best may have been another.
    const auto has = [&](const std::string& rendition) {
      const auto found = sources_.find(rendition);
      return found != sources_.end() && found->second->found.has_journal &&
             found->second->index.first(id);
    };
    const bool goes_on = record_ && record_->id == id;
    if (record_ && !goes_on && !has(chosen)) {
      const auto other =
          std::ranges::find_if(sources_, [&](const auto& entry) { return has(entry.first); });
      if (other != sources_.end()) chosen = other->first;
    }
    journal_.set_note(note, chosen);
  }
  return best_.emplace(id, chosen).first->second;
}

bool StreamSync::wants(const std::string& rendition, const std::string& id) {
  if (rules_.rendition == "all") return true;
  if (rules_.rendition != "best") return rendition == rules_.rendition;
  // Trees without a journal have ids of their own in each rendition.
  if (const auto found = sources_.find(rendition);
      found != sources_.end() && found->second->rolling)
    return best("") == rendition;
  return best(id) == rendition;
}

void StreamSync::take(Source& source, JournalEntry entry) {
  if (entry.begins || source.reading.empty()) {
    source.reading = broadcast_of(entry);
    source.wanted = wants(source.found.name, source.reading);
    source.unwanted = source.unwanted || !source.wanted;
    if (source.wanted) begin(source, entry);
  }
  if (source.wanted) source.sync.take(std::move(entry));
}

bool StreamSync::is_several(const std::string& id) {
  if (several_.contains(id)) return true;
  const auto note = fmt::format("several/{}/{}", name_, id);
  bool is = journal_.note(note).has_value();
  if (!is && rules_.rendition == "all") {
    const bool declared = record_ && record_->id == id && record_->renditions.size() > 1;
    is = declared || (sources_.size() > 1 && 1 < std::ranges::count_if(sources_, [&](auto& entry) {
                                               return entry.second->index.first(id).has_value();
                                             }));
    if (is && rules_.marks) journal_.set_note(note, "1");
  }
  if (is) several_.insert(id);
  return is;
}

/// A broadcast in one of its renditions.
void StreamSync::begin(Source& source, JournalEntry& entry) {
  const auto& id = source.reading;
  if (!is_several(id)) {
    source.single.insert(id);
    return;
  }
  source.sync.nest(id);
  for (const auto& [name, other] : sources_) {
    if (other.get() == &source || !other->single.contains(id)) continue;
    const auto* known = other->sync.find(id);
    take_back_playlists(id, known == nullptr ? 0 : known->list.end_mark().volume);
    read_again(*other);
  }
  if (source.found.has_journal && source.sync.find(id) == nullptr) add_beginning(source, entry);
}

/// Players take all renditions for equally long: what was before a rung came is a gap in it.
void StreamSync::add_beginning(Source& source, JournalEntry& entry) {
  const auto& id = source.reading;
  const auto number = number_of(entry.segment);
  const Source* first = nullptr;
  auto least = number;
  for (const auto& [name, other] : sources_) {
    if (other.get() == &source || !other->found.has_journal) continue;
    const auto its = other->index.first(id).value_or(0);
    if (its == 0 || its >= least) continue;
    least = its;
    first = other.get();
  }
  if (first == nullptr) return;
  auto beginning = beginning_before(first->found.folder / tree::journal_name, id, number);
  entry.segment.discontinuity = entry.segment.discontinuity || beginning.discontinuity;
  for (auto& gap : beginning.gaps)
    source.sync.take({id, {}, {}, std::move(gap)});
}

/// It has playlists of its own from now on, with all of it.
void StreamSync::read_again(Source& source) {
  source.sync.again();
  source.reader = JournalReader{source.rolling ? source.rolling->path()
                                               : source.found.folder / tree::journal_name};
  source.reading.clear();
  source.single.clear();
  source.more = source.news = true;
}

/// What stands at their keys is a rendition's own, and will be what chooses between several.
void StreamSync::take_back_playlists(const std::string& id, std::size_t volumes) {
  for (std::size_t number = 1; number <= volumes; ++number) {
    const auto found = puts_.find(fmt::format("{}/{}", name_, vod_name(id, number)));
    if (found == puts_.end()) continue;
    const bool in_hand = found->second.in_hand;
    found->second = {};
    found->second.in_hand = found->second.stale = in_hand;
  }
}

void StreamSync::read(Source& source) {
  std::vector<JournalEntry> entries;
  for (;;) {
    source.more = source.sync.waiting() >= most_waiting;
    source.cut = source.cut || source.more;
    if (source.more) return;
    const auto news = source.reader.read(entries);
    if (news == JournalReader::News::anew) {
      live::log::warn("{}/{}: its journal is another one now; reading it from its begin", name_,
                      source.found.name);
      auto place = source.sync.place();
      source.sync = RenditionSync{std::move(place), rules_.split, rules_.marks, journal_};
      source.reading.clear();
      source.single.clear();
      entries.clear();
      continue;
    }
    const bool wrong = news == JournalReader::News::wrong;
    if (wrong && !std::exchange(source.complained, true))
      live::log::error("{}/{}: its journal cannot be read on: {}", name_, source.found.name,
                       source.reader.why());
    source.complained = wrong;
    if (news != JournalReader::News::entries) return;
    for (auto& entry : entries)
      take(source, std::move(entry));
    entries.clear();
    source.news = true;
  }
}

/// For `best` what is the best now stays until it is uploaded, in broadcasts of which another one was the best, too.
bool StreamSync::is_held_as_best(const Source& source) const {
  if (!rules_.marks || rules_.rendition != "best" || !source.found.has_journal) return false;
  const auto chosen = record_ ? tree::best_rendition(record_->renditions) : std::string_view{};
  const bool is = chosen.empty() || chosen == source.found.name;
  return is && !is_held_by_name(folder_.parent_path(), source.found.name);
}

/// Nobody will upload that.
void StreamSync::spare_unwanted(Source& source) {
  if (!source.unwanted || !is_held_as_best(source)) {
    source.spared.reset();
    return;
  }
  if (!source.spared) {
    source.spared.emplace(source.found.folder / tree::journal_name);
    source.sparing.clear();
  }
  std::vector<JournalEntry> entries;
  while (source.spared->read(entries) == JournalReader::News::entries) {
    for (const auto& entry : entries)
      spare(source, entry);
    entries.clear();
  }
  const bool over = !record_ || record_->id != source.sparing ||
                    record_->state == tree::StreamRecord::State::ended;
  if (over && !source.sparing.empty() && !wants(source.found.name, source.sparing))
    source.sync.spare(vod_name(source.sparing, 1));
}

void StreamSync::spare(Source& source, const JournalEntry& entry) {
  if (entry.begins || source.sparing.empty()) {
    if (!source.sparing.empty() && !wants(source.found.name, source.sparing))
      source.sync.spare(vod_name(source.sparing, 1));
    source.sparing = entry.begins.value_or("unnamed");
  }
  if (wants(source.found.name, source.sparing)) return;
  const auto name = [&](const std::string& uri) {
    if (tree::is_plain_name(uri) && mark_of(source.found.folder / uri)) source.sync.spare(uri);
  };
  if (entry.segment.map) name(entry.segment.map->uri);
  name(entry.segment.uri);
}

/// A rendition that was asked for by its name: that it is not there may be a slip of who asked.
void StreamSync::tell_absent(const FoundStream& found) {
  if (rules_.rendition == "all" || rules_.rendition == "best") return;
  const auto is_it = [&](const auto& one) { return one.name == rules_.rendition; };
  const bool absent = record_ ? std::ranges::none_of(record_->renditions, is_it)
                              : std::ranges::none_of(found.renditions, is_it);
  if (absent && !absent_)
    live::log::warn("{}: has no rendition {}: nothing of it is uploaded, and all of it is kept",
                    name_, rules_.rendition);
  absent_ = absent;
}

/// Of trees without a journal.
std::vector<std::string> StreamSync::ids_of_others(const Source& source) const {
  std::vector<std::string> out;
  for (const auto& [name, other] : sources_)
    if (other.get() != &source && other->rolling && !other->rolling->id().empty())
      out.push_back(other->rolling->id());
  return out;
}

void StreamSync::describe(Source& source) {
  const auto mark = mark_of(source.found.list);
  if (!mark || *mark == source.list_mark) return;
  const auto list = read_list(source.found.list);
  if (!list) return;
  source.list_mark = *mark;
  source.list_ended = list->ended;
  source.sync.describe(list->target_duration, list->independent_segments);
}

void StreamSync::note_unnamed(Source& source, live::Monotonic now) {
  std::vector<std::string> gone;
  for (const auto& [uri, key] : source.sync.safe_files()) {
    if (source.rolling->named().contains(uri)) {
      source.unnamed.erase(uri);
      continue;
    }
    const auto [entry, fresh] = source.unnamed.try_emplace(uri, now);
    // Its writer deletes it soon, or never.
    const bool look = now - entry->second < 2 * unnamed_for;
    if (!fresh && look && !mark_of(source.found.folder / uri)) gone.push_back(uri);
  }
  for (const auto& uri : gone) {
    source.sync.forget_file(uri);
    source.unnamed.erase(uri);
  }
}

void StreamSync::scan(const FoundStream& found, live::Monotonic now, live::WallClock wall) {
  gone_.reset();
  wall_ = wall;
  // In this order: what says that a broadcast is over is written behind its last entry.
  record_ = found.record;
  folder_ = found.folder;
  const bool locked = is_locked(found);
  tell_absent(found);
  std::vector<Source*> there;
  for (const auto& rendition : found.renditions)
    there.push_back(source(rendition));
  // The lists first: they end behind the last entry.
  for (auto* source : there) {
    source->sync.retry();
    source->cut = false;
    describe(*source);
    if (source->rolling) source->rolling->look(ids_of_others(*source));
  }
  for (auto* source : there)
    read(*source);
  for (auto* source : there) {
    if (source->more) read(*source);  // one that was read after it may have made it begin again
    if (source->rolling) note_unnamed(*source, now);
    spare_unwanted(*source);
  }
  judge(locked, now, wall);
  scanned_ = true;
  flush();
}

bool StreamSync::leave(live::Monotonic now) {
  if (!gone_) gone_ = now;
  if (now - *gone_ < rules_.resume) return false;
  bool left = true;
  for (const auto& [name, source] : sources_) {
    source->sync.retry();
    source->sync.over(source->sync.current());
    left = left && source->sync.broadcasts().empty();
  }
  return left;
}

void StreamSync::judge(bool locked, live::Monotonic now, live::WallClock wall) {
  const auto current_is_begun = [&](const Source& but) {
    return std::ranges::any_of(sources_, [&](const auto& entry) {
      return entry.second.get() != &but && entry.second->reading == record_->id;
    });
  };
  for (const auto& [name, source] : sources_) {
    const auto id = source->sync.current();
    if (std::exchange(source->news, false)) source->changed = now;
    if (id.empty() || source->more) continue;
    const auto mark =
        mark_of(source->rolling ? source->found.list : source->found.folder / tree::journal_name);
    const auto resume = source->rolling || !record_ ? rules_.resume : record_->resume;
    // By the file's time; and while we look, by our own, which no clock that is set disturbs.
    const bool silent =
        mark && wall - written_at(*mark) > resume && (!scanned_ || now - source->changed > resume);
    bool over = source->list_ended && (source->rolling || (!locked && silent));
    if (source->rolling) {
      if (silent && !std::exchange(over, true)) source->rolling->silent();
    } else if (record_) {
      over = over || (record_->state == tree::StreamRecord::State::ended && record_->id == id) ||
             (record_->id != id && current_is_begun(*source)) || (!locked && silent);
    } else {
      over = over || (!locked && silent);
    }
    if (over) source->sync.over(id);
  }
}

void StreamSync::want(std::size_t most, std::vector<Item>& out) {
  for (const auto& [name, source] : sources_) {
    const auto has_room = [&] { return source->more && source->sync.waiting() < most_waiting / 2; };
    const auto before = out.size();
    do {
      if (has_room()) read(*source);
      source->sync.want(most, out);
    } while (out.size() == before && has_room());
  }
}

bool StreamSync::was_cut() const {
  return std::ranges::any_of(
      sources_, [](const auto& entry) { return entry.second->cut && !entry.second->more; });
}

bool StreamSync::settle(const std::string& key, Outcome outcome) {
  return std::ranges::any_of(
      sources_, [&](const auto& entry) { return entry.second->sync.settle(key, outcome); });
}

void StreamSync::leavings(live::Monotonic now, live::WallClock wall,
                          std::vector<Candidate>& out) const {
  for (const auto& [name, source] : sources_) {
    for (const auto& [uri, since] : source->unnamed) {
      const auto found = source->sync.safe_files().find(uri);
      if (found == source->sync.safe_files().end()) continue;
      const auto path = source->found.folder / uri;
      const auto mark = mark_of(path);
      if (!mark) continue;
      // A run that is over soon has only the file's time to go by: it is older than the list and that.
      const auto list = mark_of(source->found.list);
      const bool long_ago = list && written_at(*list) - written_at(*mark) > 4 * unnamed_for &&
                            wall > written_at(*list);
      if (now - since < unnamed_for && !long_ago) continue;
      const auto entry = journal_.stored(found->second);
      Candidate one{found->second, path, *mark, {}};
      if (entry && entry->mark == *mark) one.uploaded = entry->verified;
      out.push_back(std::move(one));
    }
  }
}

bool StreamSync::left(const std::string& key) {
  const auto uri = key.substr(key.rfind('/') + 1);
  for (const auto& [name, source] : sources_) {
    const auto found = source->sync.safe_files().find(uri);
    if (found == source->sync.safe_files().end() || found->second != key) continue;
    source->sync.forget_file(uri);
    source->unnamed.erase(uri);
    return true;
  }
  return false;
}

void StreamSync::flush() {
  for (const auto& [name, source] : sources_)
    source->sync.flush();
}

void StreamSync::add_to(TreeSync::Backlog& backlog) const {
  for (const auto& [name, source] : sources_) {
    const auto waiting = source->sync.waiting();
    backlog.files += waiting;
    backlog.bytes += source->sync.waiting_bytes();
    backlog.lost += source->sync.lost() + (source->rolling ? source->rolling->missed() : 0);
    if (const auto oldest = source->sync.oldest())
      backlog.oldest = std::min(*oldest, backlog.oldest.value_or(*oldest));
    for (const auto& broadcast : source->sync.broadcasts())
      backlog.playlists += is_behind(*source, broadcast) ? 1 : 0;
    backlog.unfit += source->complained ? 1 : 0;
  }
  backlog.unfit += absent_ ? 1 : 0;
  for (const auto& [key, put] : puts_)
    if (put.behind) backlog.oldest = std::min(*put.behind, backlog.oldest.value_or(*put.behind));
}

std::map<std::string, bool> StreamSync::chosen() const {
  std::map<std::string, bool> out;
  if (rules_.rendition != "best") return out;
  const auto now = record_ ? tree::best_rendition(record_->renditions) : std::string_view{};
  for (const auto& [name, source] : sources_)
    if (source->found.has_journal && !source->sync.broadcasts().empty())
      out[name] = now.empty() || now == name;
  return out;
}

std::vector<fs::path> StreamSync::folders() const {
  std::vector<fs::path> out{folder_};
  for (const auto& [name, source] : sources_)
    if (source->found.folder != folder_) out.push_back(source->found.folder);
  return out;
}

}  // namespace s3_dvr_sync

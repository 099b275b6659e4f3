#include "tools/abr-hls/resume.hpp"

#include "common/hls/window.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace abr_hls {

namespace hls = live::hls;
namespace tree = live::tree;
using live::Us;

namespace {

using Kind = tree::FileName::Kind;

/// A list that lacks more segments than this at its end was left behind long ago, and nobody plays it.
constexpr std::uint64_t most_missing = 30;

/// A server may have told players what comes behind the last segment (EXT-X-PRELOAD-HINT).  Of this writer it would be another
/// time line and another init segment, which a player that takes it for what it was does not notice: that number stays unused.
constexpr std::uint64_t hinted = 1;

/// Beyond it nothing is counted on from (man 5 hls-tree): milliseconds since 1970 do not come so far.
constexpr std::uint64_t most_counted = 1ULL << 53U;

std::uint64_t number_of(const std::string& name) {
  const auto parsed = tree::parse_file_name(name);
  return parsed && parsed->number < most_counted ? parsed->number : 0;
}

/// Of whatever bears a name in this folder.
std::uint64_t highest_number(const Found& found) {
  std::uint64_t highest = 0;
  for (const auto& rendition : found.renditions) {
    for (const auto& name : rendition.files)
      highest = std::max(highest, number_of(name));
    for (const auto& segment : rendition.journal)
      highest = std::max(highest, number_of(segment.uri));
    if (!rendition.list) continue;
    for (const auto& segment : rendition.list->segments)
      highest = std::max(highest, number_of(segment.uri));
    for (const auto& part : rendition.list->parts)
      highest = std::max(highest, number_of(part.uri));
  }
  return highest;
}

std::uint64_t end_of(const hls::MediaPlaylist& list) {
  return list.media_sequence + list.segments.size();
}

std::uint64_t milliseconds(live::WallClock time) {
  return static_cast<std::uint64_t>(
      std::chrono::floor<std::chrono::milliseconds>(time.time_since_epoch()).count());
}

/// MPEG-TS cannot stand behind an EXT-X-MAP in one list.
bool is_of(const hls::MediaPlaylist& list, tree::Container container) {
  return std::ranges::all_of(list.segments, [&](const hls::Segment& segment) {
    const auto name = tree::parse_file_name(segment.uri);
    return !name || name->container == container;
  });
}

/// The id of the broadcast that may go on; empty: none may.
std::string broadcast_to_resume(const Found& found, const ResumeWish& wish) {
  if (!found.last_written || found.now - *found.last_written > wish.resume) return {};
  if (found.record && found.record->state == tree::StreamRecord::State::ended) return {};
  bool any = false;
  std::string id;
  for (const auto& rendition : found.renditions) {
    if (!rendition.list) continue;
    const auto& list = *rendition.list;
    const bool grows = list.type == hls::MediaPlaylist::Type::event;
    if (list.ended || grows != wish.record || !is_of(list, wish.container)) return {};
    any = any || !rendition.list->segments.empty() || !rendition.list->parts.empty();
    if (id.empty()) id = rendition.journal_broadcast;
  }
  if (!any) return {};
  return found.record ? found.record->id : id;
}

/// One rendition's list, made to say what is true.
class Mender {
 public:
  Mender(const FoundRendition& found, const std::string& broadcast)
      : found_(found), list_(*found.list) {
    plan_.name = found.name;
    plan_.journal_broadcast = found.journal_broadcast;
    const bool same = found.journal_broadcast == broadcast;
    if (same) catch_up();
    mark_damage();
    adopt_parts();
    if (same || found.journal_broadcast.empty()) find_unjournaled();
  }

  [[nodiscard]] const hls::MediaPlaylist& list() const { return list_; }
  [[nodiscard]] const std::optional<Join>& join() const { return join_; }

  /// What this rendition lacks and another one has.
  void add_gap(const hls::Segment& other) {
    hls::Segment segment;
    segment.uri = other.uri;
    segment.duration = other.duration;
    segment.program_date_time = other.program_date_time;
    segment.discontinuity = other.discontinuity && !list_.segments.empty();
    segment.gap = true;
    if (!list_.segments.empty()) segment.map = list_.segments.back().map;
    plan_.journal_lacks.push_back(segment);
    list_.segments.push_back(std::move(segment));
  }
  /// What was not finished here, and another one has whole: a gap as long as that, so that all have the same boundaries.
  void give_up_open(live::Us duration) {
    auto& open = list_.segments.back();
    open.duration = duration;
    open.gap = true;
    open.parts.clear();
    join_.reset();
    if (!plan_.journal_lacks.empty() && plan_.journal_lacks.back().uri == open.uri)
      plan_.journal_lacks.back() = open;
  }
  Plan::Rendition take() {
    plan_.list = std::move(list_);
    return std::move(plan_);
  }

 private:
  [[nodiscard]] bool is_damaged(const std::string& uri) const {
    return found_.damaged.contains(uri);
  }
  [[nodiscard]] bool is_damaged(const std::optional<hls::Map>& map) const {
    return map && is_damaged(map->uri);
  }

  /// Segments stand in the journal before they are listed.
  void catch_up() {
    const auto& journal = found_.journal;
    if (list_.segments.empty()) return;
    auto behind = std::ranges::find(journal, list_.segments.back().uri, &hls::Segment::uri);
    if (behind == journal.end()) return;
    for (++behind; behind != journal.end(); ++behind) {
      auto segment = *behind;
      segment.others.clear();
      // Of its parts the last ones were not listed yet: better none than a part of them.
      if (!list_.parts.empty() && number_of(list_.parts.front().uri) == number_of(segment.uri))
        list_.parts.clear();
      list_.segments.push_back(std::move(segment));
    }
  }

  void mark_damage() {
    for (auto& segment : list_.segments) {
      segment.gap = segment.gap || is_damaged(segment.uri) || is_damaged(segment.map);
      const bool parts_damaged = std::ranges::any_of(
          segment.parts, [&](const hls::Part& part) { return !part.gap && is_damaged(part.uri); });
      if (segment.gap || parts_damaged) segment.parts.clear();
    }
  }

  /// A segment that was not finished ends with its last part: whoever has played that goes on behind it.
  void adopt_parts() {
    auto parts = std::exchange(list_.parts, {});
    if (!parts.empty()) {
      hls::Segment segment;
      segment.discontinuity = list_.parts_discontinuity;
      segment.map = list_.parts_map;
      segment.program_date_time = list_.parts_date_time;
      for (const auto& part : parts)
        segment.duration += part.duration;
      auto name = tree::parse_file_name(parts.front().uri).value_or(tree::FileName{});
      name.kind = Kind::segment;
      segment.uri = tree::to_text(name);
      segment.gap =
          is_damaged(list_.parts_map) || std::ranges::any_of(parts, [&](const hls::Part& part) {
            return part.gap || is_damaged(part.uri);
          });
      if (!segment.gap) {
        join_ = Join{found_.name, segment.uri, {}};
        for (const auto& part : parts)
          join_->parts.push_back(part.uri);
        segment.parts = std::move(parts);
      }
      list_.segments.push_back(std::move(segment));
    }
    list_.parts_discontinuity = false;
    list_.parts_map.reset();
    list_.parts_date_time.reset();
    list_.parts_others.clear();
  }

  void find_unjournaled() {
    const auto last = found_.journal.empty() ? 0 : number_of(found_.journal.back().uri);
    std::ranges::copy_if(list_.segments, std::back_inserter(plan_.journal_lacks),
                         [&](const hls::Segment& s) { return number_of(s.uri) > last; });
  }

  const FoundRendition& found_;
  hls::MediaPlaylist list_;
  std::optional<Join> join_;
  Plan::Rendition plan_;
};

const hls::Segment* segment_at(const std::vector<Mender>& menders, std::uint64_t sequence) {
  for (const auto& mender : menders) {
    const auto& list = mender.list();
    if (sequence >= list.media_sequence && sequence < end_of(list))
      return &list.segments[sequence - list.media_sequence];
  }
  return nullptr;
}

/// Who goes beyond a segment has all of it.
void give_up_open(std::vector<Mender>& menders, std::uint64_t end) {
  for (auto& mender : menders) {
    const auto behind = end_of(mender.list());
    if (!mender.join() || behind == end) continue;
    for (const auto& other : menders) {
      const auto& list = other.list();
      if (end_of(list) == end && behind > list.media_sequence) {
        mender.give_up_open(list.segments[behind - 1 - list.media_sequence].duration);
        break;
      }
    }
  }
}

void resume_lists(Plan& plan, const Found& found) {
  std::vector<Mender> menders;
  for (const auto& rendition : found.renditions) {
    if (rendition.list) menders.emplace_back(rendition, plan.id);
  }
  for (const auto& mender : menders) {
    plan.next_sequence = std::max(plan.next_sequence, end_of(mender.list()));
    plan.discontinuities =
        std::max(plan.discontinuities, hls::discontinuities_at_end(mender.list()));
    if (mender.list().segments.empty()) continue;
    const auto& last = mender.list().segments.back();
    if (last.program_date_time)
      plan.ends = std::max(plan.ends, *last.program_date_time + last.duration);
  }
  give_up_open(menders, plan.next_sequence);
  for (auto& mender : menders) {
    auto missing = plan.next_sequence - end_of(mender.list());
    for (; missing <= most_missing && missing > 0; --missing) {
      const auto* other = segment_at(menders, end_of(mender.list()));
      if (other == nullptr) break;
      mender.add_gap(hls::Segment{*other});
    }
  }
  for (auto& mender : menders) {
    const bool up_to_date = end_of(mender.list()) == plan.next_sequence;
    if (mender.join() && up_to_date) plan.joins.push_back(*mender.join());
    plan.renditions.push_back(mender.take());
    if (!up_to_date) plan.renditions.back().list.reset();
  }
  for (const auto& rendition : found.renditions) {
    if (!rendition.list)
      plan.renditions.push_back({rendition.name, {}, rendition.journal_broadcast, {}});
  }
}

/// All files that the lists of `plan` do not name.
void sort_files(Plan& plan, const Found& found) {
  for (const auto& rendition : found.renditions) {
    std::set<std::string> named;
    std::uint64_t newest = 0;
    const auto planned = std::ranges::find(plan.renditions, rendition.name, &Plan::Rendition::name);
    if (planned != plan.renditions.end() && planned->list) {
      for (const auto& segment : planned->list->segments) {
        if (!segment.gap) named.insert(segment.uri);
        if (segment.map) named.insert(segment.map->uri);
        for (const auto& part : segment.parts)
          named.insert(part.uri);
      }
    }
    for (const auto& segment : rendition.journal)
      newest = std::max(newest, number_of(segment.uri));
    if (rendition.list) {
      for (const auto& segment : rendition.list->segments)
        newest = std::max(newest, number_of(segment.uri));
      for (const auto& part : rendition.list->parts)
        newest = std::max(newest, number_of(part.uri));
    }
    for (const auto& name : rendition.files) {
      if (named.contains(name)) continue;
      auto& out = number_of(name) > newest ? plan.leftovers : plan.old;
      out.push_back({rendition.name, name});
    }
  }
}

}  // namespace

Plan decide(const Found& found, const ResumeWish& wish) {
  Plan plan;
  const auto highest = highest_number(found);
  plan.next_number = highest > 0 ? highest + 1 + hinted : milliseconds(found.now);
  if (found.record) plan.recorded = found.record->renditions;
  plan.was_recorded = found.record && found.record->record;
  plan.id = broadcast_to_resume(found, wish);
  plan.resumed = !plan.id.empty();
  const bool fresh = !wish.id.empty() && !found.broadcasts.contains(wish.id);
  plan.next_id = fresh && wish.id != plan.id ? wish.id : wish.random_id;
  plan.started = plan.resumed && found.record ? found.record->started : found.now;
  if (plan.resumed) {
    resume_lists(plan, found);
  } else {
    plan.id = plan.next_id;
    plan.next_sequence = milliseconds(found.now);
    for (const auto& rendition : found.renditions) {
      plan.renditions.push_back({rendition.name, {}, rendition.journal_broadcast, {}});
      if (!rendition.list) continue;
      const auto unfinished = rendition.list->parts.empty() ? 0U : 1U;
      plan.next_sequence = std::max(plan.next_sequence, end_of(*rendition.list) + unfinished + 1);
      plan.discontinuities =
          std::max(plan.discontinuities, hls::discontinuities_at_end(*rendition.list) +
                                             (rendition.list->parts_discontinuity ? 2 : 1));
    }
  }
  sort_files(plan, found);
  return plan;
}

}  // namespace abr_hls

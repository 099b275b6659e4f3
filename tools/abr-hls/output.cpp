#include "tools/abr-hls/output.hpp"

#include "common/base/failure.hpp"
#include "common/base/log.hpp"
#include "common/tree/lock.hpp"
#include "common/tree/stream_record.hpp"
#include "tools/abr-hls/disk.hpp"
#include "tools/abr-hls/disposal.hpp"
#include "tools/abr-hls/options.hpp"
#include "tools/abr-hls/part_target.hpp"
#include "tools/abr-hls/rendition_tree.hpp"
#include "tools/abr-hls/segmenter.hpp"
#include "tools/abr-hls/start.hpp"
#include "tools/abr-hls/stats.hpp"
#include "tools/abr-hls/wall_line.hpp"

#include <algorithm>
#include <deque>
#include <map>
#include <utility>

namespace abr_hls {

namespace hls = live::hls;
namespace tree = live::tree;
using live::Us;

namespace {

constexpr std::chrono::seconds lock_patience{5};

tree::Lock take_lock(const std::filesystem::path& folder) {
  auto lock = tree::Lock::take(folder, lock_patience);
  if (!lock)
    live::fail(live::Exit::try_again, "lock {}: another program writes this stream",
               folder.string());
  return std::move(*lock);
}

/// ROOT/<stream>, whatever stands behind it: ROOT is where the hold is.
std::filesystem::path plain(const std::filesystem::path& folder) {
  auto out = std::filesystem::absolute(folder).lexically_normal();
  return out.has_filename() ? out : out.parent_path();
}

}  // namespace

class Output::State {
 public:
  State(const Options& options, Stats& stats)
      : options_(options),
        stats_(stats),
        folder_(plain(options.folder)),
        lock_(take_lock(folder_)),
        disk_(stats, options.disk_timeout),
        disposal_(folder_, {options.record, options.min_free}, stats),
        plan_(start(folder_, options, disk_, disposal_)),
        discontinuity_(plan_.resumed) {
    wall.not_before(plan_.ends);
    for (auto& rendition : plan_.renditions) {
      if (!rendition.list) continue;
      begin_tree(rendition.name, std::move(*rendition.list)).publish();
      rendition.list.reset();
    }
  }

  [[nodiscard]] Us least_part_target() const;
  void epoch(std::vector<RenditionInfo> renditions);
  void cut(const Cut& cut, const Targets& targets);
  void push(std::size_t rendition, bool video, Sample sample);
  void reached(std::size_t rendition, bool video, std::int64_t at);
  void give_up(std::size_t rendition);
  void take_back(std::size_t rendition, std::int64_t at);
  void finish(How how);
  void tick(live::Monotonic now);

  WallLine wall;

 private:
  /// A rendition of the epoch.
  struct Active {
    RenditionInfo info;
    std::optional<Segmenter> segmenter;  ///< nothing: it has nothing in this epoch
    RenditionTree* tree = nullptr;       ///< from its first segment on
    bool fresh = true;                   ///< the tree does not know of the epoch yet
  };
  /// A segment of all renditions, from its cut until all have listed it.
  struct Shared {
    Cut cut;
    bool discontinuity = false;
    std::optional<SegmentFacts> facts;  ///< from the first one that has it
    std::uint64_t discontinuities = 0;  ///< before it, its own included
    Us duration{};
  };

  [[nodiscard]] bool fits(const Targets& targets) const;
  void begin(const Targets& targets);
  void drop_stale_lists();
  void drain();
  void drain(Active& active);
  void put(Active& active, Piece piece);
  Shared& share(std::uint64_t ordinal);
  void fill_gaps(bool all);
  void fill_gaps(RenditionTree& behind);
  [[nodiscard]] bool is_active(const RenditionTree& one) const;
  RenditionTree& tree_of(Active& active, const Shared& segment);
  RenditionTree& begin_tree(const std::string& name, hls::MediaPlaylist list);
  void write_record(tree::StreamRecord::State state);
  void end_epoch();
  void forget_shared();

  const Options& options_;
  Stats& stats_;
  std::filesystem::path folder_;
  tree::Lock lock_;
  Disk disk_;
  Disposal disposal_;
  Plan plan_;
  std::map<std::string, RenditionTree> trees_;
  std::vector<Active> active_;
  Targets targets_;
  std::deque<Shared> shared_;
  std::uint64_t first_shared_ = 0;  ///< ordinal of shared_.front()
  bool discontinuity_ = false;      ///< before the next segment
  bool begun_ = false;              ///< a segment was cut
  bool record_due_ = false;
  bool stale_lists_gone_ = false;
};

void Output::State::epoch(std::vector<RenditionInfo> renditions) {
  end_epoch();
  if (begun_) discontinuity_ = true;
  active_.clear();
  for (auto& info : renditions) {
    auto& active = active_.emplace_back();
    if (info.video || info.audio)
      active.segmenter.emplace(info.video.has_value(), info.audio ? info.audio->sample_rate : 0);
    if (const auto found = trees_.find(info.name); found != trees_.end())
      active.tree = &found->second;
    active.info = std::move(info);
  }
  record_due_ = true;
}

/// Those with sound alone, or fewer pictures, have a longer one than the cuts were made for.
Us Output::State::least_part_target() const {
  std::optional<Us> least;
  for (const auto& [name, one] : trees_) {
    const auto target = one.list().part_target;
    if (target && (!least || *target < *least)) least = target;
  }
  return least.value_or(Us{});
}

/// What is open is closed, and all lists end with the same segment.
void Output::State::end_epoch() {
  for (auto& active : active_) {
    if (active.segmenter) active.segmenter->end();
  }
  drain();
  fill_gaps(true);
  for (auto& [name, one] : trees_)
    one.publish();
  first_shared_ += shared_.size();
  shared_.clear();
}

void Output::State::cut(const Cut& cut, const Targets& targets) {
  if (!begun_) begin(targets);
  targets_ = targets;
  if (!begun_ && !cut.segment) return;
  if (cut.segment) {
    shared_.push_back(
        {cut, std::exchange(discontinuity_, false) || (begun_ && cut.discontinuity), {}, 0, {}});
    begun_ = true;
  }
  if (shared_.empty()) return;
  for (auto& active : active_) {
    if (active.segmenter) active.segmenter->cut(cut, first_shared_ + shared_.size() - 1);
  }
  drain();
}

bool Output::State::fits(const Targets& targets) const {
  return std::ranges::all_of(trees_,
                             [&](const auto& entry) {
                               return entry.second.list().target_duration >= targets.segment;
                             }) &&
         std::ranges::all_of(active_, [&](const Active& active) {
           return active.tree == nullptr ||
                  part_target_stays(active.tree->list().part_target.value_or(Us{}),
                                    part_target(active.info, targets));
         });
}

/// TARGETDURATION and PART-TARGET must not change (RFC 8216 §6.2.1): where they must, another broadcast begins.
void Output::State::begin(const Targets& targets) {
  if (fits(targets)) return;
  live::log::info("{}: segments or parts are not those of the list", folder_.string());
  for (auto& active : active_)
    active.tree = nullptr;
  const auto now = std::chrono::steady_clock::now();
  for (const auto& [name, one] : trees_) {
    const auto due = now + hls::duration_of(one.list()) + 2 * one.list().target_duration;
    for (const auto& segment : one.list().segments) {
      disposal_.add(name, segment.uri, due);
      if (segment.map) disposal_.add(name, segment.map->uri, due);
      for (const auto& part : segment.parts)
        disposal_.add(name, part.uri, due);
    }
  }
  trees_.clear();
  plan_.id = plan_.next_id;
  plan_.started = std::chrono::system_clock::now();
  const auto clock =
      std::chrono::floor<std::chrono::milliseconds>(plan_.started.time_since_epoch());
  plan_.next_sequence =
      std::max(plan_.next_sequence + 1, static_cast<std::uint64_t>(clock.count()));
  plan_.resumed = discontinuity_ = false;
  ++plan_.discontinuities;
}

/// Lists of another broadcast, which no rendition of this one has taken over: what they name goes.
void Output::State::drop_stale_lists() {
  if (std::exchange(stale_lists_gone_, true) || plan_.was_recorded || options_.record) return;
  for (const auto& rendition : plan_.renditions) {
    if (trees_.contains(rendition.name)) continue;
    if (std::ranges::any_of(
            active_, [&](const Active& active) { return active.info.name == rendition.name; }))
      continue;
    std::error_code ignored;
    std::filesystem::remove(folder_ / rendition.name / tree::media_playlist_name, ignored);
  }
}

void Output::State::push(std::size_t rendition, bool video, Sample sample) {
  auto& active = active_.at(rendition);
  if (!active.segmenter) return;
  active.segmenter->push(video, std::move(sample));
  drain(active);
}

void Output::State::reached(std::size_t rendition, bool video, std::int64_t at) {
  auto& active = active_.at(rendition);
  if (!active.segmenter) return;
  active.segmenter->reached(video, at);
  drain(active);
}

void Output::State::give_up(std::size_t rendition) {
  auto& active = active_.at(rendition);
  if (!active.segmenter) return;
  active.segmenter->give_up();
  drain(active);
}

void Output::State::take_back(std::size_t rendition, std::int64_t at) {
  if (auto& active = active_.at(rendition); active.segmenter) active.segmenter->take_back(at);
}

void Output::State::drain() {
  for (auto& active : active_)
    drain(active);
}

void Output::State::drain(Active& active) {
  if (!active.segmenter) return;
  bool any = false;
  while (auto piece = active.segmenter->next()) {
    put(active, std::move(*piece));
    any = true;
  }
  if (!any) return;
  active.tree->publish();
  drop_stale_lists();
  forget_shared();
}

void Output::State::put(Active& active, Piece piece) {
  if (std::exchange(record_due_, false)) write_record(tree::StreamRecord::State::live);
  auto& segment = share(piece.segment);
  auto& one = tree_of(active, segment);
  if (one.next_sequence() != segment.facts->sequence) return;
  const bool closes = piece.closes;
  one.put(std::move(piece), *segment.facts);
  if (!closes) return;
  segment.duration = std::max(segment.duration, one.list().segments.back().duration);
  fill_gaps(false);
}

/// What all renditions are to have in common of a segment is said by the first one that comes to it.
Output::State::Shared& Output::State::share(std::uint64_t ordinal) {
  auto& segment = shared_.at(ordinal - first_shared_);
  if (segment.facts) return segment;
  if (segment.discontinuity) ++plan_.discontinuities;
  segment.discontinuities = plan_.discontinuities;
  segment.facts =
      SegmentFacts{plan_.next_number++, plan_.next_sequence++,
                   wall.at(segment.cut.at, segment.discontinuity, std::chrono::system_clock::now()),
                   segment.discontinuity};
  return segment;
}

RenditionTree& Output::State::tree_of(Active& active, const Shared& segment) {
  if (active.tree == nullptr) {
    hls::MediaPlaylist list;
    list.target_duration = targets_.segment;
    list.media_sequence = segment.facts->sequence;
    list.discontinuity_sequence = segment.discontinuities;
    list.independent_segments = true;
    if (options_.record) list.type = hls::MediaPlaylist::Type::event;
    active.tree = &begin_tree(active.info.name, std::move(list));
  }
  if (std::exchange(active.fresh, false)) active.tree->epoch(active.info, targets_);
  return *active.tree;
}

RenditionTree& Output::State::begin_tree(const std::string& name, hls::MediaPlaylist list) {
  if (!options_.record) list.type = hls::MediaPlaylist::Type::live;
  RenditionTree::Begin begin{std::move(list), {}, {}};
  const auto found = std::ranges::find(plan_.renditions, name, &Plan::Rendition::name);
  if (found != plan_.renditions.end()) {
    begin.journal_broadcast = found->journal_broadcast;
    begin.journal_lacks = std::move(found->journal_lacks);
  }
  RenditionTree::Rules rules{folder_,
                             plan_.id,
                             container_of(options_),
                             {options_.window, options_.record},
                             options_.record};
  return trees_
      .try_emplace(name, std::move(rules), name, std::move(begin), disk_, disposal_, stats_)
      .first->second;
}

bool Output::State::is_active(const RenditionTree& one) const {
  return std::ranges::any_of(
      active_, [&](const Active& active) { return active.segmenter && active.tree == &one; });
}

/// Renditions that have nothing in this epoch list gaps, so that players see the time go on and take another one.  `all`:
/// those, too, that lack the end.
void Output::State::fill_gaps(bool all) {
  for (auto& [name, one] : trees_) {
    if (!all && is_active(one)) continue;
    fill_gaps(one);
    one.publish();
  }
}

void Output::State::fill_gaps(RenditionTree& behind) {
  for (const auto& segment : shared_) {
    if (segment.facts && segment.facts->sequence == behind.next_sequence() &&
        segment.duration > Us{})
      behind.gap(*segment.facts, segment.duration);
  }
}

/// Of the segments that all have listed.
void Output::State::forget_shared() {
  const auto listed = [&](const Shared& segment) {
    return segment.facts && std::ranges::all_of(active_, [&](const Active& active) {
             return !active.segmenter || (active.tree != nullptr &&
                                          active.tree->next_sequence() > segment.facts->sequence);
           });
  };
  while (shared_.size() > 1 && listed(shared_.front())) {
    shared_.pop_front();
    ++first_shared_;
  }
}

void Output::State::write_record(tree::StreamRecord::State state) {
  tree::StreamRecord record;
  record.id = plan_.id;
  record.started = plan_.started;
  record.state = state;
  record.record = options_.record || plan_.was_recorded;
  record.resume = options_.resume;
  for (const auto& active : active_) {
    if (active.segmenter)
      record.renditions.push_back({active.info.name, active.info.peak,
                                   active.info.video.has_value(), active.info.audio.has_value()});
  }
  if (active_.empty()) record.renditions = plan_.recorded;
  disposal_.ladder(record.renditions);
  record_due_ = tree::write_stream_record(folder_, record) == tree::Written::full;
}

void Output::State::finish(How how) {
  end_epoch();
  for (auto& [name, one] : trees_) {
    if (how == How::ended) one.end();
    one.publish();
  }
  if (how == How::ended && !trees_.empty()) write_record(tree::StreamRecord::State::ended);
}

void Output::State::tick(live::Monotonic now) {
  disposal_.tick(now);
  for (auto& [name, one] : trees_)
    one.publish();
  disk_.look(folder_);
  disk_.check();
}

Output::Output(const Options& options, Stats& stats)
    : state_(std::make_unique<State>(options, stats)) {}
Output::~Output() = default;
Us Output::listed_part_target() const { return state_->least_part_target(); }
void Output::epoch(std::vector<RenditionInfo> renditions) { state_->epoch(std::move(renditions)); }
void Output::cut(const Cut& cut, const Targets& targets) { state_->cut(cut, targets); }
void Output::push(std::size_t rendition, bool video, Sample sample) {
  state_->push(rendition, video, std::move(sample));
}
void Output::reached(std::size_t rendition, bool video, std::int64_t at) {
  state_->reached(rendition, video, at);
}
void Output::give_up(std::size_t rendition) { state_->give_up(rendition); }
void Output::take_back(std::size_t rendition, std::int64_t at) { state_->take_back(rendition, at); }
void Output::clock(std::int64_t pts_90k, live::WallClock wall) { state_->wall.note(pts_90k, wall); }
void Output::finish(How how) { state_->finish(how); }
void Output::tick(live::Monotonic now) { state_->tick(now); }

}  // namespace abr_hls

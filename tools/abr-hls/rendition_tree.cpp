#include "tools/abr-hls/rendition_tree.hpp"

#include "tools/abr-hls/part_target.hpp"
#include "tools/abr-hls/stats.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include <fmt/format.h>

namespace abr_hls {

namespace hls = live::hls;
namespace tree = live::tree;
using live::Us;

namespace {

Us to_us(std::int64_t ticks) { return std::chrono::duration_cast<Us>(live::Ticks90k{ticks}); }

}  // namespace

RenditionTree::RenditionTree(Rules rules, std::string name, Begin begin, Disk& disk,
                             Disposal& disposal, Stats& stats)
    : rules_(std::move(rules)),
      name_(std::move(name)),
      folder_(rules_.folder / name_),
      disk_(disk),
      disposal_(disposal),
      stats_(stats),
      window_(rules_.window, std::move(begin.list)),
      journal_broadcast_(std::move(begin.journal_broadcast)) {
  const auto mine = std::ranges::find(stats_.renditions, name_, &RenditionStats::name);
  if (mine != stats_.renditions.end()) mine_ = &*mine;
  window_.version(rules_.container == tree::Container::ts ? 3 : 6);
  if (!list().segments.empty()) {
    map_ = list().segments.back().map;
    changed_ = urgent_ = true;
  }
  for (const auto& segment : begin.journal_lacks)
    note_in_journal(segment);
}

void RenditionTree::epoch(const RenditionInfo& info, const Targets& targets) {
  writer_.emplace(rules_.container, info);
  part_target_ = part_target(info, targets);
  if (part_target_ > Us{}) part_target_ = list().part_target.value_or(part_target_);
  window_.part_target(part_target_ > Us{} ? std::optional{part_target_} : std::nullopt);
  wants_init_ = !writer_->init().empty();
  if (!wants_init_) map_.reset();
}

std::string RenditionTree::file(tree::FileName::Kind kind, std::uint64_t number,
                                std::uint32_t part) const {
  return tree::to_text({kind, number, part, rules_.container});
}

bool RenditionTree::has_folder() {
  has_folder_ = has_folder_ || disk_.make_folder(folder_);
  return has_folder_;
}

bool RenditionTree::durable() const { return rules_.recorded || disposal_.is_held(name_); }

void RenditionTree::open(const SegmentFacts& facts) {
  hls::Segment head;
  // The first segment of a list has nothing before it from which it could differ.
  head.discontinuity = facts.discontinuity && !list().segments.empty();
  head.program_date_time = facts.begins;
  head.map = map_;
  window_.open(std::move(head));
  media_.clear();
  duration_ = 0;
  parts_ = 0;
  spoilt_ = false;
  changed_ = true;
}

bool RenditionTree::write_init(std::uint64_t number) {
  if (!wants_init_) return true;
  const auto name = file(tree::FileName::Kind::init, number);
  const std::vector<live::Bytes> pieces{writer_->init()};
  if (!has_folder() || !disk_.write(folder_ / name, pieces, durable())) return false;
  map_ = hls::Map{name, {}};
  wants_init_ = false;
  return true;
}

void RenditionTree::put(Piece piece, const SegmentFacts& facts) {
  const auto duration = to_us(piece.duration);
  if (piece.missing) return gap(facts, duration);
  if (!window_.has_open()) {
    const bool ready = write_init(facts.number);
    open(facts);
    spoilt_ = !ready;
  }
  if (piece.begins && !piece.independent && !piece.empty()) window_.not_independent();
  const bool closes = piece.closes;
  duration_ += piece.duration;
  if (!piece.empty()) {
    const bool independent = piece.independent;
    auto bytes = writer_->write(std::move(piece));
    if (part_target_ > Us{}) write_part(bytes, duration, independent, facts);
    media_.push_back(std::move(bytes));
  }
  if (closes) close(facts);
}

void RenditionTree::write_part(const live::Gather& bytes, Us duration, bool independent,
                               const SegmentFacts& facts) {
  hls::Part part;
  part.uri = file(tree::FileName::Kind::part, facts.number, parts_++);
  part.duration =
      duration > part_target_ && duration <= part_target_ + part_jitter ? part_target_ : duration;
  part.independent = independent;
  part.gap = spoilt_ || disk_.is_full() || !has_folder() ||
             !disk_.write(folder_ / part.uri, bytes.pieces, false);
  if (!part.gap) stats_.parts.add();
  window_.part(std::move(part));
  changed_ = true;
}

void RenditionTree::close(const SegmentFacts& facts) {
  const bool whole = !spoilt_ && !media_.empty() && has_folder() && write_segment(facts);
  auto uri = file(tree::FileName::Kind::segment, facts.number);
  if (whole) {
    disk_.has_space();
    stats_.segments.add();
  }
  if (mine_ != nullptr) (whole ? mine_->segments : mine_->gaps).add();
  window_.close(std::move(uri), to_us(duration_), !whole);
  note_in_journal(list().segments.back());
  media_.clear();
  changed_ = urgent_ = true;
}

bool RenditionTree::write_segment(const SegmentFacts& facts) {
  std::vector<live::Bytes> pieces;
  for (const auto& part : media_)
    pieces.insert(pieces.end(), part.pieces.begin(), part.pieces.end());
  return disk_.write(folder_ / file(tree::FileName::Kind::segment, facts.number), pieces,
                     durable());
}

void RenditionTree::gap(const SegmentFacts& facts, Us duration) {
  if (!window_.has_open()) open(facts);
  if (mine_ != nullptr) mine_->gaps.add();
  media_.clear();
  window_.close(file(tree::FileName::Kind::segment, facts.number), duration, true);
  note_in_journal(list().segments.back());
  changed_ = urgent_ = true;
}

/// It is written before the list that names the segment is, all at once.
void RenditionTree::note_in_journal(const hls::Segment& segment) {
  auto entry = segment;
  entry.parts.clear();
  if (journal_broadcast_ != rules_.broadcast) {
    if (journal_broadcast_.empty())
      journal_ += fmt::format("#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:{}\n",
                              list().target_duration.count());
    entry.others.insert(entry.others.begin(), "#BROADCAST:" + rules_.broadcast);
    journaled_.reset();
    journal_broadcast_ = rules_.broadcast;
  }
  journal_ += hls::format_entry(entry, journaled_ ? &*journaled_ : nullptr);
  journaled_ = std::move(entry);
}

void RenditionTree::flush_journal() {
  if (!journal_.empty() && has_folder() &&
      disk_.append(folder_ / tree::journal_name, journal_, durable()))
    journal_.clear();
}

void RenditionTree::end() {
  window_.end();
  changed_ = urgent_ = true;
}

void RenditionTree::publish() {
  const auto now = std::chrono::steady_clock::now();
  if (!changed_ || (!urgent_ && now < parts_due_)) return;
  flush_journal();
  auto gone = window_.take_gone();
  std::ranges::move(gone.segments, std::back_inserter(gone_.segments));
  std::ranges::move(gone.parts, std::back_inserter(gone_.parts));
  gone_.list_duration = std::max(gone_.list_duration, gone.list_duration);
  const auto text = window_.text();
  if (!has_folder() || !disk_.write(folder_ / tree::media_playlist_name, text)) return;
  changed_ = urgent_ = false;
  if (text.size() > long_list)
    parts_due_ = now + std::chrono::milliseconds{text.size() * 1'000 / list_rate};
  stats_.playlists.add();
  dispose();
}

/// Nobody finds them in the list any more: §6.2.2 gives who has read it before the time to load them.
void RenditionTree::dispose() {
  const auto now = std::chrono::steady_clock::now();
  for (const auto& part : gone_.parts)
    disposal_.add(name_, part.uri, now + list().target_duration);
  for (const auto& segment : gone_.segments) {
    const auto due = now + segment.duration + gone_.list_duration;
    if (!segment.gap) disposal_.add(name_, segment.uri, due);
    dispose_map(segment.map, due);
  }
  gone_ = {};
}

void RenditionTree::dispose_map(const std::optional<hls::Map>& map, live::Monotonic due) {
  if (!map || map == map_ || map == list().parts_map) return;
  const auto& segments = list().segments;
  if (segments.empty() || segments.front().map != map)
    disposal_.add(name_, map->uri, due + list().target_duration);
}

}  // namespace abr_hls

#include "tools/s3-dvr-sync/work_list.hpp"

#include "common/base/log.hpp"
#include "common/base/text.hpp"
#include "tools/s3-dvr-sync/aside_key.hpp"

#include <algorithm>
#include <utility>

namespace s3_dvr_sync {
namespace {

live::WallClock time_of(const FileMark& mark) {
  return live::WallClock{std::chrono::duration_cast<live::WallClock::duration>(
      std::chrono::nanoseconds{mark.mtime_ns})};
}

}  // namespace

WorkList::WorkList(const std::filesystem::path& root, const TreeRules& rules,
                   std::chrono::milliseconds settle, Journal& journal,
                   std::chrono::seconds rest_of_failed)
    : root_(root),
      rest_of_failed_(rest_of_failed),
      journal_(journal),
      trees_(root, rules, journal),
      scan_(root, settle) {}

/// Where it is or is on its way to, by the journal, and else the first that nothing is known to be at.
std::string WorkList::key_of(const std::filesystem::path& path, const FileMark& mark) const {
  const auto name = path.lexically_relative(root_).string();
  const auto known = done_.find(name);
  if (known != done_.end() && known->second.mark == mark) return name;
  const auto aside = asides_.find(path);
  const auto first =
      aside != asides_.end() && aside->second.mark == mark ? aside->second.first : 0U;
  for (unsigned n = 0;; ++n) {
    auto key = aside_key(name, mark, n);
    const auto entry = journal_.stored(key);
    if (entry && entry->mark == mark) return key;
    if (n > 0 && journal_.unfinished(key, mark)) return key;
    if (!entry && n >= first) return aside_key(name, mark, first);
  }
}

/// Other bytes are at its key, and stay.
void WorkList::step_aside(const Item& item) {
  auto& aside = asides_[item.local];
  aside = {item.mark, aside.mark == item.mark ? aside.first + 1 : 1};
  const auto file = std::ranges::find_if(closed_, [&](const FoundFile& one) {
    return one.path == item.local && one.mark == item.mark;
  });
  if (file == closed_.end()) return;  // it is another one by now
  file->key = key_of(item.local, item.mark);
  if (is_stored(*file)) return;
  live::log::warn("{}: another recording has that name in the bucket: this one goes to {}",
                  live::printable(item.key), live::printable(file->key));
  waiting_.push_back(*file);
}

bool WorkList::is_stored(const FoundFile& file) {
  const auto known = done_.find(file.key);
  if (known != done_.end()) return known->second.mark == file.mark;
  const auto entry = journal_.stored(file.key);
  if (!entry || entry->mark != file.mark) return false;
  done_[file.key] = {file.mark, entry->verified};
  return true;
}

/// Each once.
void WorkList::tell_unfit(const FileScan::Result& found) {
  constexpr std::size_t most_told = 1000;
  unfit_ = found.unfit.size();
  const auto tell = [&](const std::filesystem::path& path, std::string_view why) {
    if (told_.size() < most_told && told_.insert(path).second)
      live::log::warn("{}: nothing of it is uploaded: {}", live::printable(path.string()), why);
  };
  for (const auto& path : found.unfit)
    tell(path, "its name is not UTF-8, or it may not be read");
  const auto trees = trees_.folders();
  const std::set<std::filesystem::path> known{std::next(trees.begin()), trees.end()};
  for (const auto& folder : found.listed) {
    if (known.contains(folder)) continue;
    ++unfit_;
    tell(folder,
         "it has a playlist, and is no stream: those are DIR/NAME.m3u8, DIR/NAME/*.m3u8 and "
         "DIR/NAME/RENDITION/*.m3u8, with names of letters, digits, '.', '_' and '-'");
  }
}

void WorkList::forget_vanished(live::Monotonic now) {
  constexpr std::size_t spare = 1000;
  std::erase_if(resting_, [&](const auto& entry) { return entry.second.until < now; });
  if (done_.size() <= 2 * closed_.size() + spare) return;
  std::set<std::string_view> there;
  for (const auto& file : closed_)
    there.insert(file.key);
  std::erase_if(done_, [&](const auto& entry) { return !there.contains(entry.first); });
}

void WorkList::scan(live::Monotonic now, live::WallClock wall) {
  trees_.scan(now, wall);
  auto found = scan_.scan(now, wall);
  growing_ = found.growing;
  tell_unfit(found);
  closed_ = std::move(found.closed);
  std::map<std::filesystem::path, Aside> asides;
  for (auto& file : closed_) {
    file.key = key_of(file.path, file.mark);
    if (auto aside = asides_.extract(file.path)) asides.insert(std::move(aside));
  }
  asides_ = std::move(asides);
  folders_ = std::move(found.folders);
  waiting_.clear();
  for (const auto& file : closed_)
    if (!in_hand_.contains(file.key) && !is_stored(file)) waiting_.push_back(file);
  forget_vanished(now);
}

std::optional<Item> WorkList::next(live::Monotonic now) {
  const auto rests = [&](const std::string& key, const FileMark& mark) {
    const auto found = resting_.find(key);
    return found != resting_.end() && found->second.mark == mark && now < found->second.until;
  };
  if (!tired_.empty() && !rests(tired_.front().key, tired_.front().mark)) {
    auto item = std::move(tired_.front());
    tired_.pop_front();
    return item;
  }
  while (auto item = trees_.next()) {
    of_trees_.insert(item->key);
    if (!rests(item->key, item->mark)) return item;
    tired_.push_back(std::move(*item));
  }
  const auto ready = std::ranges::find_if(waiting_, [&](const FoundFile& file) {
    return !rests(file.key, file.mark) && !in_hand_.contains(file.key);
  });
  if (ready == waiting_.end()) return {};
  const auto file = std::move(*ready);
  waiting_.erase(ready);
  in_hand_.insert(file.key);
  Item item{file.path, file.key, Kind::media, file.mark, journal_.unfinished(file.key, file.mark)};
  item.steps_aside = true;
  return item;
}

void WorkList::settle(const Item& item, Outcome outcome, live::Monotonic now) {
  resting_.erase(item.key);
  if (outcome == Outcome::failed) resting_[item.key] = {item.mark, now + rest_of_failed_};
  if (outcome == Outcome::conflict) resting_[item.key] = {item.mark, now + conflict_rest};
  if (of_trees_.erase(item.key) > 0) return trees_.settle(item.key, outcome);
  in_hand_.erase(item.key);
  if (outcome == Outcome::verified)
    if (const auto entry = journal_.stored(item.key))
      done_[item.key] = {item.mark, entry->verified};
  if (outcome == Outcome::taken) step_aside(item);
  if (outcome == Outcome::failed || outcome == Outcome::conflict)
    waiting_.push_back({item.key, item.local, item.mark});  // until the next scan
}

std::vector<std::filesystem::path> WorkList::folders() const {
  auto out = trees_.folders();
  out.insert(out.end(), folders_.begin(), folders_.end());
  return out;
}

std::vector<VodPlaylist> WorkList::playlists(live::Monotonic now, bool at_once) {
  return trees_.playlists(now, at_once);
}

void WorkList::put(const std::string& key, bool done, live::Monotonic now) {
  trees_.put(key, done, now);
}

WorkList::Backlog WorkList::backlog() const {
  const auto trees = trees_.backlog();
  Backlog out{trees.files, trees.bytes,     trees.oldest,        growing_,
              trees.lost,  trees.playlists, unfit_ + trees.unfit};
  for (const auto& file : closed_) {
    const auto known = done_.find(file.key);
    if (known != done_.end() && known->second.mark == file.mark) continue;
    ++out.files;
    out.bytes += file.mark.size;
    const auto written = time_of(file.mark);
    if (!out.oldest || written < *out.oldest) out.oldest = written;
  }
  return out;
}

std::vector<Candidate> WorkList::candidates(live::Monotonic now) const {
  auto out = trees_.leavings(now);
  for (const auto& file : closed_) {
    if (in_hand_.contains(file.key)) continue;
    const auto known = done_.find(file.key);
    std::optional<live::WallClock> uploaded;
    if (known != done_.end() && known->second.mark == file.mark) uploaded = known->second.verified;
    out.push_back({file.key, file.path, file.mark, uploaded});
  }
  return out;
}

void WorkList::deleted(const std::string& key) {
  done_.erase(key);
  std::erase_if(closed_, [&](const FoundFile& file) { return file.key == key; });
  std::erase_if(waiting_, [&](const FoundFile& file) { return file.key == key; });
  trees_.left(key);
}

void WorkList::forget(const std::string& key) {
  done_.erase(key);
  journal_.forget(key);
}

}  // namespace s3_dvr_sync

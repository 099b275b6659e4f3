#include "tools/s3-dvr-sync/deletion.hpp"

#include "tools/s3-dvr-sync/writers.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

#include <unistd.h>

namespace s3_dvr_sync {
namespace {

bool is_due(const Candidate& one, const DeletionRules& rules, live::WallClock now) {
  if (!one.uploaded) return false;
  if (rules.keep) return now - written_at(one.mark) >= *rules.keep;
  return rules.delete_uploaded;
}

/// Uploaded ones first, the earliest of them first; then the others by the times of their files.
bool goes_before(const Candidate& a, const Candidate& b) {
  if (a.uploaded.has_value() != b.uploaded.has_value()) return a.uploaded.has_value();
  if (a.uploaded && *a.uploaded != *b.uploaded) return *a.uploaded < *b.uploaded;
  if (a.mark.mtime_ns != b.mark.mtime_ns) return a.mark.mtime_ns < b.mark.mtime_ns;
  return a.key < b.key;
}

}  // namespace

std::vector<Doomed> choose_doomed(std::vector<Candidate> candidates, const DeletionRules& rules,
                                  std::uint64_t free, live::WallClock now) {
  std::ranges::sort(candidates, goes_before);
  auto total =
      std::accumulate(candidates.begin(), candidates.end(), std::uint64_t{0},
                      [](std::uint64_t sum, const Candidate& one) { return sum + one.mark.size; });
  std::vector<Doomed> out;
  for (auto& one : candidates) {
    const bool short_of_space =
        free < rules.min_free || (rules.keep_size && total > *rules.keep_size);
    const bool may_go = one.uploaded || rules.delete_unsynced;
    if (!is_due(one, rules, now) && !(short_of_space && may_go)) continue;
    total -= one.mark.size;
    free += one.mark.size;
    const bool lost = !one.uploaded;
    out.push_back({std::move(one), lost, short_of_space});
  }
  return out;
}

bool delete_if_same(const std::filesystem::path& path, const FileMark& mark) {
  std::error_code gone;
  if (!std::filesystem::exists(std::filesystem::symlink_status(path, gone))) return true;
  return mark_of(path) == mark && writers_of(path) != Writers::some && ::unlink(path.c_str()) == 0;
}

}  // namespace s3_dvr_sync

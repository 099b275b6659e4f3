// Which broadcasts a rendition's journal has, for what one rendition must know of another.
#pragma once

#include "tools/s3-dvr-sync/journal_entries.hpp"

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace s3_dvr_sync {

class BroadcastIndex {
 public:
  explicit BroadcastIndex(std::filesystem::path journal) : reader_(std::move(journal)) {}

  /// The number of the first segment of `id`, 0 where its name has none; nothing: the journal has no such broadcast by now.
  /// Reads what was appended.
  std::optional<std::uint64_t> first(const std::string& id);

 private:
  JournalReader reader_;
  std::string reading_;
  std::map<std::string, std::uint64_t> firsts_;
};

/// Of a segment of ours, as its name has it; 0: it has none.
std::uint64_t number_of(const live::hls::Segment& segment);

/// What a rendition lacks that came later into a broadcast than another one.
struct Beginning {
  std::vector<live::hls::Segment> gaps;  ///< with EXT-X-GAP, without init segments and keys
  bool discontinuity = false;            ///< there is one before the segment that it begins with
};
/// `journal`: of the other one.  `number`: of the first segment of `id` that is not lacked.  Nothing where that would be more
/// than 100,000 segments.
Beginning beginning_before(const std::filesystem::path& journal, const std::string& id,
                           std::uint64_t number);

}  // namespace s3_dvr_sync

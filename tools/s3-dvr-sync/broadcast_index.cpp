#include "tools/s3-dvr-sync/broadcast_index.hpp"

#include "common/tree/names.hpp"

#include <utility>

namespace s3_dvr_sync {
namespace {

constexpr std::size_t most_gaps = 100'000;

live::hls::Segment to_gap(live::hls::Segment segment) {
  segment.gap = true;
  segment.map.reset();
  segment.range.reset();
  segment.key.clear();
  return segment;
}

}  // namespace

std::uint64_t number_of(const live::hls::Segment& segment) {
  const auto name = live::tree::parse_file_name(segment.uri);
  return name && name->kind == live::tree::FileName::Kind::segment ? name->number : 0;
}

std::optional<std::uint64_t> BroadcastIndex::first(const std::string& id) {
  std::vector<JournalEntry> entries;
  auto news = reader_.read(entries);
  for (; news == JournalReader::News::entries || news == JournalReader::News::anew;
       news = reader_.read(entries)) {
    if (news == JournalReader::News::anew) {
      firsts_.clear();
      reading_.clear();
    }
    for (const auto& entry : entries) {
      if (!entry.begins && !reading_.empty()) continue;
      reading_ = broadcast_of(entry);
      firsts_.try_emplace(reading_, number_of(entry.segment));
    }
    entries.clear();
  }
  const auto found = firsts_.find(id);
  return found == firsts_.end() ? std::nullopt : std::optional{found->second};
}

Beginning beginning_before(const std::filesystem::path& journal, const std::string& id,
                           std::uint64_t number) {
  Beginning out;
  JournalReader reader{journal};
  std::vector<JournalEntry> entries;
  std::string reading;
  while (reader.read(entries) == JournalReader::News::entries) {
    for (auto& entry : entries) {
      if (entry.begins || reading.empty()) reading = broadcast_of(entry);
      if (reading != id) continue;
      const auto its_number = number_of(entry.segment);
      if (its_number >= number) {
        out.discontinuity = its_number == number && entry.segment.discontinuity;
        return out;
      }
      out.gaps.push_back(to_gap(std::move(entry.segment)));
      if (out.gaps.size() > most_gaps) return {};
    }
    entries.clear();
  }
  return out;
}

}  // namespace s3_dvr_sync

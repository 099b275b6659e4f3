#include "tools/abr-hls/start.hpp"

#include "common/base/failure.hpp"
#include "common/base/file.hpp"
#include "common/base/log.hpp"
#include "common/base/text.hpp"
#include "common/hls/window.hpp"
#include "tools/abr-hls/inventory.hpp"

#include <algorithm>
#include <cstdlib>
#include <random>
#include <utility>

namespace abr_hls {

namespace fs = std::filesystem;
using live::Us;

namespace {

constexpr std::size_t most_part_bytes = 256U << 20U;

/// RFC 8216 §6.2.2, for whoever has read a list of the last writer's.
Us patience(const Found& found, const Options& options) {
  Us longest = options.segment * static_cast<int>(options.window + 1);
  for (const auto& rendition : found.renditions) {
    if (rendition.list)
      longest = std::max(longest, live::hls::duration_of(*rendition.list) +
                                      2 * Us{rendition.list->target_duration});
  }
  return longest;
}

std::string offered_id() {
  // NOLINTNEXTLINE(concurrency-mt-unsafe): nobody sets it
  const char* id = std::getenv("LIVE_ID");
  return id != nullptr && live::is_stream_name(id) ? id : "";
}

/// The parts one behind the other.  False when it cannot be written.
bool join(const fs::path& folder, const Join& join, Disk& disk) {
  std::vector<std::string> parts;
  std::vector<live::Bytes> pieces;
  for (const auto& name : join.parts)
    parts.push_back(live::read_file(folder / join.rendition / name, most_part_bytes));
  for (const auto& part : parts)
    pieces.push_back(live::as_bytes(part));
  return disk.write(folder / join.rendition / join.segment, pieces, true);
}

void make_gap(Plan& plan, const Join& join) {
  const auto gap = [&](live::hls::Segment& segment) {
    if (segment.uri != join.segment) return;
    segment.gap = true;
    segment.parts.clear();
  };
  const auto rendition = std::ranges::find(plan.renditions, join.rendition, &Plan::Rendition::name);
  if (rendition == plan.renditions.end()) return;
  if (rendition->list) std::ranges::for_each(rendition->list->segments, gap);
  std::ranges::for_each(rendition->journal_lacks, gap);
}

void tell(const fs::path& folder, const Plan& plan, const Found& found) {
  std::size_t damaged = 0;
  for (const auto& rendition : found.renditions)
    damaged += rendition.damaged.size();
  if (!plan.resumed) {
    live::log::info("{}: broadcast {} begins", folder.string(), plan.id);
    return;
  }
  live::log::info("{}: broadcast {} goes on", folder.string(), plan.id);
  if (damaged > 0)
    live::log::warn("{}: {} files are missing or damaged: listed as gaps", folder.string(),
                    damaged);
}

}  // namespace

std::string random_id() {
  constexpr std::string_view letters =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
  constexpr std::size_t length = 16;
  std::random_device source;
  std::uniform_int_distribution<std::size_t> any{0, letters.size() - 1};
  std::string id;
  while (id.size() < length)
    id += letters[any(source)];
  return id;
}

live::tree::Container container_of(const Options& options) {
  return options.segment_type == SegmentType::ts ? live::tree::Container::ts
                                                 : live::tree::Container::fmp4;
}

Plan start(const fs::path& folder, const Options& options, Disk& disk, Disposal& disposal) {
  const auto found = take_inventory(folder);
  auto plan = decide(
      found, {options.resume, offered_id(), random_id(), container_of(options), options.record});
  tell(folder, plan, found);
  for (const auto& one : plan.joins) {
    if (!join(folder, one, disk)) make_gap(plan, one);
  }
  const auto now = std::chrono::steady_clock::now();
  for (const auto& file : plan.leftovers)
    disposal.add(file.rendition, file.name, now);
  const auto stays = patience(found, options);
  for (const auto& file : plan.old) {
    // A recording stays one, whoever writes on behind it.
    const auto name = live::tree::parse_file_name(file.name);
    const bool part = name && name->kind == live::tree::FileName::Kind::part;
    if (part || !plan.was_recorded) disposal.add(file.rendition, file.name, now + stays);
  }
  return plan;
}

}  // namespace abr_hls

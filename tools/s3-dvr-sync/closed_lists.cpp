#include "tools/s3-dvr-sync/closed_lists.hpp"

#include "common/base/failure.hpp"
#include "common/base/file.hpp"
#include "common/base/log.hpp"
#include "common/hls/syntax.hpp"
#include "common/s3/signature.hpp"
#include "common/tree/write.hpp"

#include <algorithm>
#include <string_view>
#include <system_error>
#include <utility>

#include <fmt/format.h>

namespace s3_dvr_sync {

namespace {

constexpr std::string_view prefix = "closed/";       // of notes: "DUE-MS LOOKS"
constexpr std::size_t most_list_bytes = 64U << 20U;  // a day of segments is 2 MB

std::string note_of(const std::string& key) { return fmt::format("{}{}", prefix, key); }

live::WallClock from_ms(std::uint64_t ms) {
  return live::WallClock{std::chrono::duration_cast<live::WallClock::duration>(
      live::Ms{static_cast<std::int64_t>(ms)})};
}

}  // namespace

ClosedLists::ClosedLists(Journal& journal, std::filesystem::path folder)
    : journal_(&journal), folder_(std::move(folder)) {
  for (const auto& [name, value] : journal.notes(prefix)) {
    const auto space = std::min(value.find(' '), value.size());
    const auto due = live::hls::parse_integer(std::string_view{value}.substr(0, space));
    const auto number =
        live::hls::parse_integer(std::string_view{value}.substr(std::min(space + 1, value.size())));
    looks_[name.substr(prefix.size())] = {from_ms(due.value_or(0)),
                                          static_cast<std::size_t>(number.value_or(0))};
  }
}

/// Keys are no names of files.
std::filesystem::path ClosedLists::file_of(const std::string& key) const {
  return folder_ / live::s3::sha256_hex(live::as_bytes(key));
}

void ClosedLists::set(const std::string& key, const Look& look) {
  looks_[key] = look;
  const auto due = std::chrono::duration_cast<live::Ms>(look.due.time_since_epoch()).count();
  journal_->set_note(note_of(key), fmt::format("{} {}", due, look.number));
}

void ClosedLists::closed(const std::string& key, const std::string& text, live::WallClock now) {
  try {
    std::error_code ignored;
    std::filesystem::create_directories(folder_, ignored);
    static_cast<void>(live::tree::write_whole(file_of(key), text, true));
  } catch (const live::Failure& failure) {
    live::log::warn("{}", failure.what());
  }
  set(key, {now + looks[0], 0});
}

std::optional<std::string> ClosedLists::due(live::WallClock now) const {
  const auto longest = *std::ranges::max_element(looks);
  const auto is_due = [&](const auto& entry) {
    return entry.second.due <= now || entry.second.due > now + longest;
  };
  const auto found = std::ranges::find_if(looks_, is_due);
  return found == looks_.end() ? std::nullopt : std::optional{found->first};
}

std::optional<std::string> ClosedLists::text_of(const std::string& key) const {
  try {
    return live::read_file(file_of(key), most_list_bytes);
  } catch (const live::Failure&) {
    return {};
  }
}

void ClosedLists::looked(const std::string& key, bool fine, live::WallClock now) {
  const auto found = looks_.find(key);
  if (found == looks_.end()) return;
  const auto next = fine ? found->second.number + 1 : 0;
  if (next >= looks.size()) return forget(key);
  set(key, {now + looks.at(next), next});
}

void ClosedLists::forget(const std::string& key) {
  if (looks_.erase(key) == 0) return;
  std::error_code ignored;
  std::filesystem::remove(file_of(key), ignored);
  journal_->forget_note(note_of(key));
}

}  // namespace s3_dvr_sync

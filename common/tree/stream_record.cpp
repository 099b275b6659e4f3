#include "common/tree/stream_record.hpp"

#include "common/base/failure.hpp"
#include "common/base/file.hpp"
#include "common/base/text.hpp"
#include "common/hls/date_time.hpp"
#include "common/tree/names.hpp"

#include <algorithm>
#include <string_view>

#include <nlohmann/json.hpp>

namespace live::tree {
namespace {

using nlohmann::json;

constexpr std::size_t most_bytes = 1U << 20U;
constexpr std::size_t most_renditions = 100;

/// The member, or nullptr.
const json* find(const json& object, const char* name) {
  const auto found = object.find(name);
  return found == object.end() ? nullptr : &*found;
}

std::optional<std::string_view> text_of(const json& object, const char* name) {
  const auto* member = find(object, name);
  if (member == nullptr || !member->is_string()) return {};
  return std::string_view{member->get_ref<const std::string&>()};
}

/// A member that need not be there; nothing when it is there and no truth value.
std::optional<bool> truth_of(const json& object, const char* name, bool otherwise) {
  const auto* member = find(object, name);
  if (member == nullptr) return otherwise;
  if (!member->is_boolean()) return {};
  return member->get<bool>();
}

std::optional<RenditionRecord> parse_rendition(const json& value) {
  if (!value.is_object()) return {};
  const auto name = text_of(value, "name");
  const auto video = truth_of(value, "video", true), audio = truth_of(value, "audio", true);
  if (!name || !is_rendition_name(*name) || !video || !audio) return {};
  RenditionRecord rendition{std::string{*name}, 0, *video, *audio};
  if (const auto* peak = find(value, "peak")) {
    if (!peak->is_number_unsigned()) return {};
    rendition.peak = peak->get<std::uint64_t>();
  }
  return rendition;
}

std::optional<std::vector<RenditionRecord>> parse_renditions(const json& object) {
  const auto* list = find(object, "renditions");
  if (list == nullptr || !list->is_array() || list->size() > most_renditions) return {};
  std::vector<RenditionRecord> renditions;
  for (const auto& value : *list) {
    auto one = parse_rendition(value);
    if (!one || std::ranges::count(renditions, one->name, &RenditionRecord::name) > 0) return {};
    renditions.push_back(*std::move(one));
  }
  return renditions;
}

}  // namespace

std::string to_json(const StreamRecord& record) {
  auto renditions = json::array();
  for (const auto& one : record.renditions)
    renditions.push_back(
        {{"name", one.name}, {"peak", one.peak}, {"video", one.video}, {"audio", one.audio}});
  nlohmann::ordered_json object;
  object["id"] = record.id;
  object["started"] = hls::format_date_time(record.started);
  object["state"] = record.state == StreamRecord::State::ended ? "ended" : "live";
  object["record"] = record.record;
  object["resume"] = format_duration(record.resume);
  object["renditions"] = std::move(renditions);
  return object.dump(2) + '\n';
}

std::optional<StreamRecord> parse_stream_record(std::string_view text) {
  if (text.size() > most_bytes) return {};
  const auto object = json::parse(text, nullptr, false);
  if (!object.is_object()) return {};
  const auto id = text_of(object, "id"), started = text_of(object, "started"),
             state = text_of(object, "state"), resume = text_of(object, "resume");
  if (!id || !is_stream_name(*id) || !started || !state || !resume) return {};
  const auto started_at = hls::parse_date_time(*started);
  const auto resume_for = parse_duration(*resume);
  const auto record = truth_of(object, "record", false);
  auto renditions = parse_renditions(object);
  if (!started_at || !resume_for || !record || !renditions) return {};
  if (*state != "live" && *state != "ended") return {};
  return StreamRecord{std::string{*id},
                      *started_at,
                      *state == "ended" ? StreamRecord::State::ended : StreamRecord::State::live,
                      *record,
                      *resume_for,
                      *std::move(renditions)};
}

std::optional<StreamRecord> read_stream_record(const std::filesystem::path& folder) {
  try {
    return parse_stream_record(read_file(folder / record_name, most_bytes));
  } catch (const Failure&) {
    return {};
  }
}

Written write_stream_record(const std::filesystem::path& folder, const StreamRecord& record) {
  return write_whole(folder / record_name, to_json(record));
}

}  // namespace live::tree

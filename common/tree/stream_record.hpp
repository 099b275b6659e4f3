// .stream.json (man 5 hls-tree): what a writer says about its stream.
#pragma once

#include "common/base/units.hpp"
#include "common/tree/write.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace live::tree {

struct RenditionRecord {
  std::string name;
  std::uint64_t peak =
      0;  ///< bits per second: what the encoder promises not to exceed, VBV + audio + 5 %; 0: unknown (copied)
  bool video = true, audio = true;
  bool operator==(const RenditionRecord&) const = default;
};

struct StreamRecord {
  enum class State { live, ended };
  std::string id;     ///< of the broadcast; as streams are called
  WallClock started;  ///< milliseconds are kept
  State state = State::live;
  bool record = false;  ///< --record: nothing is deleted
  std::chrono::milliseconds resume{60'000};
  std::vector<RenditionRecord> renditions;
  bool operator==(const StreamRecord&) const = default;
};

std::string to_json(const StreamRecord& record);
/// Nothing when it is none: not JSON, a member missing or of another type, a rendition twice, more than 100 of them, more
/// than 1 MiB.  Unknown members are ignored.
std::optional<StreamRecord> parse_stream_record(std::string_view json);
/// `folder`/.stream.json, at most 1 MiB; nothing when it is not there or not readable as one.
std::optional<StreamRecord> read_stream_record(const std::filesystem::path& folder);
/// Replaces it.  Throws Failure as write_whole() does.
Written write_stream_record(const std::filesystem::path& folder, const StreamRecord& record);

}  // namespace live::tree

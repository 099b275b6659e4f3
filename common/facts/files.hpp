// The begin of files, and what it tells of the media in them.  Never follows a link.
#pragma once

#include "common/base/bytes.hpp"
#include "common/facts/media_facts.hpp"

#include <cstddef>
#include <filesystem>
#include <optional>

namespace live::facts {

/// The first `limit` bytes; nothing for links and what cannot be read.
std::optional<Buffer> read_begin(const std::filesystem::path& path, std::size_t limit);

struct FileLimits {
  std::size_t init_bytes = 1U << 20U;
  std::size_t segment_bytes = 16U << 20U;  ///< its begin is enough
};
/// Of a segment and its init segment; without one it is MPEG-TS.
std::optional<MediaFacts> facts_of_files(const std::optional<std::filesystem::path>& init,
                                         const std::filesystem::path& segment,
                                         const FileLimits& limits = {});

}  // namespace live::facts

// Whole files: read with a limit, replaced at once.
#pragma once

#include "common/base/bytes.hpp"

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>

namespace live {

/// The content of `path`, at most `limit_bytes`.  Throws Failure(no_input) when it cannot be opened,
/// Failure(bad_data) when it is larger.
std::string read_file(const std::filesystem::path& path, std::size_t limit_bytes);

/// Writes all of `bytes` to a blocking descriptor.  Throws Failure(io); EPIPE too, so a writer of
/// stdout that wants to end quietly checks for it with write(2) itself.
void write_all(int fd, Bytes bytes);

/// Replaces `path` with `text`: a reader sees the old file or the new one, never a part.  Does not
/// fsync; a power cut may lose the newest version.  Throws Failure(cannot_create, io).
void publish_file(const std::filesystem::path& path, std::string_view text);

}  // namespace live

// Whole files: read with a limit, replaced at once.
#pragma once

#include "common/base/bytes.hpp"

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

namespace live {

/// The content of `path`, at most `limit_bytes`.  Throws Failure(no_input) when it cannot be opened,
/// Failure(bad_data) when it is larger.
std::string read_file(const std::filesystem::path& path, std::size_t limit_bytes);

/// Writes all of `bytes` to a blocking descriptor.  Throws Failure(io); EPIPE too, so a writer of
/// stdout that wants to end quietly checks for it with write(2) itself.
void write_all(int fd, Bytes bytes);

enum class Written {
  done,
  full,  ///< no space, quota or inodes: everything is as it was before
};

/// Replaces `path` with `pieces`, one behind the other: a reader sees the old file or the new one, never a part.  Written as
/// `.<name>.tmp` beside it, then renamed.  `durable`: fdatasync(2) before the rename, so that a power cut leaves no empty
/// file under the name; without it a power cut may lose the newest version.  Throws Failure(cannot_create, io) for
/// everything but a full disk.
Written replace_file(const std::filesystem::path& path, std::span<const Bytes> pieces,
                     bool durable);

/// The same with a text, for which a full disk is a Failure(io) too.
void publish_file(const std::filesystem::path& path, std::string_view text);

/// errno says that there is no space, no quota or no inode.
bool is_full(int error);

}  // namespace live

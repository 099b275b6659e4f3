// Files that appear whole or not at all: written as `.<name>.tmp`, then renamed (man 5 hls-tree).
#pragma once

#include "common/base/bytes.hpp"

#include <filesystem>
#include <span>
#include <string_view>

namespace live::tree {

enum class Written {
  done,
  full,  ///< no space, quota or inodes: nothing has appeared, the temporary file is gone
};

/// `durable`: fdatasync(2) before the rename, so that a power cut leaves no empty file under the name.  Throws
/// Failure(cannot_create, io) for everything but a full disk.
Written write_whole(const std::filesystem::path& path, std::span<const Bytes> pieces, bool durable);
Written write_whole(const std::filesystem::path& path, std::string_view text, bool durable = false);
/// Appends to a file of lines; a last line that was cut by a crash is completed by a line end first.
Written append_line(const std::filesystem::path& path, std::string_view lines, bool durable);

}  // namespace live::tree

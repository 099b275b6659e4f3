// The files of a tree appear whole or not at all, or grow line by line (man 5 hls-tree).
#pragma once

#include "common/base/bytes.hpp"
#include "common/base/file.hpp"

#include <cstdint>
#include <filesystem>
#include <span>
#include <string_view>

namespace live::tree {

using live::Written;

/// live::replace_file(), for pieces and for a text.
Written write_whole(const std::filesystem::path& path, std::span<const Bytes> pieces, bool durable);
Written write_whole(const std::filesystem::path& path, std::string_view text, bool durable = false);

/// Appends whole lines to a file of lines.  A last line without its end, which a crash has cut, is dropped first; of a
/// journal more may have to go, see cut_to().  Written::full: nothing of `lines` is there.  Throws
/// Failure(cannot_create, io).
Written append_line(const std::filesystem::path& path, std::string_view lines, bool durable);

/// Cuts a file to its first `bytes`: of a journal, after a crash, what hls::whole_entries() says.  Throws Failure(io).
void cut_to(const std::filesystem::path& path, std::uint64_t bytes);

}  // namespace live::tree

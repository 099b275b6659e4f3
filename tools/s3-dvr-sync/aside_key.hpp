// Where a recording goes whose name another one has in the bucket.  Pure.
//
//   cam.mp4   ->   cam-20261122T102100.123Z.mp4, and then cam-20261122T102100.123Z-2.mp4 ...     by the time of its file
#pragma once

#include "common/base/file_mark.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace s3_dvr_sync {

/// The `n`-th key for a file of this mark; 0: `key` itself, which has an ending, as recordings have.
std::string aside_key(std::string_view key, const live::FileMark& mark, unsigned n);

/// What aside_key() was called with, `n` not being 0; nothing: its results look otherwise.
std::optional<std::string> key_before(std::string_view aside);

}  // namespace s3_dvr_sync

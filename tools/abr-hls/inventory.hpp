// Reads what a stream folder holds, and checks the files of its last minute.
#pragma once

#include "tools/abr-hls/resume.hpp"

#include <filesystem>

namespace abr_hls {

/// Removes temporary files on the way.  Throws Failure(io) when the folder cannot be read.
Found take_inventory(const std::filesystem::path& folder);

/// Its boxes, or transport packets, are whole: a power cut may leave less of a file, or zeros.
bool is_whole(const std::filesystem::path& file, live::tree::Container container);

}  // namespace abr_hls

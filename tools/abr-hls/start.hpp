// The first thing that a writer does with its folder, the lock in its hands: looks, decides (resume.hpp), mends.
#pragma once

#include "tools/abr-hls/disk.hpp"
#include "tools/abr-hls/disposal.hpp"
#include "tools/abr-hls/options.hpp"
#include "tools/abr-hls/resume.hpp"

#include <string>

namespace abr_hls {

/// `folder`: options.folder in its plain form.  When it returns, all that the plan's lists name is there.  Throws Failure.
Plan start(const std::filesystem::path& folder, const Options& options, Disk& disk,
           Disposal& disposal);

live::tree::Container container_of(const Options& options);

/// 16 letters and digits, as LIVE_ID has them.
std::string random_id();

}  // namespace abr_hls

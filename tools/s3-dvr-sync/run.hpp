// One run of s3-dvr-sync(1), or its service.
#pragma once

namespace live::cli {
class Runtime;
}

namespace s3_dvr_sync {

struct Options;

/// Returns when everything that is closed is in the bucket, or, with --watch, when asked to stop.  Throws Failure: try_again
/// when something is left for the next run or another instance is at work, denied, config, io, no_input.
void run(const Options& options, live::cli::Runtime& runtime);

}  // namespace s3_dvr_sync

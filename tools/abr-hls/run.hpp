// The program around the ladder: threads, signals, what it tells about itself.
#pragma once

namespace live::cli {
class Runtime;
}

namespace abr_hls {

struct Options;

/// Returns at the end of the input, and when it was asked to stop.  Throws Failure.
void run(const Options& options, live::cli::Runtime& runtime);

}  // namespace abr_hls

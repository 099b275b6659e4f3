// The program: a media thread, and the main thread for signals and status.
#pragma once

#include "tools/rtsp2fmp4/options.hpp"

namespace live::cli {
class Runtime;
}

namespace rtsp2fmp4 {

/// Returns at the end of the input or when asked to stop; throws Failure otherwise.
void run(const Options& options, live::cli::Runtime& runtime);

}  // namespace rtsp2fmp4

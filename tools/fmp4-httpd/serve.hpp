// The program: streams, their viewers and the HTTP server, from start to end.
#pragma once

#include "common/cli/runtime.hpp"
#include "tools/fmp4-httpd/options.hpp"

namespace fmp4_httpd {

/// Serves until the end of the input (--on-eof exit) or a signal.  Throws Failure.
void serve(const Options& options, live::cli::Runtime& runtime);

}  // namespace fmp4_httpd

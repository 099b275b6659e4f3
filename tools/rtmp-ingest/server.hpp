// The program: listeners, who may come in, the streams, and an end in order.
#pragma once

#include "common/cli/runtime.hpp"
#include "tools/rtmp-ingest/options.hpp"

namespace rtmp_ingest {

/// Serves until it is asked to stop, or, as the options say, has done its work.  Throws Failure.
void serve(const Options& given, live::cli::Runtime& runtime);

/// --new-key: the line for the key file goes to standard output, what to do with it to standard error.
void print_new_key(const Options& options);

}  // namespace rtmp_ingest

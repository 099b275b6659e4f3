#include "tools/abr-hls/run.hpp"

#include "common/base/failure.hpp"

namespace abr_hls {

void run(const Options&, live::cli::Runtime&) { live::fail(live::Exit::bug, "encode: not yet"); }

}  // namespace abr_hls

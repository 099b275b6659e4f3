#include "tools/rtmp-ingest/options.hpp"

namespace rtmp_ingest {
void declare(CLI::App&, Options&) {}
}  // namespace rtmp_ingest

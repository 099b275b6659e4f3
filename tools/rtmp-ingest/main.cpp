// rtmp-ingest: an RTMP server whose publishers become pipelines.  See rtmp-ingest(1).
#include "common/cli/program.hpp"
#include "tools/rtmp-ingest/options.hpp"
#include "tools/rtmp-ingest/server.hpp"

int main(int argc, char** argv) {
  rtmp_ingest::Options options;
  live::cli::Program program{
      "rtmp-ingest",
      "Take RTMP publishers with stream keys; each stream runs a command on its media.",
      "Examples:\n"
      "  rtmp-ingest --new-key anna >> keys.txt\n"
      "  rtmp-ingest --listen :1935 --keys keys.txt -- sh -c 'exec cat > "
      "\"$LIVE_NAME-$LIVE_ID.mp4\"'\n"
      "  rtmp-ingest --once | fmp4-httpd\n"};
  rtmp_ingest::declare(program.app(), options);
  program.takes_command(options.command);
  return program.run(argc, argv, [&](live::cli::Runtime& runtime) {
    if (options.new_key.empty()) {
      rtmp_ingest::serve(options, runtime);
    } else {
      rtmp_ingest::print_new_key(options);
    }
  });
}

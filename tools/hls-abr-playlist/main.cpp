// hls-abr-playlist: publishes HLS trees.  See hls-abr-playlist(1).
#include "common/cli/program.hpp"
#include "tools/hls-abr-playlist/options.hpp"
#include "tools/hls-abr-playlist/publish.hpp"

int main(int argc, char** argv) {
  hls_abr_playlist::Options options;
  live::cli::Program program{
      "hls-abr-playlist",
      "Publish HLS trees: multivariant playlists by measurement, registry, clean-up.",
      "Examples:\n"
      "  hls-abr-playlist /srv/hls/anna\n"
      "  hls-abr-playlist --watch /srv/hls\n"
      "  hls-abr-playlist --watch /srv/hls --redis redis://cache --advertise 10.0.0.5:8000\n"};
  hls_abr_playlist::declare(program.app(), options);
  return program.run(argc, argv, [&](live::cli::Runtime& runtime) {
    hls_abr_playlist::check(options);
    if (options.root.empty()) {
      hls_abr_playlist::publish_once(options);
    } else {
      hls_abr_playlist::watch(options, runtime);
    }
  });
}

// abr-hls: one input, a ladder of renditions, as HLS on disk.  See abr-hls(1).
#include "common/cli/program.hpp"
#include "tools/abr-hls/options.hpp"
#include "tools/abr-hls/run.hpp"

int main(int argc, char** argv) {
  abr_hls::Options options;
  live::cli::Program program{
      "abr-hls",
      "Write one input as adaptive HLS: a ladder of renditions with common cuts, on disk.",
      "Examples:\n"
      "  rtsp2fmp4 rtsp://camera/stream | abr-hls -o /srv/hls/yard\n"
      "  abr-hls -o /srv/hls/film film.mp4\n"
      "  abr-hls --rendition source --record -o /srv/hls/yard <camera.fifo\n"
      "  abr-hls --rendition 720p=1280x720@2800k/128k --rendition 360p=640x360@800k/96k,fps=30 "
      "-o DIR\n"};
  abr_hls::declare(program.app(), options);
  return program.run(argc, argv, [&](live::cli::Runtime& runtime) {
    abr_hls::check(options);
    abr_hls::run(options, runtime);
  });
}

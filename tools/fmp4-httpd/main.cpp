// fmp4-httpd: live fMP4 to many browsers at once.  See fmp4-httpd(1).
#include "common/cli/program.hpp"
#include "tools/fmp4-httpd/options.hpp"
#include "tools/fmp4-httpd/serve.hpp"

int main(int argc, char** argv) {
  fmp4_httpd::Options options;
  live::cli::Program program{
      "fmp4-httpd", "Show live fMP4 to many browsers at once, each a fraction of a second behind.",
      "Examples:\n"
      "  rtsp2fmp4 rtsp://camera/stream | fmp4-httpd\n"
      "  rtsp2fmp4 rtsp://camera/stream | fmp4-httpd --listen :8080\n"
      "  mkfifo /run/door.fifo; fmp4-httpd door=/run/door.fifo film=film.mp4\n"
      "  fmp4-httpd --root /srv/hls --listen :8080\n"};
  fmp4_httpd::declare(program.app(), options);
  return program.run(argc, argv,
                     [&](live::cli::Runtime& runtime) { fmp4_httpd::serve(options, runtime); });
}
